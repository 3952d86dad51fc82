"""Signing manifests when they become versions, and holding versions against their signatures."""

from dataclasses import dataclass

from functions.core.errors import BytesChangedError, NotFoundError
from functions.core.ports.registry import ModelStore, Signer
from lineal_contract.registry import ModelVersion
from lineal_contract.signatures import (
    BadSignatureError,
    SigningKey,
    authenticated,
    bundle,
    detached,
    key_id,
    signed_bytes,
    statement,
)


@dataclass(frozen=True)
class Signing:
    """Without a signer nothing is signed, and nothing is asked to be."""

    models: ModelStore
    signer: Signer | None

    def sign(self, version: ModelVersion) -> str | None:
        """Return the bundle of a version's whole manifest, without a payload too long to keep."""
        if self.signer is None:
            return None
        payload = statement(version.model, version.manifest)
        signed = bundle(payload, self.signer.sign(authenticated(payload)), self.signer.public_key())
        return detached(signed) if version.manifest_object else signed

    def key(self) -> SigningKey:
        """Return the public key. Raises NotFoundError where versions are not signed."""
        if self.signer is None:
            raise NotFoundError("this installation signs no versions")
        pem = self.signer.public_key()
        return SigningKey(key_id=key_id(pem), public_key_pem=pem)

    def check(self, version: ModelVersion) -> None:
        """Raise BytesChangedError for a version whose signature is missing, or not of its whole manifest."""
        if self.signer is None:
            return
        found = self.models.signature(version.project, version.model, version.version)
        if found is None:
            raise BytesChangedError(
                f"version {version.version} is not signed; register it again to have it signed"
            )
        try:
            signed, signature = signed_bytes(found, version.model, version.manifest)
        except BadSignatureError as error:
            raise BytesChangedError(str(error)) from error
        if not self.signer.verify(signed, signature):
            raise BytesChangedError("the signature is not by this installation's key")
