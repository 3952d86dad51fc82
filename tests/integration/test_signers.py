"""What every `Signer` promises: a key in a file and one in KMS, the same tests."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from functions.adapters.signing import FileSigner, KmsSigner
from functions.core.errors import UnavailableError
from functions.core.ports.registry import Signer
from lineal.governance.keys import fits
from lineal.local import signing_key


@pytest.fixture
def kms() -> Iterator[KmsSigner]:
    with mock_aws():
        client = boto3.client("kms", region_name="eu-central-1")
        made = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        yield KmsSigner(client, made["KeyMetadata"]["Arn"])


@pytest.fixture(params=["file", "kms"])
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Signer:
    if request.param == "file":
        return FileSigner(signing_key.ensure(tmp_path / "key.pem"))
    made: KmsSigner = request.getfixturevalue("kms")
    return made


def test_a_signature_is_checked_by_the_public_key_alone(tmp_path: Path) -> None:
    signer = FileSigner(signing_key.ensure(tmp_path / "key.pem"))
    signature = signer.sign(b"bytes")
    assert fits(signer.public_key(), signature, b"bytes")
    assert not fits(signer.public_key(), signature, b"other bytes")


def test_kms_signs_the_digest_and_gives_its_public_key_as_pem(
    kms: KmsSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """moto hashes a digest once more, so what it signs is held against the digest of the digest."""
    asked: list[dict[str, Any]] = []
    sign = kms.client.sign
    monkeypatch.setattr(kms.client, "sign", lambda **given: asked.append(given) or sign(**given))
    signature, digest = kms.sign(b"bytes"), sha256(b"bytes").digest()
    assert (asked[0]["Message"], asked[0]["MessageType"]) == (digest, "DIGEST")
    assert fits(kms.public_key(), signature, digest)


def test_the_signer_knows_its_own_signatures(signer: Signer) -> None:
    signature = signer.sign(b"bytes")
    assert signer.verify(b"bytes", signature)
    assert not signer.verify(b"other bytes", signature)


@pytest.mark.parametrize("call", ["sign", "verify", "get_public_key"])
@pytest.mark.parametrize(
    "fault",
    [
        ClientError({"Error": {"Code": "DependencyTimeoutException", "Message": "later"}}, "Sign"),
        ReadTimeoutError(endpoint_url="kms"),
    ],
    ids=["refused", "lost"],
)
def test_a_key_that_does_not_answer_can_be_asked_again(
    kms: KmsSigner, monkeypatch: pytest.MonkeyPatch, call: str, fault: Exception
) -> None:
    def refused(**_: Any) -> None:
        raise fault

    monkeypatch.setattr(kms.client, call, refused)
    asked = {
        "sign": lambda: kms.sign(b"bytes"),
        "verify": lambda: kms.verify(b"bytes", b"signature"),
        "get_public_key": kms.public_key,
    }
    with pytest.raises(UnavailableError):
        asked[call]()
