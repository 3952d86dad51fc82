"""An object of many parts travels whole, up and down; in `make proof` one above S3's single PUT."""

import os
from pathlib import Path

import pytest

import lineal
from lineal_contract.digests import MIN_PART_BYTES, part_count
from tests.e2e.conftest import World

MIB = 1024 * 1024
SIZE = int(os.environ.get("PROOF_OBJECT_MIB", "80")) * MIB + 17


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """A file that is a hole, but for some bytes in each part."""
    file = tmp_path / "large.bin"
    with file.open("wb") as out:
        out.truncate(SIZE)
        for number in range(part_count(SIZE)):
            out.seek(number * MIN_PART_BYTES)
            out.write(b"part %6d" % number)
    return file


def test_a_large_object_travels_whole(world: World, sparse: Path) -> None:
    client = world.scientist
    run = lineal.run(client=client)
    artifact = client.artifacts.log(run.id, sparse)
    assert artifact.size == SIZE
    back = client.artifacts.fetch(artifact.files, world.folder / "back") / sparse.name
    with sparse.open("rb") as ours, back.open("rb") as theirs:
        while block := ours.read(16 * MIB):
            assert theirs.read(len(block)) == block
        assert theirs.read(1) == b""
