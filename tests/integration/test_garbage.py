"""Leftovers of a small stack: what is found, what is kept, and how content goes in two steps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.adapters.dynamo import Table, document
from functions.adapters.keys import registry as registry_keys
from functions.adapters.keys import runs as run_keys
from functions.adapters.keys.key import key
from functions.adapters.registrations import S3Plans
from functions.adapters.trails import DynamoTrails
from functions.core.objects.plans import Plan, PlannedFile
from lineal.governance.audit_chain import check
from lineal.keeping import Stores, leftovers
from lineal.keeping.clearing import tally
from lineal.keeping.collecting import collect
from lineal.keeping.leftovers import Kind, Leftover
from lineal_contract.artifacts import ManifestEntry, StoredObject
from lineal_contract.audit import AuditHead
from lineal_contract.mlflow.staging import REGISTRATIONS, prefix
from lineal_contract.people import Actor
from lineal_contract.roles import Role
from lineal_contract.tokens import Token
from tests.aws import BUCKET, shared_client
from tests.integration.test_keeping import put, recorded, refer_by_list, store
from tests.integration.test_keeping import stores as stores_without_operator

__all__ = ["stores_without_operator"]
GRACE = timedelta(days=7)
NOW = datetime.now(UTC)
KEY = "projects/p/objects/aa/" + "a" * 64


@pytest.fixture
def stores(stores_without_operator: Stores) -> Stores:
    return replace(stores_without_operator, sts=shared_client("sts"))


def after(days: float) -> datetime:
    return NOW + timedelta(days=days)


def found(stores: Stores, at: datetime) -> list[Leftover]:
    return list(leftovers.find(stores, at, GRACE))


def cleared(stores: Stores, at: datetime) -> dict[Kind, int]:
    """Clear what is there at a time."""
    return {t.kind: t.count for t in collect(stores, at, GRACE, apply=True) if t.count}


def refer(stores: Stores, stored: StoredObject, run: str = "a" * 32) -> None:
    """Let an artifact of a run pin a content."""
    item: Any = run_keys.artifact("p", run, "model") | document(ManifestEntry(path="m", object=stored))
    put(stores, "runs", item)


def readable(stores: Stores, stored: StoredObject) -> bool:
    try:
        stores.s3.get_object(Bucket=BUCKET, Key=stored.key, VersionId=stored.version_id)
    except stores.s3.exceptions.ClientError:
        return False
    return True


def count_bytes(stores: Stores, amount: int) -> None:
    put(stores, "runs", run_keys.used("p", "stored_bytes", None) | {"used": {"N": str(amount)}})


def used(stores: Stores) -> int:
    at = run_keys.used("p", "stored_bytes", None)
    return int(stores.dynamodb.get_item(TableName="runs", Key=at)["Item"]["used"]["N"])


def test_content_in_use_or_young_is_never_found(stores: Stores) -> None:
    refer(stores, store(stores, b"in use"))
    manifest = store(stores, b"a dataset's file list")
    dataset: Any = run_keys.dataset("p", "a" * 32, "training", "d", "e" * 64) | {
        "doc": {"S": f'{{"manifest":"{manifest.digest}"}}'}
    }
    put(stores, "runs", dataset)
    assert found(stores, after(30)) == []
    store(stores, b"young")
    assert found(stores, after(6.9)) == []


def test_content_that_a_list_names_is_in_use(stores: Stores) -> None:
    refer_by_list(stores, store(stores, b"one"), store(stores, b"two"))
    assert found(stores, after(30)) == []


def test_orphans_are_hidden_and_then_deleted(stores: Stores) -> None:
    orphan = store(stores, b"orphan")
    count_bytes(stores, 100)
    assert [(t.kind, t.bytes) for t in collect(stores, after(8), GRACE, apply=False) if t.count] == [
        (Kind.CONTENT, len(b"orphan"))
    ]
    assert recorded(stores, orphan) == orphan  # looking changed nothing

    assert cleared(stores, after(8)) == {Kind.CONTENT: 1}
    assert readable(stores, orphan)
    assert used(stores) == 100 - len(b"orphan")
    assert cleared(stores, after(14.9)) == {}
    assert cleared(stores, after(16)) == {Kind.HIDDEN: 1}
    assert not readable(stores, orphan)
    assert not list(stores.versions("projects/"))
    assert {item["PK"]["S"] for item in stores.items("runs")} == {"P#p#U"}
    assert cleared(stores, after(60)) == {}


def test_what_was_pinned_while_it_was_hidden_comes_back(stores: Stores) -> None:
    pinned = store(stores, b"pinned in the same moment")
    count_bytes(stores, 100)
    assert cleared(stores, after(8)) == {Kind.CONTENT: 1}
    refer(stores, pinned)
    assert readable(stores, pinned)
    assert cleared(stores, after(16)) == {Kind.RESCUED: 1}
    assert recorded(stores, pinned) == pinned
    assert used(stores) == 100
    assert stores.s3.head_object(Bucket=BUCKET, Key=pinned.key)["VersionId"] == pinned.version_id
    assert found(stores, after(60)) == []


def test_content_that_was_recorded_again_while_it_was_hidden_is_not_deleted_at_once(stores: Stores) -> None:
    stored = store(stores, b"completed in the moment between marker and record")
    assert cleared(stores, after(8)) == {Kind.CONTENT: 1}
    put(stores, "runs", run_keys.stored_object("p", stored.digest) | document(stored))
    assert cleared(stores, after(16)) == {Kind.CONTENT: 1}
    assert readable(stores, stored)
    assert cleared(stores, after(17)) == {}


def test_content_that_was_stored_anew_since_it_was_found_stays(stores: Stores) -> None:
    first = store(stores, b"again")
    left = found(stores, after(8))
    stores.s3.delete_object(Bucket=BUCKET, Key=first.key)
    again = store(stores, b"again")
    tally(left, stores, after(8))
    assert recorded(stores, again) == again
    assert stores.s3.head_object(Bucket=BUCKET, Key=again.key)["VersionId"] == again.version_id


def test_unfinished_uploads_end_once_nothing_comes_any_more(stores: Stores) -> None:
    at = {"Bucket": BUCKET, "Key": KEY}
    upload = stores.s3.create_multipart_upload(**at)["UploadId"]
    stores.s3.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"part")
    assert found(stores, after(6)) == []
    (left,) = found(stores, after(8))
    assert (left.kind, left.at, left.size) == (Kind.UPLOAD, (upload,), 4)
    assert cleared(stores, after(8)) == {Kind.UPLOAD: 1}
    assert found(stores, after(8)) == []


def test_staged_files_keep_their_newest_version_and_what_is_pinned(stores: Stores) -> None:
    key = f"{prefix('p')}run/model.pkl"
    first, pinned, _ = (
        stores.s3.put_object(Bucket=BUCKET, Key=key, Body=body)["VersionId"] for body in (b"1", b"2", b"3")
    )
    digest = "c" * 64
    refer(
        stores,
        StoredObject(digest=digest, sha256=digest, size=1, bucket=BUCKET, key=key, version_id=pinned),
    )
    assert found(stores, after(6)) == []
    assert [(each.kind, each.at) for each in found(stores, after(8))] == [(Kind.STAGED, (first,))]


def test_files_that_are_still_to_be_hashed_are_in_use(stores: Stores) -> None:
    name = f"{prefix('p')}run/model.pkl"
    asked, _ = (stores.s3.put_object(Bucket=BUCKET, Key=name, Body=b)["VersionId"] for b in (b"1", b"2"))
    plan = Plan(bucket=BUCKET, files=(PlannedFile(path="m", key=name, version_id=asked, size=1),))
    S3Plans(stores.s3, BUCKET, REGISTRATIONS).put("p", "a" * 32, "plan", plan.to_bytes())
    assert found(stores, after(8)) == []


def test_tokens_go_a_grace_after_they_have_expired(stores: Stores) -> None:
    for name, expires in (("1", after(-1)), ("2", after(30))):
        token = Token(
            token_id=name * 32, project="p", person="ada", role=Role.AUDITOR, name=name, created_at=1,
            expires_at=int(expires.timestamp() * 1000), created_by=Actor(principal="ada"),
        )  # fmt: skip
        put(stores, "registry", key(registry_keys.tokens("p"), token.token_id) | document(token))
        link = {"project": {"S": "p"}, "token_id": {"S": token.token_id}}
        put(stores, "registry", registry_keys.token_secret(name * 64) | link)
    assert found(stores, after(5)) == []
    assert cleared(stores, after(7)) == {Kind.TOKEN: 1}
    kept = {i["SK"]["S"] for i in stores.items("registry") if "BEARER" in i["PK"]["S"]}
    assert kept == {"2" * 32, "TOKEN"}


def test_what_is_cleared_stands_in_the_trail_of_the_project(stores: Stores) -> None:
    for body in (b"one", b"two"):
        store(stores, body)
        cleared(stores, after(8))
    trails = DynamoTrails(Table(stores.dynamodb, "registry"))
    end, records = trails.head("p"), trails.records("p", 0, 10)
    assert check(records, AuditHead(sequence=end.sequence, digest=end.digest)).ok
    assert [r.action for r in records] == ["leftovers.clearing"] * 2
    assert records[1].details == {
        "grace_days": 7, "found": {"contents that nothing refers to": {"count": 1, "bytes": 3}}
    }  # fmt: skip
    assert records[1].actor.principal.startswith("arn:aws:")
    waiting = stores.dynamodb.get_item(TableName="registry", Key=registry_keys.unanchored("p"))["Item"]
    assert waiting["grown_to"] == {"N": "2"}


def test_what_a_lock_keeps_is_told(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    store(stores, b"locked")

    def refused(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "DeleteObject")

    monkeypatch.setattr(stores.s3, "delete_object", refused)
    (told,) = (t for t in tally(found(stores, after(8)), stores, after(8)) if t.refused)
    assert (told.kind, told.count, told.refused) == (Kind.CONTENT, 0, 1)
