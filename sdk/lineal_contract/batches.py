"""Many small files at once: begun, ended and read by one request each, not by thousands."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from lineal_contract.artifacts import Download, StoredObject, Upload
from lineal_contract.base import Answer, Digest, Wire
from lineal_contract.digests import MIN_PART_BYTES

MAX_BATCH = 500
"""How many small files are begun or ended by one request."""
MAX_DOWNLOADS = 100
"""How many addresses are asked for at once: with more digests a URL would be too long."""
_ADDRESS = re.compile(r"[0-9a-f]{64}")


class SmallFile(Wire):
    """Bytes in one part, of which many are sent at once; the address follows from the SHA-256."""

    size: Annotated[int, Field(ge=0, le=MIN_PART_BYTES, strict=True)]
    sha256: Digest


class SmallFiles(Wire):
    """Begins or ends the uploads of up to 500 small files."""

    files: Annotated[tuple[SmallFile, ...], Field(min_length=1, max_length=MAX_BATCH)]


class Uploads(Answer):
    """What is still to be sent of each file, in the order that was asked."""

    uploads: tuple[Upload, ...]


class EndedUploads(Answer):
    """The files that are stored now, and the addresses of those whose bytes have not arrived."""

    stored: tuple[StoredObject, ...]
    missing: tuple[Digest, ...]


def _addresses(text: str) -> str:
    addresses = text.split(",")
    if not 0 < len(addresses) <= MAX_DOWNLOADS or not all(map(_ADDRESS.fullmatch, addresses)):
        raise ValueError(f"1 to {MAX_DOWNLOADS} content addresses, separated by commas")
    return text


class DownloadQuery(Wire):
    """Which stored content to read: 1 to 100 content addresses, separated by commas."""

    digests: Annotated[str, Field(max_length=65 * MAX_DOWNLOADS), AfterValidator(_addresses)]


class Downloads(Answer):
    """Addresses to read stored content from, in the order that was asked."""

    items: tuple[Download, ...]
