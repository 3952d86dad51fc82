"""Whether the anchor of an audit trail is signed by the key that is trusted."""

from base64 import b64decode
from binascii import Error as NoBase64

from lineal.governance import keys
from lineal_contract.audit import AuditAnchor, signed_anchor


def fault(project: str, model: str, anchor: AuditAnchor, pem: str) -> str | None:
    """Return what is wrong with an anchor's signature by a key, None where it fits."""
    if anchor.signature is None:
        return "the anchor is not signed"
    try:
        signature = b64decode(anchor.signature, validate=True)
    except NoBase64:
        return "the anchor's signature is none"
    if not keys.fits(pem, signature, signed_anchor(project, model, anchor)):
        return "the anchor is not signed by the key that is trusted: it was rewritten"
    return None
