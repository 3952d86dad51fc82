"""Whether a version that was pulled is signed by the key that the folder trusts."""

from pathlib import Path
from typing import TYPE_CHECKING

from lineal.errors import IntegrityError
from lineal.governance import keys
from lineal.warned import warn
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
    if key is None and not keys.can_check():
        text = "the signature was not checked: pip install 'lineal[verify]'"
        return warn(text)
    pem = keys.read_key(key) if key else client.models.signing_key().public_key_pem
    _verify(pulled, pulled.signature, pem)
    if key is None:
        pinned.write_text(pem)
    return None


def _verify(pulled: Pull, bundle: str, pem: str) -> None:
    name = f"{pulled.model}@{pulled.version}"
    try:
        signed, signature = signed_bytes(bundle, pulled.model, pulled.manifest)
    except BadSignatureError as error:
        raise IntegrityError(f"{name} is not signed by the key that is trusted") from error
    if not keys.fits(pem, signature, signed):
        raise IntegrityError(f"{name} is not signed by the key that is trusted")
