"""What an answer says of when to come again."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lineal.http.transport import Response


def asked_to_wait(response: Response) -> float | None:
    """Return the seconds that `Retry-After` asks for, which holds seconds or a date; None for nonsense."""
    value = (response.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())
