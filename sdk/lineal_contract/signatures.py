"""Signed manifests in the layout of OpenSSF model signing: a DSSE envelope in a Sigstore bundle.

The statement lists each file with its SHA-256; its subject's digest is the SHA-256 over those digests, in
order of path. Any verifier of model signing accepts it for the files on disk, with the public key alone.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Any

from lineal_contract.artifacts import ManifestEntry
from lineal_contract.base import Answer

FILE_NAME = "model.sig"
"""What the bundle is called beside a model."""
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_PREDICATE_TYPE = "https://model_signing/signature/v1.0"


class SigningKey(Answer):
    """The key that versions are signed with, ECDSA on P-256; `key_id` is the SHA-256 of the PEM."""

    key_id: str
    public_key_pem: str


class BadSignatureError(ValueError):
    """A bundle is none, or it is about other files."""


class UnsignableError(BadSignatureError):
    """A manifest has a file whose SHA-256 nobody knows."""


def key_id(public_key_pem: str) -> str:
    """Return the hint that a bundle gives of its key."""
    return hashlib.sha256(public_key_pem.encode()).hexdigest()


def statement(model: str, manifest: Iterable[ManifestEntry]) -> bytes:
    """Return what is signed of a manifest. Raises UnsignableError."""
    files = [(entry.path, _sha256(entry)) for entry in sorted(manifest, key=lambda entry: entry.path)]
    root = hashlib.sha256(b"".join(bytes.fromhex(digest) for _, digest in files))
    resources = [{"name": path, "algorithm": "sha256", "digest": digest} for path, digest in files]
    serialization = {"method": "files", "hash_type": "sha256", "allow_symlinks": False, "ignore_paths": []}
    return json.dumps(
        {
            "_type": _STATEMENT_TYPE,
            "subject": [{"name": model, "digest": {"sha256": root.hexdigest()}}],
            "predicateType": _PREDICATE_TYPE,
            "predicate": {"serialization": serialization, "resources": resources},
        },
        separators=(",", ":"),
    ).encode()


def _sha256(entry: ManifestEntry) -> str:
    if not entry.object.sha256:
        raise UnsignableError(f"the SHA-256 of {entry.path!r} is not known, which a signature is over")
    return entry.object.sha256


def authenticated(payload: bytes) -> bytes:
    """Return the bytes that the signature is over: DSSE's pre-authentication encoding."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def bundle(payload: bytes, signature: bytes, public_key_pem: str) -> str:
    """Return the bundle as the file it is kept in."""
    signed = {"sig": b64encode(signature).decode(), "keyid": ""}
    envelope = {
        "payload": b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [signed],
    }
    material = {"publicKey": {"hint": key_id(public_key_pem)}, "tlogEntries": []}
    return json.dumps({"mediaType": _BUNDLE_TYPE, "verificationMaterial": material, "dsseEnvelope": envelope})


def detached(text: str) -> str:
    """Return a bundle without its payload: of thousands of files that is longer than a record may be."""
    found = json.loads(text)
    found["dsseEnvelope"]["payload"] = ""
    return json.dumps(found)


def attached(text: str, model: str, manifest: Iterable[ManifestEntry]) -> str:
    """Return a detached bundle with the payload that follows from the files, as verifiers want it."""
    found = json.loads(text)
    found["dsseEnvelope"]["payload"] = b64encode(statement(model, manifest)).decode()
    return json.dumps(found)


def signed_bytes(text: str, model: str, manifest: Sequence[ManifestEntry]) -> tuple[bytes, bytes]:
    """Return (what was signed, the signature) of a bundle, detached or not.

    Raises BadSignatureError for other files.
    """
    try:
        found: dict[str, Any] = json.loads(text)["dsseEnvelope"]
        payload = b64decode(found["payload"], validate=True) or statement(model, manifest)
        signature = b64decode(found["signatures"][0]["sig"], validate=True)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BadSignatureError("the signature is no bundle") from error
    if found.get("payloadType") != PAYLOAD_TYPE or payload != statement(model, manifest):
        raise BadSignatureError("the signature is about other files")
    return authenticated(payload), signature
