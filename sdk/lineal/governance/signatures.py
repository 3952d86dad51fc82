"""Whether a version that was pulled is signed by the key that the folder trusts."""

import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from lineal.errors import ConfigurationError, IntegrityError, LinealWarning
from lineal_contract.pulls import Pull
from lineal_contract.signatures import BadSignatureError, signed_bytes

if TYPE_CHECKING:
    from lineal.client import Client


def check(client: "Client", pulled: Pull, pinned: Path, given: Path | None) -> None:
    """Check a signature with the key given, else with the pinned one; the first signed pull pins a key.

    Raises IntegrityError for a version that the key has not signed, ConfigurationError without
    `lineal[verify]` where there is a key to check with.
    """
    key = given or (pinned if pinned.exists() else None)
    if key is None and pulled.signature is None:
        return None
    if pulled.signature is None:
        raise IntegrityError(f"{pulled.model}@{pulled.version} is not signed, and {key} asks for a signature")
    if find_spec("cryptography") is None:
        if key is not None:
            raise ConfigurationError("checking signatures needs `pip install 'lineal[verify]'`")
        text = "the signature was not checked: pip install 'lineal[verify]'"
        return warnings.warn(text, LinealWarning, stacklevel=4)
    try:
        pem = key.read_text() if key else client.models.signing_key().public_key_pem
    except OSError as error:
        raise ConfigurationError(f"the key {key} cannot be read: {error.strerror}") from error
    _verify(pulled, pulled.signature, pem)
    if key is None:
        pinned.write_text(pem)
    return None


def _verify(pulled: Pull, bundle: str, pem: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        public = serialization.load_pem_public_key(pem.encode())
    except ValueError as error:
        raise ConfigurationError("the key is no public key in PEM") from error
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise ConfigurationError("the key is not for ECDSA")
    try:
        signed, signature = signed_bytes(bundle, pulled.model, pulled.manifest)
        public.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except (BadSignatureError, InvalidSignature) as error:
        name = f"{pulled.model}@{pulled.version}"
        raise IntegrityError(f"{name} is not signed by the key that is trusted") from error
