from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from lineal.errors import ConnectionFailedError
from lineal.http.transport import Request, Response
from lineal.http.transport.retry import RETRIED_STATUSES, RetryTransport

REQUEST = Request("POST", "https://api.test/x")


class Scripted:
    """Answers with what it was given, in order; an exception is raised."""

    def __init__(self, *answers: Response | Exception) -> None:
        self.answers: Iterator[Response | Exception] = iter(answers)
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def retrying(inner: Scripted, attempts: int = 4) -> tuple[RetryTransport, list[float]]:
    """A transport that waits in a list, and as long as backoff allows."""
    waited: list[float] = []
    return RetryTransport(inner, attempts=attempts, sleep=waited.append, uniform=lambda _, top: top), waited


@pytest.mark.parametrize("status", sorted(RETRIED_STATUSES))
def test_what_may_pass_is_repeated_as_it_was(status: int) -> None:
    inner = Scripted(Response(status), ConnectionFailedError("down"), Response(200))
    transport, waited = retrying(inner)
    assert transport.send(REQUEST).status == 200
    assert inner.requests == [REQUEST] * 3
    assert waited == [0.2, 0.4]


@pytest.mark.parametrize("status", [200, 201, 400, 403, 404, 409, 412, 500])
def test_all_else_is_final(status: int) -> None:
    transport, waited = retrying(Scripted(Response(status)))
    assert transport.send(REQUEST).status == status
    assert waited == []


def test_it_ends_with_the_last_answer_or_error() -> None:
    assert retrying(Scripted(*[Response(503)] * 4))[0].send(REQUEST).status == 503
    with pytest.raises(ConnectionFailedError):
        retrying(Scripted(*[ConnectionFailedError("down")] * 4))[0].send(REQUEST)


def test_backoff_grows_to_a_cap() -> None:
    transport, waited = retrying(Scripted(*[Response(503)] * 10), attempts=10)
    transport.send(REQUEST)
    assert waited == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0, 10.0]


def test_retry_after_is_honoured() -> None:
    transport, waited = retrying(Scripted(Response(429, {"retry-after": "7"}), Response(200)))
    transport.send(REQUEST)
    assert waited == [7.0]


def test_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    transport, waited = retrying(Scripted(Response(503, {"retry-after": date}), Response(200)))
    transport.send(REQUEST)
    assert 20 < waited[0] <= 30


@pytest.mark.parametrize("value", ["soon", "-1", "", "Mon, 99 Foo", "٣"])
def test_nonsense_in_retry_after_is_ignored(value: str) -> None:
    transport, waited = retrying(Scripted(Response(503, {"retry-after": value}), Response(200)))
    transport.send(REQUEST)
    assert waited == [0.2]


def test_a_wait_that_is_too_long_is_left_to_the_caller() -> None:
    inner = Scripted(Response(429, {"retry-after": "3600"}))
    transport, waited = retrying(inner)
    assert transport.send(REQUEST).status == 429
    assert waited == []
