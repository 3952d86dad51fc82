"""What request bodies refuse, whichever model they are."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from lineal_contract.routes.table import ROUTES
from lineal_contract.rules import MetricThreshold
from lineal_contract.runs import UpdateRun

BODIES = sorted({route.body for route in ROUTES if route.body}, key=lambda model: model.__name__)


def parts(kind: Any) -> Iterator[Any]:
    """Yield a type and all that it is made of, models as themselves."""
    yield kind
    for part in get_args(kind):
        yield from parts(part)


def models(body: type[BaseModel]) -> set[type[BaseModel]]:
    """Return a body's model and all that it holds."""
    found: set[type[BaseModel]] = set()
    waiting = [body]
    while waiting:
        model = waiting.pop()
        found.add(model)
        kinds = [part for field in model.model_fields.values() for part in parts(field.annotation)]
        inner = [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]
        waiting += [m for m in inner if m not in found]
    return found


FIELDS = [
    (model, name, field)
    for model in sorted(set().union(*map(models, BODIES)), key=lambda m: m.__name__)
    for name, field in model.model_fields.items()
    if any(part in (int, float) for part in parts(field.annotation))
]


@pytest.mark.parametrize(
    ("model", "name", "field"), [pytest.param(*f, id=f"{f[0].__name__}.{f[1]}") for f in FIELDS]
)
@pytest.mark.parametrize("value", ["true", '"1"', "NaN", "Infinity", "1e400"])
def test_numbers_are_numbers(model: type[BaseModel], name: str, field: Any, value: str) -> None:
    kind: Any = TypeAdapter(Annotated[field.annotation, name, *field.metadata])
    for text in (value, f"[{value}]", f"[[{value}]]"):
        with pytest.raises(ValidationError):
            kind.validate_json(text)


@pytest.mark.parametrize("body", BODIES, ids=lambda model: model.__name__)
def test_unknown_fields_are_refused(body: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as refused:
        body.model_validate_json('{"__proto__": {}}')
    assert ("__proto__",) in {e["loc"] for e in refused.value.errors()}


@pytest.mark.parametrize("body", BODIES, ids=lambda model: model.__name__)
def test_errors_do_not_repeat_what_was_sent(body: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as refused:
        body.model_validate_json('{"a secret": "of somebody"}')
    assert "somebody" not in str(refused.value)


def test_a_threshold_has_a_bound() -> None:
    with pytest.raises(ValidationError, match="at_most"):
        MetricThreshold(metric="mae")


@pytest.mark.parametrize(("count", "fits"), [(200, True), (201, False)])
def test_a_run_has_so_many_tags_at_once(count: int, fits: bool) -> None:
    tags = {f"tag-{n}": "" for n in range(count)}
    if fits:
        assert UpdateRun(tags=tags).tags == tags
        return
    with pytest.raises(ValidationError):
        UpdateRun(tags=tags)
