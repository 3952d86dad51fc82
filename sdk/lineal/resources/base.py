"""What all resources share."""

from typing import Self, cast

from pydantic import BaseModel, PrivateAttr

from lineal.http.api import Api


class Resource:
    """Operations on one kind of thing."""

    def __init__(self, api: Api) -> None:
        self._api = api


class Bound(BaseModel):
    """A record of the contract that can also act, because it knows the API it came from."""

    _api: Api = PrivateAttr()

    @classmethod
    def bind(cls, record: BaseModel, api: Api) -> Self:
        """Return `record`, which was validated on arrival, as this class."""
        bound = cast("Self", cls.model_construct(**dict(record)))
        bound._api = api
        return bound
