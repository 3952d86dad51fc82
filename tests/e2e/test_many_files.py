"""A folder of more files than a record has room for: stored, registered, pulled, traced and verified."""

import os
from pathlib import Path

import pytest

import lineal
from lineal_contract.artifacts import MAX_INLINE_FILES
from tests.e2e.conftest import World

FILES = int(os.environ.get("PROOF_FILES", "0")) or MAX_INLINE_FILES + 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "shards"
    for number in range(FILES):
        file = root / f"part-{number % 13:02d}" / f"{number:05d}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"file %d" % number)
    return root


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_many_files_go_all_the_way(world: World, folder: Path, tmp_path: Path) -> None:
    client = world.scientist
    with lineal.run(client=client) as run:
        artifact = client.artifacts.log(run.id, folder, "shards")
        assert client.artifacts.log(run.id, folder, "shards").digest == artifact.digest
    assert (artifact.count, artifact.files) == (FILES, ())
    assert tree(client.artifacts.fetch(artifact, tmp_path / "back")) == tree(folder)

    version = lineal.register("m", artifact, run=run, client=client)
    assert (version.count, version.manifest, version.manifest_digest) == (FILES, (), artifact.digest)
    trace = client.traces.of_version("m", 1, verify=True)
    assert trace.verification is not None
    assert (trace.verified, trace.verification.files) == (True, FILES)

    pulled = lineal.pull("m@1", tmp_path / "device", client=client)
    assert tree(pulled.path) == tree(folder)
    assert (tmp_path / "device" / "model.sig").exists()
    outside = lineal.register_files("n", folder, source="elsewhere", client=client)
    assert outside.manifest_digest == version.manifest_digest

    entries = client.artifacts.files(version)
    stored, s3 = entries[FILES // 2].object, world.root("s3")
    s3.put_object(Bucket=stored.bucket, Key=stored.key, Body=b"another version of the key")
    assert version.verify().ok
    s3.delete_object(Bucket=stored.bucket, Key=stored.key, VersionId=stored.version_id)
    broken = version.verify()
    assert [failure.path for failure in broken.failures] == [entries[FILES // 2].path]
