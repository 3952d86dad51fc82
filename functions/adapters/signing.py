"""Signatures by a key that never leaves KMS, or locally by one in a file: ECDSA, P-256, SHA-256, in DER."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from functions.adapters.service_errors import NO_ANSWER, ServiceError, code_of
from functions.core.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_ALGORITHM: Final = "ECDSA_SHA_256"
FILE_SCHEME = "file://"


@dataclass(frozen=True)
class KmsSigner:
    """The `Signer` port on a KMS key."""

    client: "KMSClient"
    key: str

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`; KMS is given its digest."""
        try:
            answer = self.client.sign(
                KeyId=self.key,
                Message=sha256(data).digest(),
                MessageType="DIGEST",
                SigningAlgorithm=_ALGORITHM,
            )
        except (*NO_ANSWER, ServiceError) as error:
            raise UnavailableError("the signing key did not answer") from error
        return answer["Signature"]

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Say whether a signature is by the key."""
        try:
            answer = self.client.verify(
                KeyId=self.key,
                Message=sha256(data).digest(),
                MessageType="DIGEST",
                Signature=signature,
                SigningAlgorithm=_ALGORITHM,
            )
        except NO_ANSWER as error:
            raise UnavailableError("the signing key did not answer") from error
        except ServiceError as error:
            if code_of(error) == "KMSInvalidSignatureException":
                return False
            raise UnavailableError("the signing key did not answer") from error
        return answer["SignatureValid"]

    def public_key(self) -> str:
        """Return the public key as PEM."""
        return self._pem

    @cached_property
    def _pem(self) -> str:
        try:
            der = self.client.get_public_key(KeyId=self.key)["PublicKey"]
        except (*NO_ANSWER, ServiceError) as error:
            raise UnavailableError("the signing key did not answer") from error
        body = "\n".join(wrap(b64encode(der).decode(), 64))
        return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


@dataclass(frozen=True)
class FileSigner:
    """The `Signer` port on a private key in a PEM file; for the local stack, which has no KMS to trust."""

    file: Path

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        signature: bytes = self._key.sign(data, ec.ECDSA(hashes.SHA256()))
        return signature

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Say whether a signature is by the key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            self._key.public_key().verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    def public_key(self) -> str:
        """Return the public key as PEM."""
        from cryptography.hazmat.primitives import serialization

        pem: bytes = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return pem.decode()

    @cached_property
    def _key(self) -> Any:
        from cryptography.hazmat.primitives import serialization

        return serialization.load_pem_private_key(self.file.read_bytes(), None)
