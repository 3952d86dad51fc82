"""Which events people were told of, kept for as long as an event can come again."""

from dataclasses import dataclass

from functions.adapters.dynamo import Item, Table
from functions.adapters.keys import registry as keys
from functions.core.errors import StaleError, UnavailableError
from functions.tables import EXPIRY_ATTRIBUTE

_KEPT_SECONDS = 7 * 86_400
"""Past the bus's and the queues' own ends."""
_FREE = "attribute_not_exists(told) OR (told = :no AND lapses <= :now)"


@dataclass(frozen=True)
class DynamoTold:
    """The `Told` port: one small item for each event."""

    table: Table

    def claim(self, event_id: str, now: int, lapses: int) -> bool:
        """Take an event, until `lapses` at most."""
        try:
            put = self.table.put_in(keys.told(event_id), _item(now, told=False, lapses=lapses), _FREE)
            put["Put"]["ExpressionAttributeValues"] = {":no": {"BOOL": False}, ":now": {"N": str(now)}}
            self.table.write([put])
        except StaleError as error:
            item = self.table.get(keys.told(event_id))
            if item is not None and item["told"]["BOOL"]:
                return False
            raise UnavailableError("another delivery of the event is being told") from error
        return True

    def release(self, event_id: str, now: int) -> None:
        """Give an event back: nobody was told."""
        self.table.put(keys.told(event_id), _item(now, told=False, lapses=now))

    def done(self, event_id: str, now: int) -> None:
        """Keep that people were told."""
        self.table.put(keys.told(event_id), _item(now, told=True, lapses=now))


def _item(now: int, *, told: bool, lapses: int) -> Item:
    return {
        "told": {"BOOL": told},
        "lapses": {"N": str(lapses)},
        EXPIRY_ATTRIBUTE: {"N": str(now // 1000 + _KEPT_SECONDS)},
    }
