"""A version whose files a workflow hashes: whatever fails on the way, it becomes whole, or never was."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.core.models.adopting import Adoption
from functions.core.objects.pinning import Pinning
from functions.core.objects.plans import SMALL_FILES, Plan, of_known
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.registry import CreateModel
from tests import builders
from tests.aws import BUCKET
from tests.builders import MODEL, PROJECT
from tests.faults.cloud import Cloud, cloud_of
from tests.faults.outcome import check_whole, outcome
from tests.faults.test_every_call import plans

FOLDER = "0/big"


@pytest.fixture
def cloud(_ambient: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with cloud_of(monkeypatch) as made:
        made.backend().curating.create(PROJECT, CreateModel(model=MODEL), builders.cause())
        for name in "ab":
            made.backend().staging.write(PROJECT, f"{FOLDER}/{name}", name.encode())
        made.settle()
        yield made


def planned(cloud: Cloud) -> Plan:
    """Many files: two to be hashed, of the others everything is known."""
    known = [ManifestEntry(path=f"known/{n:03}", object=builders.stored()) for n in range(SMALL_FILES)]
    fresh = Pinning(cloud.backend().staging).pin(PROJECT, FOLDER)
    return Plan(bucket=BUCKET, files=(*fresh.files, *of_known(BUCKET, known).files))


def asked(cloud: Cloud, plan: Plan) -> None:
    """Ask for a version, once, and let everything that follows come to rest."""
    wanted = Adoption(f"mlflow-artifacts:/{FOLDER}", FOLDER, plan, None, "", {})

    def register() -> dict[str, Any]:
        made = cloud.backend().adopting.register(PROJECT, MODEL, wanted, builders.cause(at=cloud.now))
        return {"version": made.version}

    cloud.do(register)
    cloud.settle()


def test_a_version_becomes_whole_or_never_was_whatever_fails(cloud: Cloud) -> None:
    plan, before = planned(cloud), cloud.save()
    cloud.wire.restart({})
    cloud.sweep()
    never = outcome(cloud)
    cloud.load(before)
    cloud.wire.restart({})
    asked(cloud, plan)
    calls = cloud.wire.calls
    cloud.sweep()
    done = outcome(cloud)
    assert done["versions"][0][3] is VersionStatus.ACTIVE
    assert done["events"]["Model Version Registered"] == 1
    begun = next(place for place, call in enumerate(calls) if call == "dynamodb.transact_write_items")
    told = 0
    for faults in plans(calls):
        cloud.load(before)
        cloud.wire.restart(faults)
        asked(cloud, plan)
        cloud.wire.restart({})
        cloud.sweep()
        told += 1
        check_whole(cloud)
        (place,) = faults
        expected = [done] if place > begun else [never, done]
        assert outcome(cloud) in expected, (place, calls[place], faults[place].name)
    assert told > 8


def test_what_was_written_down_for_a_version_that_ended_is_looked_after_no_more(cloud: Cloud) -> None:
    asked(cloud, planned(cloud))
    assert cloud.items("WORK#REGISTRATIONS")
    cloud.sweep()
    assert cloud.items("WORK#REGISTRATIONS") == []
