"""Artifacts and datasets against object storage that checks signatures, lengths and checksums."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import lineal
from lineal.data.sources.s3 import read_prefix
from lineal_contract.digests import MIN_PART_BYTES, address_of
from tests.e2e.conftest import World
from tests.patience import PATIENCE

PARTS = 4
KILLED_AFTER = 2
UPLOADER = """
import os, signal, sys
import lineal, lineal.transfer.upload
from lineal.http.transport.http import HttpTransport

send, sent = HttpTransport.send, []

def die_after_some(self, request):
    answer = send(self, request)
    if request.method == "PUT":
        sent.append(answer.status)
        if len(sent) == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
    return answer

HttpTransport.send = die_after_some
lineal.transfer.upload.PARALLEL_PARTS = 1
lineal.Client().artifacts.log(sys.argv[1], sys.argv[2])
"""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    file = tmp_path / "large.bin"
    with file.open("wb") as out:
        for number in range(PARTS):
            out.seek(number * MIN_PART_BYTES)
            out.write(os.urandom(16))
    return file


@pytest.fixture
def run(world: World) -> lineal.ActiveRun:
    return lineal.run(client=world.scientist)


def puts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods of all requests to storage from now on."""
    from lineal.http.transport.http import HttpTransport

    seen: list[str] = []
    send = HttpTransport.send

    def noted(self: HttpTransport, request: Any) -> Any:
        if "X-Amz-Signature" in request.url:
            seen.append(request.method)
        return send(self, request)

    monkeypatch.setattr(HttpTransport, "send", noted)
    return seen


def test_a_killed_upload_goes_on_with_the_missing_parts_and_comes_back_whole(
    world: World, run: lineal.ActiveRun, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lineal.local import Identity

    given = world.stack.environment(Identity.SCIENTIST)
    given.pop("LINEAL_TOKEN", None)  # it is for the stack's own project
    environment = os.environ | given | {"LINEAL_PROJECT": world.project}
    command = [sys.executable, "-c", UPLOADER, run.id, str(large), str(KILLED_AFTER)]
    killed = subprocess.run(command, env=environment, timeout=PATIENCE, check=False)
    assert killed.returncode == -signal.SIGKILL

    seen = puts(monkeypatch)
    client = world.scientist
    artifact = client.artifacts.log(run.id, large)
    assert seen == ["PUT"] * (PARTS - KILLED_AFTER)
    assert artifact.digest == address_of(large.read_bytes())

    seen.clear()
    assert client.artifacts.log(run.id, large).digest == artifact.digest
    assert seen == []
    back = client.artifacts.fetch(artifact.files, world.folder / "back")
    assert (back / "large.bin").read_bytes() == large.read_bytes()
    assert seen == ["GET"] * PARTS


def test_a_folder_keeps_its_tree_and_an_empty_file_is_one(world: World, run: lineal.ActiveRun) -> None:
    files = {"a.txt": b"one", "sub/deep/b.bin": bytes(range(256)), "sub/empty": b"", "ä €.txt": b"x"}
    for path, data in files.items():
        (world.folder / "m" / path).parent.mkdir(parents=True, exist_ok=True)
        (world.folder / "m" / path).write_bytes(data)
    run.log_artifact(world.folder / "m")
    found = world.auditor.artifacts.get(run.id, "m")
    back = world.auditor.artifacts.fetch(found.files, world.folder / "back")
    assert {p: (back / p).read_bytes() for p in files} == files


def test_an_s3_prefix_is_a_dataset_by_what_s3_knows_of_it(world: World, run: lineal.ActiveRun) -> None:
    s3, bucket = world.root("s3"), f"data-{world.project}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="train/a.csv", Body=b"a,b\n1,2\n", ChecksumAlgorithm="SHA256")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="train/b.bin", ChecksumAlgorithm="SHA256")
    part = s3.upload_part(
        Bucket=bucket, Key="train/b.bin", UploadId=upload["UploadId"], PartNumber=1, Body=b"part",
        ChecksumAlgorithm="SHA256",
    )  # fmt: skip
    s3.complete_multipart_upload(
        Bucket=bucket, Key="train/b.bin", UploadId=upload["UploadId"],
        MultipartUpload={
            "Parts": [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}]
        },
    )  # fmt: skip
    found = read_prefix(f"s3://{bucket}/train/", client=s3)
    plain, composite = found.files
    assert (plain.path, plain.sha256 is not None) == ("a.csv", True)
    assert (composite.checksum or "").startswith("sha256-parts:")
    assert all(file.version for file in found.files)
    assert (
        read_prefix(f"s3://{bucket}/train/b.bin", client=s3, hash_remote=True).files[0].sha256
    ) is not None


def test_a_stream_and_a_table_that_breaks_its_schema_are_recorded(
    world: World, run: lineal.ActiveRun
) -> None:
    blocks = (bytes([number]) * MIN_PART_BYTES for number in range(3))
    run.log_artifact(blocks, "streamed.bin")
    rows = pd.DataFrame({"age": [20.0, None, 200.0], "city": ["a", "b", "a"]})
    with pytest.raises(lineal.SchemaError, match="above 120"):
        run.use_dataset("people", rows, schema={"columns": {"age": {"type": "number", "maximum": 120}}})

    found = world.auditor.runs.get(run.id)
    (streamed,) = found.artifacts
    back = world.auditor.artifacts.fetch(streamed.files, world.folder / "back") / "streamed.bin"
    assert back.read_bytes() == b"".join(bytes([number]) * MIN_PART_BYTES for number in range(3))
    (people,) = found.datasets
    assert (people.name, people.rows, people.schema_valid) == ("people", 3, False)
    assert {r.id for r in world.auditor.runs.search("datasets.name = 'people'")} == {run.id}
