"""Log chunks in memory."""

from dataclasses import dataclass, field

from functions.core.errors import ConflictError
from functions.core.ports.tracking import RunStore
from lineal_contract.base import Page
from lineal_contract.logs import LogLines, LogPart, LogQuery
from tests.fakes.pages import page_of


@dataclass
class MemoryLogs:
    """The `LogStore` port."""

    runs: RunStore
    _parts: dict[tuple[str, str], LogPart] = field(default_factory=dict)

    def put(self, project: str, run_id: str, at: int, lines: LogLines) -> None:
        self.runs.get(project, run_id)
        name = f"{at:015d}#{lines.writer}#{lines.seq:016d}"
        part = LogPart.model_validate(lines.model_dump())
        if self._parts.setdefault((run_id, name), part) != part:
            raise ConflictError("the writer has sent other lines under this number")

    def page(self, project: str, run_id: str, query: LogQuery) -> Page[LogPart]:
        self.runs.get(project, run_id)
        found = {
            name: part
            for (owner, name), part in self._parts.items()
            if owner == run_id and name >= f"{query.since:015d}"
        }
        return page_of(found, query.page_size, query.page_token, newest_first=query.newest_first)
