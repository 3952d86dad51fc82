"""A deployment's bytes are hashed in shares: all of them, and nothing long stands in the workflow's state."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from functions.core.deployments.checking import CheckedShare, checked, joined, shares
from functions.core.errors import BytesChangedError, NotFoundError
from functions.core.objects.plans import SHARE_BYTES, Piece
from lineal_contract.artifacts import ManifestEntry, StoredObject
from lineal_contract.deployments import DeploymentStatus
from lineal_contract.digests import content_address, part_count
from tests import builders
from tests.builders import MODEL, PROJECT, sha
from tests.fakes.objects import MemoryObjects
from tests.unit.core.town import Town

TERABYTE = 10**12
STATE_BYTES = 256 * 1024
"""What Step Functions takes as the state of an execution."""
HISTORY_EVENTS = 25_000
FILES = Path(__file__).parents[3] / "infra" / "workflows" / "deployment.asl.json"


class LongObjects(MemoryObjects):
    """Knows the digest of each part of objects that nobody could keep in memory; `bad` parts differ."""

    def __init__(self, bad: Sequence[int] = (), gone: bool = False) -> None:
        super().__init__()
        self.bad, self.gone = bad, gone

    def part_digest(self, stored: StoredObject, number: int) -> str:
        if self.gone:
            raise NotFoundError("not in the bucket")
        return sha(f"{number}{'!' if number in self.bad else ''}".encode())


def long_file(size: int, path: str = "weights.bin") -> ManifestEntry:
    digests = (sha(f"{number}".encode()) for number in range(1, part_count(size) + 1))
    stored = builders.stored(b"x").model_copy(update={"size": size, "digest": content_address(digests)})
    return ManifestEntry(path=path, object=stored)


def done(manifest: Sequence[ManifestEntry], objects: MemoryObjects) -> list[CheckedShare]:
    """Hash each share, and take what came of it through JSON, as the bucket does."""
    found = (checked(manifest, share, objects) for share in shares(manifest))
    return [CheckedShare.model_validate_json(each.model_dump_json()) for each in found]


def test_a_file_of_a_terabyte_is_compared_whole() -> None:
    manifest = [long_file(TERABYTE)]
    cut = shares(manifest)
    pieces = [piece for share in cut for piece in share]
    assert [p.first for p in pieces] == [1 + sum(e.parts for e in pieces[:n]) for n in range(len(pieces))]
    assert sum(piece.parts for piece in pieces) == part_count(TERABYTE)
    assert joined(manifest, done(manifest, LongObjects())) == ()
    wrong = joined(manifest, done(manifest, LongObjects(bad=[part_count(TERABYTE)])))
    assert [(failure.path, failure.expected) for failure in wrong] == [
        ("weights.bin", manifest[0].object.digest)
    ]


def test_the_state_of_a_terabyte_fits_an_execution() -> None:
    cut = shares([long_file(TERABYTE)])
    assert len(json.dumps({"shares": [*range(len(cut))]})) < STATE_BYTES / 100
    assert len(json.dumps([{"outcome": "hashed"}] * len(cut))) < STATE_BYTES / 10
    assert len(cut) * 7 < HISTORY_EVENTS / 10, "events of a share in the history"


def test_the_workflow_keeps_nothing_of_a_share_in_its_state() -> None:
    hashing = json.loads(FILES.read_text())["States"]["VerifyAll"]
    assert hashing["ResultPath"] is None
    assert hashing["ItemProcessor"]["States"]["Verify"]["ResultSelector"] == {
        "outcome.$": "$.Payload.outcome"
    }


def test_a_file_is_told_once_however_many_of_its_shares_are_gone() -> None:
    manifest = [long_file(3 * SHARE_BYTES), long_file(10, "small.bin")]
    assert len(shares(manifest)) > 2
    failures = joined(manifest, done(manifest, LongObjects(gone=True)))
    assert sorted(failure.path for failure in failures) == ["small.bin", "weights.bin"]


def test_a_share_that_is_missing_among_the_parts_is_not_taken_for_the_file() -> None:
    manifest = [long_file(3 * SHARE_BYTES)]
    assert joined(manifest, done(manifest, LongObjects())[:-1])


def test_whole_files_are_compared_in_their_share() -> None:
    manifest = [long_file(10, "a"), long_file(SHARE_BYTES, "b")]
    assert shares(manifest) == ((Piece(0, 1, 1, True),), (Piece(1, 1, 256, True),))
    assert done(manifest, LongObjects()) == [CheckedShare()] * 2


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_share_that_has_not_run_is_no_share_without_faults(town: Town) -> None:
    approval_id = town.promoted(50.0)
    town.open(approval_id)
    assert town.checking.plan(PROJECT, MODEL, approval_id) == (0,)
    with pytest.raises(NotFoundError):
        town.checking.failures(PROJECT, MODEL, approval_id)


def test_a_share_may_run_again(town: Town) -> None:
    approval_id = town.promoted(50.0)
    town.open(approval_id)
    assert town.check(approval_id) == town.check(approval_id) == ()
    assert town.switch(approval_id).outcome == "live"
    assert [d.status for d in town.deployments()] == [DeploymentStatus.LIVE]


def test_a_manifest_that_is_not_the_registered_one_is_not_hashed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    approval_id = town.promoted(50.0)
    town.open(approval_id)
    forged = town.versions()[0].model_copy(update={"manifest": (long_file(10),)})
    monkeypatch.setattr(town.models, "version", lambda *_: forged)
    for step in (town.checking.plan, town.checking.failures):
        with pytest.raises(BytesChangedError):
            step(PROJECT, MODEL, approval_id)
