"""The requests that have changed a run: the names of the last ones in its item, those before beside it.

In the item a name costs 24 bytes and no write of its own: the change that it made takes it along, on the
condition that it is not there. When there are many, they move to an item beside it that ends by itself. That
is looked at for a request alone that is no newer than the newest one there, as ids sort by time.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from functions.adapters import run_items
from functions.adapters.dynamo import PRESENT, Item, Table
from functions.adapters.keys import runs as keys
from functions.adapters.run_places import RunPlaces
from functions.core.causes import Said
from functions.core.ports.glances import Placed
from functions.tables import EXPIRY_ATTRIBUTE

NAMES, MOVED_TO = "said", "said_to"
MOST = 16
"""Names in an item; more of them move."""
_ID_BYTES, _DIGEST_DIGITS = 16, 16


def noting(
    said: Said, change: str, condition: str, names: dict[str, str], values: Item
) -> tuple[str, str, dict[str, str], Item]:
    """Return an update of a run item, of those that end in ADD, that notes the request which makes it."""
    name = _name(said)
    return (
        f"{change}, #said :noted",
        f"{condition} AND NOT contains(#said, :name)",
        {**names, "#said": NAMES},
        {**values, ":noted": {"BS": [name]}, ":name": {"B": name}},
    )


@dataclass(frozen=True)
class RunRequests:
    """Finds requests by their names, and moves names."""

    table: Table
    places: RunPlaces

    def said(self, run: Placed, item: Item, said: Said) -> Said | None:
        """Return what is kept of a request; the run's item has been read."""
        here = _names_in(item)
        if (earlier := _among(here, said)) is not None:
            return earlier
        moved_to = item.get(MOVED_TO)
        if moved_to is not None and bytes.fromhex(said.request_id) <= moved_to["B"]:
            return self._moved(run, said)
        return None

    def make_room(self, run: Placed, item: Item, said: Said) -> None:
        """Move the names out of an item that has many, before another one comes. Raises StaleError."""
        names = sorted(_names_in(item))
        if len(names) < MOST or said.expires_at is None:
            return
        last = names[-1][:_ID_BYTES]
        digest = hashlib.sha256(b"".join(names)).hexdigest()[:_DIGEST_DIGITS]
        beside = keys.requests(run.project, run.run_id, last.hex(), digest)
        self.table.put(beside, {NAMES: {"BS": names}, EXPIRY_ATTRIBUTE: {"N": str(said.expires_at)}})
        self._empty(run, item, names, last)

    def _empty(self, run: Placed, item: Item, names: Sequence[bytes], last: bytes) -> None:
        """Take names out of an item, unless others did so since it was read: theirs may be later ones."""
        before = item.get(MOVED_TO)
        condition = f"{PRESENT} AND attribute_not_exists(#to)"
        values: Item = {":moved": {"BS": names}}
        if before is not None:
            condition, values = "#to = :before", values | {":before": before}
        moved_to = last if before is None else max(last, before["B"])
        change, attributes, values = run_items.changing(
            "DELETE #said :moved SET #to = :to",
            {"#said": NAMES, "#to": MOVED_TO},
            values | {":to": {"B": moved_to}},
        )
        at = run_items.key_of(run)
        self.places.write(run, lambda: self.table.update(at, change, condition, attributes, values))

    def _moved(self, run: Placed, said: Said) -> Said | None:
        after = f"{keys.REQUESTS}{said.request_id}"
        found = self.table.query(keys.run_parts(run.project, run.run_id), prefix=keys.REQUESTS, after=after)
        names = [name for item in found if not _ended(item, said) for name in _names_in(item)]
        return _among(names, said)


def _name(said: Said) -> bytes:
    return bytes.fromhex(said.request_id + said.digest[:_DIGEST_DIGITS])


def _names_in(item: Item) -> Sequence[bytes]:
    names: Sequence[bytes] = item[NAMES]["BS"] if NAMES in item else ()
    return names


def _among(names: Sequence[bytes], said: Said) -> Said | None:
    """Return the request that has the name; where the words are other ones, of their digest what is kept."""
    wanted = _name(said)
    for name in names:
        if name[:_ID_BYTES] == wanted[:_ID_BYTES]:
            return said if name == wanted else Said(said.request_id, name[_ID_BYTES:].hex())
    return None


def _ended(item: Item, said: Said) -> bool:
    ends = int(item[EXPIRY_ATTRIBUTE]["N"])
    return said.came_at is not None and ends <= said.came_at
