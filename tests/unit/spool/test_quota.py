"""A quota that is used up stops nothing but the sending: the spool keeps what it has."""

from pathlib import Path

import pytest

from lineal.errors import ThrottledError
from lineal.spool.cursor import Position
from lineal.spool.cutting import Chunk
from lineal.spool.delivering import Deliveries
from lineal.spool.folders import REFUSED
from lineal_contract.chunks import Point
from tests.unit.spool.receiver import Receiver


def test_what_the_quota_has_no_room_for_is_sent_again_and_not_set_aside(tmp_path: Path) -> None:
    full = ThrottledError("used up", status=429, code="quota_exceeded", retry_after=43_200)
    receiver = Receiver(full)
    deliveries = Deliveries(receiver, tmp_path)
    chunk = Chunk(0, (Point("loss", 0, 0, 1.0),), Position(0, 99))
    with pytest.raises(ThrottledError) as refused:
        deliveries.settle(chunk)
    assert refused.value.retry_after == 43_200
    assert (deliveries.tally.refused_points, (tmp_path / REFUSED).exists()) == (0, False)
    deliveries.settle(chunk)
    assert (receiver.values, deliveries.tally.points) == ([1.0], 1)
