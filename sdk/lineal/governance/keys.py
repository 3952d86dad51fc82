"""Checking signatures: ECDSA on P-256 by a public key, with `lineal[verify]`."""

from importlib.util import find_spec
from pathlib import Path

from lineal.errors import ConfigurationError


def can_check() -> bool:
    """Say whether `lineal[verify]` is installed."""
    return find_spec("cryptography") is not None


def read_key(path: Path) -> str:
    """Return the public key of a file. Raises ConfigurationError, also without `lineal[verify]`."""
    if not can_check():
        raise ConfigurationError("checking signatures needs `pip install 'lineal[verify]'`")
    try:
        return path.read_text()
    except OSError as error:
        raise ConfigurationError(f"the key {path} cannot be read: {error.strerror}") from error


def fits(pem: str, signature: bytes, signed: bytes) -> bool:
    """Say whether a signature is by the key. Raises ConfigurationError for what is no such key."""
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
        public.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
