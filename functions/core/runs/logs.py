"""What runs print: taken in compressed chunks, given as lines."""

from dataclasses import dataclass

from functions.core.errors import InvalidRequestError
from functions.core.ports.tracking import LogStore
from lineal_contract.base import Page
from lineal_contract.logs import LogError, LogLines, LogPart, LogQuery, LogReceipt, unpack

_LATEST = 253_402_300_799_999


@dataclass(frozen=True)
class Logs:
    """The logs of runs."""

    store: LogStore

    def add(self, project: str, run_id: str, chunk: LogLines) -> LogReceipt:
        """Store a chunk once. Raises InvalidRequestError for bytes that are none, NotFoundError."""
        try:
            lines = unpack(chunk.data)
        except LogError as error:
            raise InvalidRequestError(str(error)) from error
        if lines[0].timestamp > _LATEST:
            raise InvalidRequestError("a line was printed after the year 9999")
        self.store.put(project, run_id, lines[0].timestamp, chunk)
        return LogReceipt(lines=len(lines))

    def read(self, project: str, run_id: str, query: LogQuery) -> Page[LogPart]:
        """Return a page of chunks. Raises NotFoundError."""
        return self.store.page(project, run_id, query)
