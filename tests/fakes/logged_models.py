"""Logged models in memory."""

from functions.core.errors import StaleError, TooLargeError
from lineal_contract.logged_models import LoggedModel


class MemoryLoggedModels:
    """The `LoggedModelStore` port."""

    def __init__(self) -> None:
        self._models: dict[tuple[str, str], LoggedModel] = {}

    def get(self, project: str, model_id: str) -> LoggedModel | None:
        return self._models.get((project, model_id))

    def put(self, before: LoggedModel | None, after: LoggedModel) -> None:
        if self.get(after.project, after.model_id) != before:
            raise StaleError
        self._models[after.project, after.model_id] = after

    def all(self, project: str, limit: int) -> list[LoggedModel]:
        found = [model for model in self._models.values() if model.project == project]
        if len(found) > limit:
            raise TooLargeError("there are too many models")
        return found
