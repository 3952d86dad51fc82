"""Contents that are stored, pinned and released while runs of `lineal gc` clear, or die, in between."""

from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from functions.adapters.dynamo import Table
from functions.adapters.keys import runs as run_keys
from functions.adapters.object_records import DynamoObjects
from lineal.keeping import Stores
from lineal.keeping.clearing import tally
from lineal.keeping.leftovers import Kind
from lineal_contract.artifacts import StoredObject
from lineal_contract.digests import address_of
from tests.aws import BUCKET
from tests.integration.test_garbage import (
    after,
    found,
    readable,
    refer,
    stores,
    stores_without_operator,
)
from tests.integration.test_keeping import store

__all__ = ["stores", "stores_without_operator"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("store", "ask", "refer", "use", "release", "clear", "clear late", "die")),
        st.integers(0, 1),
    ),
    min_size=4,
    max_size=12,
)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=[("store", 0), ("ask", 0), ("clear", 0), ("clear", 0), ("refer", 0)])
@example(steps=[("store", 0), ("ask", 0), ("clear", 0), ("refer", 0), ("clear late", 0)])
@example(steps=[("store", 0), ("die", 0), ("clear late", 0)])
@example(steps=[("use", 0), ("release", 0), ("clear", 0), ("use", 0), ("clear late", 0)])
@given(steps=STEPS)
def test_whatever_happens_in_between_what_is_referred_to_can_be_read(stores: Stores, steps: Any) -> None:
    """Contents are stored, pinned by their record as the API does, and released, while runs clear or die.

    What a request has read of a record, it pins up to a day later.
    """
    _empty(stores)
    day, pinned, asked = 8.0, dict[int, StoredObject](), dict[int, StoredObject]()
    for step, which in steps:
        body = f"content {which}".encode()
        if step in ("store", "use"):
            _store_if_unknown(stores, body)
        if step in ("ask", "use") and (known := _known(stores, body)):
            asked[which] = known
        if step in ("refer", "use") and which in asked:
            pinned[which] = asked[which]
            refer(stores, asked[which], run=str(which) * 32)
        if step == "release" and pinned.pop(which, None):
            stores.dynamodb.delete_item(
                TableName="runs", Key=run_keys.artifact("p", str(which) * 32, "model")
            )
        if step == "clear late":
            day, asked = day + 8, {}
        if step.startswith("clear"):
            tally(found(stores, after(day)), stores, after(day))
        if step == "die":
            _die(stores, after(day), which)
        assert all(readable(stores, each) for each in pinned.values())
        assert all(_readable_if_known(stores, f"content {n}".encode()) for n in range(2))


def _die(stores: Stores, at: datetime, done: int) -> None:
    """Clear some, and end between the two halves of hiding the next."""
    left = found(stores, at)
    tally(left[:done], stores, at)
    for each in left[done : done + 1]:
        if each.kind is Kind.CONTENT:
            stores.s3.delete_object(Bucket=BUCKET, Key=each.key)


def _known(stores: Stores, body: bytes) -> StoredObject | None:
    return DynamoObjects(Table(stores.dynamodb, "runs")).get("p", address_of(body))


def _store_if_unknown(stores: Stores, body: bytes) -> None:
    if _known(stores, body) is None:
        store(stores, body)


def _readable_if_known(stores: Stores, body: bytes) -> bool:
    known = _known(stores, body)
    return known is None or readable(stores, known)


def _empty(stores: Stores) -> None:
    for item in list(stores.items("runs")):
        stores.dynamodb.delete_item(TableName="runs", Key={name: item[name] for name in ("PK", "SK")})
    for each in list(stores.versions("")):
        for version_id in each.all_ids:
            stores.s3.delete_object(Bucket=BUCKET, Key=each.key, VersionId=version_id)
