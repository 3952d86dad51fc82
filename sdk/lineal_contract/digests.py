"""How lineal addresses bytes: part sizes, part digests, content addresses and manifest digests.

A content address is the SHA-256 over the SHA-256 digests of an object's parts, one part included. That is
what S3 computes for a multipart upload with a composite SHA-256 checksum, so S3 itself proves the address.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

MIN_PART_BYTES = 16 * 1024 * 1024
MAX_PARTS = 10_000  # S3's limit on the parts of one multipart upload
MAX_OBJECT_BYTES = 5 * 1024**4  # S3's limit on one object, 5 TiB


def part_size(length: int) -> int:
    """Return the size of each part but the last, in bytes, for an object of `length` bytes.

    The smallest power-of-two multiple of 16 MiB that keeps the object within 10,000 parts.
    """
    size = MIN_PART_BYTES
    while size * MAX_PARTS < length:
        size *= 2
    return size


def part_count(length: int) -> int:
    """Return how many parts an object of `length` bytes has; an empty object has one, empty."""
    return max(1, -(-length // part_size(length)))


def part_length(length: int, number: int) -> int:
    """Return the bytes in part `number`, counted from 1, of an object of `length` bytes."""
    size = part_size(length)
    return min(size, length - (number - 1) * size)


def content_address(part_digests: Iterable[str]) -> str:
    """Return the address of an object from the hex SHA-256 digests of its parts, in order."""
    joined = hashlib.sha256()
    for digest in part_digests:
        joined.update(bytes.fromhex(digest))
    return joined.hexdigest()


def address_of(data: bytes) -> str:
    """Return the content address of bytes in memory."""
    size = part_size(len(data))
    parts = (data[at : at + size] for at in range(0, max(1, len(data)), size))
    return content_address(hashlib.sha256(part).hexdigest() for part in parts)


def canonical_json(value: Any) -> bytes:
    """Return the one JSON encoding of `value` that digests are taken over.

    Sorted keys, no spaces, UTF-8, no NaN or infinities (ValueError).
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def json_digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def dataset_digest(files: Sequence[tuple[str, str, int]]) -> str:
    """Return a dataset's digest over (path, content, size) of its files, whatever their order.

    Content is a SHA-256 in hex, or what else is known of the bytes, as `kind:value`. A copy elsewhere has the
    same digest; one changed byte, name or file gives another.
    """
    return json_digest([{"path": p, _content_name(c): c, "size": s} for p, c, s in sorted(files)])


def _content_name(content: str) -> str:
    return "checksum" if ":" in content else "sha256"
