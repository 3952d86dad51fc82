"""Unit prices: the package's dated file, and over it one of the user's own."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lineal.errors import InputError

VARIABLE = "LINEAL_PRICES"
"""Names a file of prices that is laid over the package's own."""

Quantities = Mapping[str, float]
"""How much is taken of what has a price, by the names of the file."""


class Price(BaseModel):
    """What `per` units cost in US dollars, on which `page` of AWS's; a second `source` says the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    usd: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    per: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    page: str = ""
    source: str = ""

    def of(self, amount: float) -> float:
        """Return what an amount costs."""
        return self.usd * amount / self.per


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    date: date
    region: str
    prices: dict[str, Price] = {}
    training_hours: dict[str, Price] = {}


@dataclass(frozen=True)
class Prices:
    """Prices of a day in a region; `training_hours` are by type of instance."""

    at: date
    region: str
    units: Mapping[str, Price]
    training_hours: Mapping[str, Price]

    def of(self, taken: Quantities) -> float:
        """Return what quantities cost together."""
        return sum(self.units[name].of(amount) for name, amount in taken.items())


def load(path: Path | None = None) -> Prices:
    """Return the package's prices with those of a file over them, else of the one LINEAL_PRICES names.

    Raises InputError for a file that cannot be read and for a name that has no meaning here.
    """
    named = path or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    own = _own()
    if named is None:
        return Prices(own.date, own.region, own.prices, own.training_hours)
    over = _read(named)
    if unknown := over.prices.keys() - own.prices.keys():
        raise InputError(f"{named}: nothing is counted by {', '.join(sorted(unknown))}")
    return Prices(
        over.date, over.region, {**own.prices, **over.prices}, {**own.training_hours, **over.training_hours}
    )


@cache
def _own() -> _File:
    return _parsed(files("lineal.cost").joinpath("prices.toml").read_text(encoding="utf-8"))


def _read(path: Path) -> _File:
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {where}: {first['msg']}") from error


def _parsed(text: str) -> _File:
    document: dict[str, Any] = tomllib.loads(text)
    return _File.model_validate(document)
