"""Times as people write them in filters: a day, or ISO 8601, in UTC where no offset is given."""

from datetime import UTC, datetime

from functions.core.errors import InvalidRequestError
from functions.core.runs.conditions import Readable
from functions.core.runs.pointing import place_of
from functions.core.runs.values import Value

_SUFFIX = "_at"


def in_time(field: Readable, value: Value) -> Value:
    """Return what a field is to be compared with: of times, milliseconds since the epoch.

    Raises InvalidRequestError for a text that is neither a time nor a number.
    """
    if field.namespace != "attributes" or not field.key.endswith(_SUFFIX) or isinstance(value, float):
        return str(value) if isinstance(value, str) else value
    try:
        return float(value)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000
    except (ValueError, OverflowError) as error:
        raise InvalidRequestError(
            f"{place_of(value)}: attributes.{field.key} compares with a time such as '2026-11-21' or "
            f"'2026-11-21T10:00:00Z', or with milliseconds since 1970, not with {str(value)!r:.60}"
        ) from error
