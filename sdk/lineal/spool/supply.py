"""Where the next segment comes from: the disk, or memory while the disk takes nothing."""

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from lineal.spool.buffers import can_be_mapped
from lineal.spool.records import Header
from lineal.spool.segments import Segment, in_memory, on_disk

logger = logging.getLogger("lineal")

MEMORY_SEGMENTS = 16
_RETRY_SECONDS = 10.0


class Supply:
    """Makes the segments of one writer, each with a header and the keys' records.

    Where the disk takes nothing (or `folder` is None), they are in memory, at most `MEMORY_SEGMENTS` of them;
    then there are none, and the disk is tried again from time to time.
    """

    def __init__(self, folder: Path | None, run_id: str, writer: str, segment_bytes: int) -> None:
        self.number = 0
        """The newest segment's."""
        self._folder = folder
        self._run_id = run_id
        self._writer = writer
        self._segment_bytes = segment_bytes
        self._mapped = folder is not None and can_be_mapped(folder)
        self._retry_at = 0.0

    def on_disk(self, keys: bytes, needed: int) -> Segment | None:
        """Return a segment on disk with room for `needed` bytes; None where the disk takes none."""
        if self._folder is None or time.monotonic() < self._retry_at:
            return None
        head = self._head(keys)
        try:
            return on_disk(self._folder, self.number, head, self._capacity(head, needed), mapped=self._mapped)
        except OSError as error:
            self.complain(error)
            return None

    def in_memory(self, keys: bytes, needed: int, segments: Iterable[Segment]) -> Segment | None:
        """Return one in memory, unless those among `segments` are as much as may be held there."""
        held = sum(s.capacity for s in segments if s.in_memory)
        if held + max(self._segment_bytes, needed) > MEMORY_SEGMENTS * self._segment_bytes:
            return None
        head = self._head(keys)
        try:
            return in_memory(self.number, head, self._capacity(head, needed))
        except OSError:
            return None

    def complain(self, error: OSError) -> None:
        """Say, the first time, that the disk took something not, and leave it alone for a while."""
        if self._retry_at == 0.0:
            logger.warning("what is logged is kept in memory, for the spool cannot be written: %s", error)
        self._retry_at = time.monotonic() + _RETRY_SECONDS

    def _head(self, keys: bytes) -> bytes:
        self.number += 1
        return Header(self._run_id, self._writer, self.number).pack() + keys

    def _capacity(self, head: bytes, needed: int) -> int:
        """At least as much room as the keys took: else many long keys would fill each segment anew."""
        return max(self._segment_bytes, 2 * len(head) + needed)
