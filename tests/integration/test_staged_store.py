"""What every `StagedStore` promises of pinning and hashing: the fake and the adapter, the same tests."""

from dataclasses import replace
from typing import Any

import pytest

from functions.adapters.objects import S3Objects
from functions.adapters.registrations import RegistrationWorkflow, S3Plans
from functions.adapters.staging import S3Staging
from functions.core.errors import NotFoundError
from functions.core.ports.staging import Digests, Plans, StagedFile, StagedStore, Stretch
from functions.core.registrations import Registration
from lineal_contract.mlflow.staging import REGISTRATIONS
from tests import builders
from tests.aws import BUCKET, moto_stack, shared_client
from tests.builders import MODEL, PROJECT, sha
from tests.fakes.objects import MemoryObjects
from tests.fakes.registrations import MemoryPlans
from tests.fakes.staging import MemoryStaging

DATA = b"0123456789"
START = f"projects/{PROJECT}/mlflow/0/"


@pytest.fixture(params=["memory", "s3"])
def where(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        yield None
    else:
        request.getfixturevalue("_ambient")
        with moto_stack():
            yield shared_client("s3")


@pytest.fixture
def store(where: Any) -> StagedStore:
    return S3Staging(where, BUCKET) if where else MemoryStaging()


def pinned(store: StagedStore, name: str) -> StagedFile:
    (found,) = store.newest(START + name)
    return found


def stretch(file: StagedFile, start: int = 0, length: int | None = None) -> Stretch:
    size = file.size if length is None else length
    return Stretch(file.key, file.version_id, file.etag, file.size, start, size, 4)


def test_the_newest_versions_are_listed_and_what_is_hidden_is_not(store: StagedStore) -> None:
    for name, data in (("a", b"1"), ("a", b"22"), ("b/c", b"333"), ("gone", b"4"), ("folder/", b"")):
        store.write(START + name, data)
    store.delete(f"{START}gone")
    found = [file for file in store.newest(START) if not file.key.endswith("/")]
    assert [(file.path.removeprefix(START), file.size) for file in found] == [("a", 2), ("b/c", 3)]
    assert all(file == store.head(file.key) for file in found)
    assert list(store.newest(f"{START}none")) == []


def test_a_pinned_version_is_hashed_by_its_parts_whatever_came_later(store: StagedStore) -> None:
    store.write(f"{START}a", DATA)
    first = pinned(store, "a")
    store.write(f"{START}a", b"other")
    store.delete(f"{START}a")
    whole, end = store.digests([stretch(first), stretch(first, 4, 6)])
    assert whole == Digests((sha(b"0123"), sha(b"4567"), sha(b"89")), sha(DATA))
    assert end == Digests((sha(b"4567"), sha(b"89")), sha(DATA[4:]))


def test_an_empty_file_has_one_empty_part(store: StagedStore) -> None:
    store.write(f"{START}a", b"")
    assert store.digests([stretch(pinned(store, "a"))]) == [Digests((sha(b""),), sha(b""))]


def test_what_is_not_the_pinned_version_is_none(store: StagedStore) -> None:
    store.write(f"{START}a", DATA)
    file = pinned(store, "a")
    other = replace(stretch(file), etag='"another"')
    nowhere = replace(stretch(file), key=f"{START}b")
    assert store.digests([other, nowhere]) == [None, None]


def test_a_version_that_was_deleted_is_none(_ambient: None) -> None:
    with moto_stack():
        client = shared_client("s3")
        store = S3Staging(client, BUCKET)
        store.write(f"{START}a", DATA)
        file = pinned(store, "a")
        client.delete_object(Bucket=BUCKET, Key=file.key, VersionId=file.version_id)
        assert store.digests([stretch(file)]) == [None]


def test_documents_of_a_registration_are_kept_by_name(where: Any) -> None:
    plans: Plans = S3Plans(where, BUCKET, REGISTRATIONS) if where else MemoryPlans()
    plans.put(PROJECT, "1" * 32, "plan.json", b"one")
    plans.put(PROJECT, "1" * 32, "plan.json", b"two")
    assert plans.get(PROJECT, "1" * 32, "plan.json") == b"two"
    for other in (
        (PROJECT, "2" * 32, "plan.json"),
        (PROJECT, "1" * 32, "share"),
        ("other", "1" * 32, "plan.json"),
    ):
        with pytest.raises(NotFoundError):
            plans.get(*other)


def test_content_is_written_once(where: Any) -> None:
    objects = S3Objects(where, BUCKET) if where else MemoryObjects()
    stored = builders.stored(DATA)
    first = objects.write(stored.key, DATA)
    assert objects.write(stored.key, DATA).version_id == first.version_id
    assert objects.read(stored.model_copy(update={"version_id": first.version_id})) == DATA


def test_executions_of_a_registration_are_numbered_and_get_two_names() -> None:
    class Client:
        def start_execution(self, **asked: str) -> None:
            self.asked = asked

    client, machine = Client(), "arn:aws:states:eu-central-1:1:stateMachine:registration"
    workflow = RegistrationWorkflow(client, machine)  # type: ignore[arg-type]
    arn = workflow.arn_of("1" * 32, 2)
    assert arn == f"arn:aws:states:eu-central-1:1:execution:registration:{'1' * 32}-3"
    workflow.start(
        Registration(
            registration_id="1" * 32, project=PROJECT, model=MODEL, version=1, plan_digest=sha(b""),
            execution_arn=arn, requested_at=0,
        )
    )  # fmt: skip
    given = f'{{"project":"{PROJECT}","registration_id":"{"1" * 32}"}}'
    assert client.asked == {"stateMachineArn": machine, "name": f"{'1' * 32}-3", "input": given}
