import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lineal.errors import ConnectionFailedError, LinealError
from lineal.spool.live import Spool
from lineal.spool.sender import Pace
from lineal.tracking.metrics import SpoolSink
from lineal_contract.ids import new_id
from tests.unit.spool.receiver import Receiver, refused

NewSink = Callable[..., SpoolSink]
QUIET = Pace(interval=600, linger=600)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[NewSink]:
    """Makes sinks that deliver to a receiver, by default only when they are asked to."""
    made = []

    def new(receiver: Receiver, pace: Pace = QUIET) -> SpoolSink:
        spool = Spool(tmp_path, new_id(), destination=lambda about: receiver, pace=pace)
        made.append(SpoolSink(spool))
        return made[-1]

    yield new
    for one in made:
        one.close(0)


def log(sink: SpoolSink, count: int) -> list[float]:
    for i in range(count):
        sink.log({"loss": float(i)}, step=i)
    return [float(i) for i in range(count)]


def test_many_points_are_sent_at_the_next_look(sink: NewSink) -> None:
    receiver = Receiver()
    one = sink(receiver, Pace(interval=0.001, linger=600))
    log(one, 2_000)
    assert receiver.called.wait(30)


def test_a_few_points_are_sent_when_they_have_waited(sink: NewSink) -> None:
    receiver = Receiver()
    log(sink(receiver, Pace(interval=0.001, linger=0.001)), 1)
    assert receiver.called.wait(30)


def test_closing_delivers_everything_in_rising_chunks(sink: NewSink) -> None:
    receiver = Receiver()
    one = sink(receiver)
    expected = log(one, 25_000)
    assert one.close(60)
    assert receiver.values == expected
    assert receiver.tried == sorted(set(receiver.tried))
    assert len(receiver.tried) > 1
    assert one.lost_points == 0


def test_a_delivery_that_fails_is_repeated_with_its_number(sink: NewSink) -> None:
    receiver = Receiver(ConnectionFailedError("down"), ConnectionFailedError("down"))
    one = sink(receiver)
    expected = log(one, 5)
    assert [one.flush(30), one.flush(30), one.flush(30)] == [False, False, True]
    assert len(set(receiver.tried)) == 1
    assert (receiver.values, one.lost_points) == (expected, 0)


def test_it_is_tried_again_without_being_asked(sink: NewSink) -> None:
    receiver = Receiver(ConnectionFailedError("down"))
    one = sink(receiver, Pace(interval=0.001, linger=0.001))
    expected = log(one, 5)
    while receiver.values != expected:
        receiver.called.wait(30)


def test_what_the_server_refuses_is_counted_and_set_aside_and_the_rest_goes_on(
    sink: NewSink, tmp_path: Path
) -> None:
    receiver = Receiver(refused())
    one = sink(receiver)
    log(one, 3)
    assert one.flush(30)
    log(one, 4)
    assert one.close(30)
    assert (receiver.values, one.lost_points) == ([0.0, 1.0, 2.0, 3.0], 3)
    told = [p.read_text() for p in tmp_path.glob("*/*/refused/*.json")]
    assert len(told) == 1
    assert '"code": "invalid_request"' in told[0]


def test_the_folder_is_gone_when_all_is_delivered(sink: NewSink, tmp_path: Path) -> None:
    one = sink(Receiver())
    log(one, 3)
    assert len(list(tmp_path.glob("*/*/*.segment"))) == 1
    one.close(30)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_delivered_stays(sink: NewSink, tmp_path: Path) -> None:
    one = sink(Receiver(*(ConnectionFailedError("down") for _ in range(9))))
    log(one, 12)
    assert not one.close(30)
    assert (one.lost_points, len(list(tmp_path.glob("*/*/*.segment")))) == (0, 1)
    one.log({"loss": 1.0})
    assert one.lost_points == 1


def test_very_long_keys_are_cut_into_chunks_that_fit(sink: NewSink) -> None:
    receiver = Receiver()
    one = sink(receiver)
    one.log({_long_key(i): float(i) for i in range(2_000)})
    assert one.close(60)
    assert receiver.values == [float(i) for i in range(2_000)]
    assert len(receiver.chunks) > 1


def _long_key(seed: int) -> str:
    """A name of 250 characters that does not compress."""
    digits = hashlib.shake_128(str(seed).encode()).digest(500)
    return "".join(chr(0x4E00 + int.from_bytes(digits[i : i + 2]) % 0x4000) for i in range(0, 500, 2))


@pytest.mark.parametrize("failure", [refused, lambda: ConnectionFailedError("down")])
def test_trouble_is_told_once(
    sink: NewSink, failure: Callable[[], LinealError], caplog: pytest.LogCaptureFixture
) -> None:
    one = sink(Receiver(failure(), failure(), failure()))
    for i in range(3):
        one.log({"loss": float(i)})
        one.flush(30)
    assert len(caplog.records) == 1
