"""What AWS says no with, in the words of the rules."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.stub import Stubber

from functions.adapters.dynamo import ABSENT, Table, translated
from functions.adapters.keys.key import key
from functions.adapters.objects import S3Objects
from functions.core.errors import (
    ChecksumMismatchError,
    NotFoundError,
    StaleError,
    TooLargeError,
    UnavailableError,
    UploadIncompleteError,
)
from functions.core.ports.objects import SentPart
from tests import builders

AT = key("P#team", "item")
LOST = [
    exceptions.EndpointConnectionError(endpoint_url="https://x"),
    exceptions.ConnectTimeoutError(endpoint_url="https://x"),
    exceptions.ReadTimeoutError(endpoint_url="https://x"),
    exceptions.ConnectionClosedError(endpoint_url="https://x"),
    exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ConditionalCheckFailedException", StaleError),
        ("TransactionConflictException", StaleError),
        ("ProvisionedThroughputExceededException", UnavailableError),
        ("ThrottlingException", UnavailableError),
        ("RequestLimitExceeded", UnavailableError),
        ("InternalServerError", UnavailableError),
        ("TransactionInProgressException", UnavailableError),
        ("ValidationException", TooLargeError),
        ("ResourceNotFoundException", exceptions.ClientError),
        ("AccessDeniedException", exceptions.ClientError),
    ],
)
def test_what_the_database_refuses(code: str, error: type[Exception]) -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        stub.add_client_error("put_item", code)
        with pytest.raises(error):
            Table(client, "t").put(AT, {})


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        (["None", "ConditionalCheckFailed"], StaleError),
        (["TransactionConflict", "None"], StaleError),
        (["ThrottlingError", "ConditionalCheckFailed"], StaleError),
        (["ThrottlingError", "None"], UnavailableError),
        (["ProvisionedThroughputExceeded"], UnavailableError),
        (["ValidationError", "None"], TooLargeError),
        (["None", "ItemCollectionSizeLimitExceeded"], TooLargeError),
        (["None"], exceptions.ClientError),
    ],
)
def test_why_a_transaction_is_cancelled(codes: list[str], error: type[Exception]) -> None:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    with pytest.raises(error), translated():
        raise exceptions.ClientError(response, "TransactWriteItems")


@pytest.mark.parametrize("lost", LOST, ids=lambda error: type(error).__name__)
def test_a_database_that_does_not_answer_is_unavailable(lost: Exception) -> None:
    with pytest.raises(UnavailableError), translated():
        raise lost


def test_a_mistake_of_ours_passes_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError


def test_items_and_names_past_the_limits_are_too_large(tables: dict[str, Table]) -> None:
    table = tables["registry"]
    with pytest.raises(TooLargeError):
        table.put(AT, {"doc": {"S": "x" * 400 * 1024}})
    with pytest.raises(TooLargeError):
        table.put(key("P#team", "ä" * 1024), {})
    with pytest.raises(TooLargeError):
        table.write([table.put_in(AT, {"doc": {"S": "x" * 400 * 1024}})])
    assert table.get(AT) is None


def test_a_transaction_writes_all_or_nothing(tables: dict[str, Table]) -> None:
    table = tables["registry"]
    table.put(AT, {"n": {"N": "1"}})
    other = key("P#team", "other")
    with pytest.raises(StaleError):
        table.write([table.put_in(other, {}), table.put_in(AT, {}, ABSENT)])
    assert table.get(other) is None


@pytest.fixture
def s3() -> Any:
    return boto3.client("s3")


def read(client: Any) -> bytes:
    return S3Objects(client, "artifacts").read(builders.stored())


def complete(client: Any) -> None:
    parts = [SentPart(number=1, size=1, sha256=builders.sha("a"), etag="e")]
    S3Objects(client, "artifacts").complete_multipart("key", "upload", parts)


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"])
def test_bytes_that_are_gone_are_not_found(s3: Any, code: str) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code)
        with pytest.raises(NotFoundError):
            read(s3)


@pytest.mark.parametrize("code", ["404", "NoSuchKey"])
def test_nothing_is_stored_under_a_key_yet(s3: Any, code: str) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("head_object", code)
        assert S3Objects(s3, "artifacts").head("key") is None


@pytest.mark.parametrize("act", [read, complete])
@pytest.mark.parametrize("code", ["SlowDown", "ServiceUnavailable", "InternalError", "503"])
def test_a_busy_object_store_is_unavailable(s3: Any, act: Callable[[Any], object], code: str) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("get_object" if act is read else "complete_multipart_upload", code)
        with pytest.raises(UnavailableError):
            act(s3)


@pytest.mark.parametrize("lost", LOST, ids=lambda error: type(error).__name__)
def test_an_object_store_that_does_not_answer_is_unavailable(
    s3: Any, lost: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**request: Any) -> None:
        raise lost

    monkeypatch.setattr(s3, "get_object", fail)
    with pytest.raises(UnavailableError):
        read(s3)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidPart", UploadIncompleteError),
        ("InvalidPartOrder", UploadIncompleteError),
        ("EntityTooSmall", UploadIncompleteError),
        ("MalformedXML", UploadIncompleteError),
        ("BadDigest", ChecksumMismatchError),
        ("InvalidRequest", ChecksumMismatchError),
        ("AccessDenied", exceptions.ClientError),
        ("NoSuchUpload", None),
    ],
)
def test_why_parts_cannot_be_joined(s3: Any, code: str, error: type[Exception] | None) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("complete_multipart_upload", code)
        if error is None:
            complete(s3)
            return
        with pytest.raises(error):
            complete(s3)
