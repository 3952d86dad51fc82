import hashlib
import threading
from collections.abc import Callable

import pytest

from lineal.errors import ConnectionFailedError, InvalidRequestError, LinealError
from lineal.metrics import BackgroundSender
from lineal_contract.chunks import MAX_CHUNK_BYTES, Point, decode


def points(count: int, key: str = "loss") -> list[Point]:
    return [Point(key, i, 1_000 + i, float(i)) for i in range(count)]


class Receiver:
    """Keeps what is delivered; fails as told, and can be made to block."""

    def __init__(self, *failures: LinealError) -> None:
        self.failures = list(failures)
        self.got: list[tuple[int, list[Point]]] = []
        self.tried: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.called = threading.Event()

    def __call__(self, seq: int, data: bytes) -> None:
        self.called.set()
        self.open.wait()
        self.tried.append(seq)
        if self.failures:
            raise self.failures.pop(0)
        assert len(data) <= MAX_CHUNK_BYTES
        self.got.append((seq, decode(data)))

    @property
    def points(self) -> list[Point]:
        return [p for _, chunk in self.got for p in chunk]


def refused() -> InvalidRequestError:
    return InvalidRequestError("no", status=400, code="invalid_request")


def test_a_full_batch_is_sent_at_once() -> None:
    receiver = Receiver()
    sender = BackgroundSender(receiver, batch=10, interval=600)
    sender.put(points(10))
    assert receiver.called.wait(30)
    sender.close(30)
    assert receiver.got == [(0, points(10))]


def test_a_few_points_are_sent_after_the_interval() -> None:
    receiver = Receiver()
    sender = BackgroundSender(receiver, batch=1_000, interval=0.001)
    sender.put(points(1))
    assert receiver.called.wait(30)
    sender.close(30)
    assert receiver.points == points(1)


def test_closing_delivers_everything_in_numbered_chunks() -> None:
    receiver = Receiver()
    sender = BackgroundSender(receiver, batch=10, interval=600)
    sender.put(points(25))
    sender.close(30)
    assert receiver.points == points(25)
    assert [seq for seq, _ in receiver.got] == list(range(len(receiver.got)))
    assert sender.lost_points == 0


def test_a_delivery_that_fails_is_repeated_with_its_number() -> None:
    receiver = Receiver(ConnectionFailedError("down"), ConnectionFailedError("down"))
    sender = BackgroundSender(receiver, batch=5, interval=0.001)
    sender.put(points(5))
    sender.close(30)
    assert receiver.tried[:3] == [0, 0, 0]
    assert (receiver.points, sender.lost_points) == (points(5), 0)


def test_what_the_server_refuses_is_counted_and_the_rest_goes_on() -> None:
    receiver = Receiver(refused())
    sender = BackgroundSender(receiver, batch=5, interval=600)
    sender.put(points(10))
    sender.close(30)
    assert (len(receiver.points), sender.lost_points) == (5, 5)


def test_a_full_buffer_loses_the_newest_and_never_blocks() -> None:
    receiver = Receiver()
    receiver.open.clear()
    sender = BackgroundSender(receiver, batch=5, interval=600, capacity=8)
    sender.put(points(5))
    assert receiver.called.wait(30)
    sender.put(points(10))
    assert sender.lost_points == 7
    receiver.open.set()
    sender.close(30)
    assert len(receiver.points) == 8


def test_what_cannot_be_delivered_in_time_is_counted() -> None:
    receiver = Receiver(*(ConnectionFailedError("down") for _ in range(1_000)))
    sender = BackgroundSender(receiver, batch=5, interval=600)
    sender.put(points(12))
    sender.close(0.01)
    assert sender.lost_points == 12
    sender.put(points(1))
    assert sender.lost_points == 13


def test_very_long_keys_are_cut_into_chunks_that_fit() -> None:
    receiver = Receiver()
    sender = BackgroundSender(receiver, batch=2_000, interval=600)
    many = [Point(_long_key(i), 0, 0, float(i)) for i in range(2_000)]
    sender.put(many)
    sender.close(60)
    assert receiver.points == many
    assert len(receiver.got) > 1


def _long_key(seed: int) -> str:
    """A name of 250 characters that does not compress."""
    digits = hashlib.shake_128(str(seed).encode()).digest(500)
    return "".join(chr(0x4E00 + int.from_bytes(digits[i : i + 2]) % 0x4000) for i in range(0, 500, 2))


@pytest.mark.parametrize("failure", [refused, lambda: ConnectionFailedError("down")])
def test_trouble_is_told_once(failure: Callable[[], LinealError], caplog: pytest.LogCaptureFixture) -> None:
    receiver = Receiver(failure(), failure(), failure())
    sender = BackgroundSender(receiver, batch=1, interval=0.001)
    sender.put(points(3))
    sender.close(30)
    assert len(caplog.records) == 1
