"""The drill: a stack with a live version is copied, destroyed and brought back, and all still verifies.

Clearing leftovers is part of it: what is live has to outlast that, too.
"""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lineal.local
from lineal.cli import app
from lineal.cli.operating import found_stores
from lineal.keeping.collecting import collect
from lineal.keeping.leftovers import Kind, find
from tests.e2e.conftest import World
from tests.e2e.test_recovery import sweep


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def command(*words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def said(world: World) -> dict[str, Any]:
    """What people can learn of the version, but for where in the bucket its bytes are."""
    version = world.scientist.models.version("m", 1)
    run = world.scientist.runs.get(version.run_id)
    return {
        "manifest": version.manifest_digest,
        "bytes": [(e.path, e.object.digest, e.object.recorded_version_id) for e in version.manifest],
        "run": run.model_dump(exclude={"artifacts"}),
        "points": [(point.step, point.value) for point in run.metric("mae")],
        "trail": [record.digest for record in world.auditor.audit.records("m")],
        "prediction": world.scientist.endpoints.predict("m", [[1.0, 2.0]]).outputs,
    }


def nothing_in_use_is_garbage(data: Path) -> None:
    """Clear all that would be left over in a month; content that nobody used goes, in two runs."""
    assert not any(kind["count"] for kind in command("gc", "--local", str(data))["leftovers"])
    stores, grace = found_stores(None, data), timedelta(days=7)
    orphan = f"projects/demo/objects/dd/{'d' * 64}"
    stores.s3.put_object(Bucket=stores.bucket, Key=orphan, Body=b"nobody's")
    for days in (30, 60):
        then = datetime.now(UTC) + timedelta(days=days)
        left = [each for each in find(stores, then, grace) if each.kind is not Kind.TOKEN]
        assert [each.key for each in left] == [orphan]
        collect(stores, then, grace, apply=True)
    assert list(stores.versions(orphan)) == []


@pytest.fixture
def lost(tmp_path: Path, backup: Path) -> dict[str, Any]:
    """What a stack said before it was backed up and thrown away."""
    data = tmp_path / "first"
    with lineal.local.running(data=data) as stack:
        world = World(stack, stack.project, tmp_path)
        world.live(world.version("m", mae=50.0))
        sweep(world)  # anchors the trail, and sends what waits
        before = said(world)
        command("backup", "create", str(backup), "--local", str(data))
    shutil.rmtree(data)
    return before


def test_all_digests_match_after_a_stack_was_lost_and_restored(
    lost: dict[str, Any], tmp_path: Path, backup: Path
) -> None:
    data = tmp_path / "second"
    with lineal.local.running(data=data) as stack:
        restored = command("backup", "restore", str(backup), "--local", str(data))
        assert restored == command("backup", "check", str(backup))
        world = World(stack, stack.project, tmp_path)
        assert said(world) == lost

        version = world.scientist.models.version("m", 1)
        assert all(entry.object.original_version_id for entry in version.manifest)
        nothing_in_use_is_garbage(data)
        assert version.verify().ok
        trail = world.auditor.audit.verify("m")
        assert (trail.ok, trail.unproven_from, trail.records) == (True, None, len(lost["trail"]))
        trace = world.auditor.traces.of_endpoint("m", verify=True)
        assert trace.verified
        world.scientist.artifacts.fetch(version.manifest, tmp_path / "back")

        world.live(world.version("m", mae=40.0, weight=2.0))  # and work goes on
        assert world.auditor.audit.verify("m").ok
