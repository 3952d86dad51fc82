"""Chunks of log lines in the runs table, beside the run's metric chunks."""

from dataclasses import dataclass
from functools import cached_property

from functions.adapters.dynamo import ABSENT, Item, Table, sort_key
from functions.adapters.keys import runs as keys
from functions.adapters.paging import Pages
from functions.core.errors import ConflictError, NotFoundError, StaleError
from lineal_contract.base import Page
from lineal_contract.logs import LogLines, LogPart, LogQuery


@dataclass(frozen=True)
class DynamoLogs:
    """The `LogStore` port."""

    table: Table

    def put(self, project: str, run_id: str, at: int, lines: LogLines) -> None:
        """Store a chunk; a second delivery finds it there."""
        self._check_run(project, run_id)
        where = keys.log_chunk(project, run_id, at, lines.writer, lines.seq)
        item: Item = {"data": {"B": lines.data}, "first_line": {"N": str(lines.first_line)}}
        try:
            self.table.put(where, item, ABSENT)
        except StaleError as error:
            present = self.table.get(where)
            if present is None:
                raise
            if present["data"]["B"] != lines.data:
                raise ConflictError("this writer has sent other lines under the same number") from error

    def page(self, project: str, run_id: str, query: LogQuery) -> Page[LogPart]:
        """Read one page of chunks, in fewer bytes than a function may answer with."""
        self._check_run(project, run_id)
        parts, down = keys.run_parts(project, run_id), query.newest_first
        items = self.table.query(
            parts,
            prefix=keys.LOGS,
            after=self._pages.after(parts, query.page_token, newest_first=down) or _start(query),
            newest_first=down,
            limit=query.page_size + 1,
        )
        wanted = [item for item in items if sort_key(item) >= keys.logs_from(query.since)]
        page, token = self._pages.cut(wanted, parts, query.page_size, newest_first=down)
        return Page(items=tuple(map(_part, page)), next_page_token=token)

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self.table)

    def _check_run(self, project: str, run_id: str) -> None:
        if self.table.get(keys.run_pointer(project, run_id)) is None:
            raise NotFoundError(f"project {project} has no run {run_id}")


def _start(query: LogQuery) -> str | None:
    return keys.logs_from(query.since) if query.since and not query.newest_first else None


def _part(item: Item) -> LogPart:
    _, _, writer, seq = sort_key(item).split("#")
    first = int(item["first_line"]["N"])
    return LogPart(writer=writer, seq=int(seq), first_line=first, data=item["data"]["B"])
