"""Quotas: what a project may still do, at next to no cost for each request.

A function takes a block of a rate from the database by one conditional write, and spends it from its own
memory. So a rate is never exceeded; what a function has taken and not spent when its minute or day ends is
lost to the project, a thousandth at most for each function that runs at once. Totals are counted one by one.

A function remembers a quota for a minute, and refuses by none that is older than a second: a lowered quota is
followed within the minute, a raised one at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from functions.core.errors import QuotaExceededError
from functions.core.ports.objects import ObjectRecords
from functions.core.ports.tracking import QuotaStore
from functions.core.ports.world import Clock
from lineal_contract.artifacts import StoredObject
from lineal_contract.quotas import Limit, StoredQuota, Usage

_MINUTE, _DAY = 60_000, 86_400_000
_SPANS = {Limit.REQUESTS_PER_MINUTE: _MINUTE, Limit.POINTS_PER_DAY: _DAY}
_LARGEST_BLOCK = {Limit.REQUESTS_PER_MINUTE: 50, Limit.POINTS_PER_DAY: 50_000}
_SHARE = 1_000
_FRESH, _FRESH_ENOUGH_TO_REFUSE = 60_000, 1_000
_LOOK_AGAIN = 3_600
"""Seconds after which to ask for more of a total: somebody has to change the quota, or free something."""


@dataclass(frozen=True)
class _Block:
    """What is left of a block, and of which minute or day it is."""

    window: int
    left: int


@dataclass(frozen=True)
class Quotas:
    """What projects may use. One object belongs to one function at work, and remembers its blocks."""

    store: QuotaStore
    clock: Clock
    _known: dict[str, tuple[int, StoredQuota]] = field(default_factory=dict)
    _blocks: dict[tuple[str, Limit], _Block] = field(default_factory=dict)

    def current(self, project: str, oldest: int = _FRESH) -> StoredQuota:
        """Return the quota of a project as it was at most `oldest` milliseconds ago."""
        now = self.clock()
        read_at, quota = self._known.get(project, (0, StoredQuota()))
        if not read_at <= now < read_at + oldest:
            quota = self.store.quota(project) or StoredQuota()
            self._known[project] = now, quota
        return quota

    def spend(self, project: str, limit: Limit, amount: int) -> None:
        """Take `amount` of a rate. Raises QuotaExceededError, which says when there is more."""
        now, span = self.clock(), _SPANS[limit]
        window = now // span
        block = self._blocks.get((project, limit))
        left = block.left if block is not None and block.window == window else 0
        if left < amount:
            wait = -(-((window + 1) * span - now) // 1_000)
            take = partial(self._take, project, limit, window, amount - left)
            left += self._within(project, limit, wait, take)
        self._blocks[project, limit] = _Block(window, left - amount)

    def add(self, project: str, limit: Limit, amount: int) -> None:
        """Count up a total; a negative amount gives back. Raises QuotaExceededError."""
        add = partial(self.store.add, project, limit, None, amount)
        if amount <= 0:
            add(None)
        else:
            self._within(project, limit, _LOOK_AGAIN, add)

    def check_room(self, project: str, limit: Limit, amount: int) -> None:
        """Say whether a total has room, before work is spent on it. Raises QuotaExceededError."""

        def has_room(most: int | None) -> bool:
            return most is None or self.store.used(project, limit, None) + amount <= most

        self._within(project, limit, _LOOK_AGAIN, has_room)

    def usage(self, project: str) -> Usage:
        """Return what a project uses now."""
        now = self.clock()

        def used(limit: Limit) -> int:
            span = _SPANS.get(limit)
            return self.store.used(project, limit, span and now // span)

        return Usage(
            requests_this_minute=used(Limit.REQUESTS_PER_MINUTE),
            points_today=used(Limit.POINTS_PER_DAY),
            runs=used(Limit.RUNS),
            stored_bytes=used(Limit.STORED_BYTES),
            quota=self.store.quota(project) or StoredQuota(),
            at=now,
        )

    def _within(self, project: str, limit: Limit, wait: int, take: Callable[[int | None], int]) -> int:
        """Return what `take` gets within the limit, where that is anything. Raises QuotaExceededError."""
        most = self.current(project).of(limit)
        taken = take(most)
        if not taken and (now_most := self.current(project, _FRESH_ENOUGH_TO_REFUSE).of(limit)) != most:
            most, taken = now_most, take(now_most)
        if not taken:
            raise _exceeded(limit, most, wait)
        return taken

    def _take(self, project: str, limit: Limit, window: int, needed: int, most: int | None) -> int:
        """Return how much was taken: a block, else what is needed, else nothing."""
        largest = _LARGEST_BLOCK[limit]
        block = max(needed, largest if most is None else min(largest, most // _SHARE))
        for amount in dict.fromkeys((block, needed)):
            if self.store.add(project, limit, window, amount, most):
                return amount
        return 0


@dataclass(frozen=True)
class CountedObjects:
    """The `ObjectRecords` port: what is stored for the first time counts, the same bytes again do not."""

    records: ObjectRecords
    quotas: Quotas

    def get(self, project: str, digest: str) -> StoredObject | None:
        """Return the stored object of a content address."""
        return self.records.get(project, digest)

    def get_many(self, project: str, digests: Sequence[str]) -> dict[str, StoredObject]:
        """Return the stored objects of content addresses."""
        return self.records.get_many(project, digests)

    def put_many(self, project: str, stored: Sequence[StoredObject]) -> list[StoredObject]:
        """Record stored objects, and count the bytes of those that nobody has recorded."""
        known = self.records.get_many(project, [each.digest for each in stored])
        fresh = [each for each in stored if each.digest not in known]
        if fresh:
            self.quotas.add(project, Limit.STORED_BYTES, sum(each.size for each in fresh))
        known |= {each.digest: each for each in self.records.put_many(project, fresh)}
        return [known[each.digest] for each in stored]

    def open_upload(self, project: str, digest: str) -> str | None:
        """Return the id of the open multipart upload."""
        return self.records.open_upload(project, digest)

    def put_upload(self, project: str, digest: str, upload_id: str, instead_of: str | None) -> str:
        """Record an open upload, which takes no room yet."""
        return self.records.put_upload(project, digest, upload_id, instead_of)

    def put(self, project: str, stored: StoredObject) -> StoredObject:
        """Record a stored object, and count its bytes if nobody has. Raises QuotaExceededError."""
        known = self.records.get(project, stored.digest)
        if known is not None:
            return known
        self.quotas.add(project, Limit.STORED_BYTES, stored.size)
        return self.records.put(project, stored)


def counted(quotas: Quotas, project: str, make: Callable[[], bool]) -> bool:
    """Make a run that counts, and give it back when it was there already, or could not be made."""
    quotas.add(project, Limit.RUNS, 1)
    made = False
    try:
        made = make()
    finally:
        if not made:
            quotas.add(project, Limit.RUNS, -1)
    return made


def _exceeded(limit: Limit, most: int | None, wait: int) -> QuotaExceededError:
    words = limit.value.replace("_", " ")
    return QuotaExceededError(f"the project's quota is {most} {words}", retry_after=wait)
