"""Logged models in the runs table: one partition for a project, in order of their ids."""

from dataclasses import dataclass

from functions.adapters.dynamo import ABSENT, Table, document, parse
from functions.adapters.keys import runs as keys
from functions.core.errors import TooLargeError
from lineal_contract.logged_models import LoggedModel


@dataclass(frozen=True)
class DynamoLoggedModels:
    """The `LoggedModelStore` port."""

    table: Table

    def get(self, project: str, model_id: str) -> LoggedModel | None:
        """Return a model."""
        item = self.table.get(keys.logged_model(project, model_id))
        return parse(LoggedModel, item) if item else None

    def put(self, before: LoggedModel | None, after: LoggedModel) -> None:
        """Store a model as long as it is as read."""
        at = keys.logged_model(after.project, after.model_id)
        if before is None:
            return self.table.put(at, document(after), ABSENT)
        values = {":before": document(before)["doc"], ":after": document(after)["doc"]}
        return self.table.update(at, "SET #doc = :after", "#doc = :before", {"#doc": "doc"}, values)

    def all(self, project: str, limit: int) -> list[LoggedModel]:
        """Read the partition."""
        items = self.table.query(keys.logged_models(project), limit=limit + 1)
        if len(items) > limit:
            raise TooLargeError(f"a search looks at {limit} logged models at most")
        return [parse(LoggedModel, item) for item in items]
