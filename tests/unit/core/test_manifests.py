"""Things of more files than a record has room for: pinned, signed and verified like those of few."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from functions.adapters.signing import FileSigner
from functions.core.deployments.serving import servable_file
from functions.core.errors import (
    BytesChangedError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from functions.core.models.verification import verify
from functions.core.objects.manifests import whole
from functions.core.objects.uploads import object_key
from lineal.local import signing_key
from lineal_contract.artifacts import (
    MAX_INLINE_FILES,
    Listing,
    ManifestEntry,
    StoredObject,
    manifest_digest,
)
from lineal_contract.digests import address_of
from lineal_contract.lineage import VerifyVersion
from lineal_contract.lists import FileList, prefix_of
from lineal_contract.registry import ModelVersion, OutsideArtifact, RegisterVersion
from lineal_contract.signatures import attached, signed_bytes
from tests import builders
from tests.builders import MODEL, PROJECT, sha
from tests.unit.core.town import Town

MANY = MAX_INLINE_FILES + 1


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(signer=FileSigner(signing_key.ensure(tmp_path / "key.pem")))


def keep(town: Town, data: bytes) -> StoredObject:
    """Store bytes and their record, as an upload does."""
    digest = address_of(data)
    key = object_key(PROJECT, digest)
    stored = StoredObject(
        digest=digest, sha256=sha(data), size=len(data), bucket="artifacts", key=key,
        version_id=town.objects.put(key, data),
    )  # fmt: skip
    return town.stored.put(PROJECT, stored)


def listing(town: Town, files: Mapping[str, bytes]) -> Listing:
    """Store files and the document that lists them."""
    entries = [ManifestEntry(path=path, object=keep(town, data)) for path, data in files.items()]
    return Listing(manifest=keep(town, FileList.of(entries, prefix_of(PROJECT)).to_bytes()).digest)


def many(count: int = MANY) -> dict[str, bytes]:
    return {f"shard/{number:05d}.bin": b"file %d" % number for number in range(count)}


def registered(town: Town) -> ModelVersion:
    asked = OutsideArtifact(source="elsewhere", manifest=listing(town, many()).manifest)
    wanted = RegisterVersion(outside=asked, request_id=builders.hex_id(7))
    return town.registry.register(PROJECT, MODEL, wanted, builders.cause())


def test_a_list_of_few_is_kept_in_the_record(town: Town) -> None:
    found = town.manifests.pin(PROJECT, listing(town, many(MAX_INLINE_FILES)))
    assert (len(found.entries), found.document, found.count) == (MAX_INLINE_FILES, None, MAX_INLINE_FILES)
    assert found.digest == manifest_digest(found.entries)


def test_many_files_are_pinned_by_one_digest_as_few_are(town: Town) -> None:
    version = registered(town)
    assert (version.manifest, version.count) == ((), MANY)
    entries = whole(version, town.objects).manifest
    assert [entry.path for entry in entries] == sorted(many())
    assert version.manifest_digest == version.artifact_digest == manifest_digest(entries)


def test_every_file_is_hashed_again_in_steps(town: Town) -> None:
    version = registered(town)
    steps, at = 0, VerifyVersion()
    files = 0
    while True:
        left = iter([True] * 99)
        step = verify(whole(version, town.objects), at, town.objects, lambda: next(left, False))  # noqa: B023
        steps, files = steps + 1, files + step.files
        assert step.failures == ()
        if step.next is None:
            break
        at = step.next
    assert (files, steps > 1) == (MANY, True)
    tampered = whole(version, town.objects).manifest[150]
    town.objects.tamper(tampered.object, b"file x")
    found = verify(whole(version, town.objects), VerifyVersion(), town.objects, lambda: True)
    assert [failure.path for failure in found.failures] == [tampered.path]


def test_a_document_that_was_changed_is_noticed(town: Town) -> None:
    version = registered(town)
    assert version.manifest_object is not None
    town.objects.tamper(version.manifest_object, b"{}")
    with pytest.raises(BytesChangedError, match="list of files is not the one"):
        whole(version, town.objects)


def test_a_list_pins_what_the_project_has_stored(town: Town) -> None:
    stored = keep(town, b"one")
    for change in ({"version_id": "another"}, {"size": 4}, {"key": "projects/other/objects/x"}):
        forged = ManifestEntry(path="a", object=stored.model_copy(update=change))
        document = FileList.of([forged], prefix_of(PROJECT)).to_bytes()
        with pytest.raises(ConflictError, match="pins 'a' otherwise"):
            town.manifests.pin(PROJECT, Listing(manifest=keep(town, document).digest))


def test_a_list_keeps_all_that_a_manifest_says(town: Town) -> None:
    usual = keep(town, b"one")
    restored = usual.model_copy(update={"original_version_id": "v0", "key": "projects/team/mlflow/x"})
    entries = (ManifestEntry(path="a", object=usual), ManifestEntry(path="b", object=restored))
    listed = FileList.of(entries, prefix_of(PROJECT))
    assert FileList.model_validate_json(listed.to_bytes()).entries() == entries


def test_a_version_that_was_altered_is_noticed(town: Town) -> None:
    altered = registered(town).model_copy(update={"manifest_digest": "0" * 64})
    with pytest.raises(BytesChangedError, match="own digest"):
        whole(altered, town.objects)


def test_the_signature_of_many_files_is_kept_without_them(town: Town) -> None:
    version = registered(town)
    bundle = town.models.signature(PROJECT, MODEL, version.version)
    assert bundle is not None
    assert len(bundle) < 1_000
    complete = whole(version, town.objects)
    town.signing.check(complete)
    attested = attached(bundle, MODEL, complete.manifest)
    assert signed_bytes(attested, MODEL, complete.manifest) == signed_bytes(bundle, MODEL, complete.manifest)
    fewer = version.model_copy(update={"manifest": complete.manifest[1:]})
    with pytest.raises(BytesChangedError):
        town.signing.check(fewer)


def test_a_version_of_many_files_is_served_by_the_one_that_can_be(town: Town) -> None:
    files = many() | {"model.onnx": b"a model"}
    asked = OutsideArtifact(source="elsewhere", manifest=listing(town, files).manifest)
    wanted = RegisterVersion(outside=asked, request_id=builders.hex_id(8))
    made = town.registry.register(PROJECT, MODEL, wanted, builders.cause())
    assert servable_file(whole(made, town.objects)).path == "model.onnx"


@pytest.mark.parametrize(
    "document",
    [b"", b"{}", b"[]", b"\xff", b'{"files":[]}', b'{"files":[{"path":"../x","digest":"%s"}]}' % (b"0" * 64)],
    ids=["nothing", "an object", "a list", "no text", "no files", "a way out"],
)
def test_a_document_that_lists_no_files_is_refused(town: Town, document: bytes) -> None:
    with pytest.raises(InvalidRequestError, match="lists no files"):
        town.manifests.pin(PROJECT, Listing(manifest=keep(town, document).digest))


def test_a_path_comes_once_and_its_content_is_stored(town: Town) -> None:
    with pytest.raises(NotFoundError):
        town.manifests.pin(PROJECT, Listing(manifest="0" * 64))
    absent = [ManifestEntry(path=f"{n}", object=builders.stored(b"%d" % n)) for n in range(3)]
    document = FileList.of(absent, prefix_of(PROJECT)).to_bytes()
    with pytest.raises(NotFoundError, match="and 2 more"):
        town.manifests.pin(PROJECT, Listing(manifest=keep(town, document).digest))
    twice = [ManifestEntry(path="a", object=keep(town, b"a"))] * 2
    document = FileList.of(twice, prefix_of(PROJECT)).to_bytes()
    with pytest.raises(InvalidRequestError, match="same path"):
        town.manifests.pin(PROJECT, Listing(manifest=keep(town, document).digest))
