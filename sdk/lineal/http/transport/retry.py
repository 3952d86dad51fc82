"""The transport that repeats what may succeed the next time."""

import random
import time
from collections.abc import Callable

from lineal.errors import ConnectionFailedError
from lineal.http.transport import Request, Response, Transport
from lineal.http.transport.waiting import asked_to_wait

RETRIED_STATUSES = frozenset({429, 502, 503, 504})
STORAGE_STATUSES = RETRIED_STATUSES | {408, 500}
"""S3 says 500 for a fault that passes."""
_BASE_SECONDS = 0.2
_CAP_SECONDS = 10.0
_LONGEST_RETRY_AFTER = 60.0


class RetryTransport:
    """Repeats a request that got no answer, or one of `statuses`, up to `attempts` times in all.

    Waits between attempts by exponential backoff with full jitter, and never less than `Retry-After` asks.
    Any request may be repeated: clients make the ids, so the server sees that it is the same one.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        attempts: int = 6,
        statuses: frozenset[int] = RETRIED_STATUSES,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._inner = inner
        self._attempts = attempts
        self._statuses = statuses
        self._sleep = sleep
        self._uniform = uniform

    def send(self, request: Request) -> Response:
        """Return the first answer that is no reason to try again, else the last one."""
        for attempt in range(self._attempts - 1):
            asked_for = 0.0
            try:
                response = self._inner.send(request)
            except ConnectionFailedError:
                pass
            else:
                asked_for = asked_to_wait(response) or 0.0
                if response.status not in self._statuses or asked_for > _LONGEST_RETRY_AFTER:
                    return response
            self._sleep(max(asked_for, self._backoff(attempt)))
        return self._inner.send(request)

    def _backoff(self, attempt: int) -> float:
        return self._uniform(0.0, min(_CAP_SECONDS, _BASE_SECONDS * 2**attempt))
