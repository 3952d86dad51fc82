"""DynamoDB Local from Maven Central, each file held against its checksum, in the user's cache."""

import hashlib
import os
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CENTRAL = "https://repo1.maven.org/maven2"
PINNED = Path(__file__).with_name("dynamodb_local.sha256")
_SECONDS = 60


class CannotFetchError(RuntimeError):
    """Maven Central cannot be reached, or gives other bytes than those that were pinned."""


def cache() -> Path:
    """Return the folder of what is fetched, outside the tree."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lineal" / "maven"


def fetched() -> list[Path]:
    """Return the class path; what is not there is fetched. Raises CannotFetchError."""
    pinned = [line.split() for line in PINNED.read_text().splitlines()]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda entry: _one(*entry), pinned))


def _one(sha256: str, path: str) -> Path:
    target = cache() / path
    if target.exists() and _digest(target.read_bytes()) == sha256:
        return target
    try:
        with urllib.request.urlopen(f"{CENTRAL}/{path}", timeout=_SECONDS) as answer:  # noqa: S310 - https
            data: bytes = answer.read()
    except OSError as error:
        raise CannotFetchError(f"{path} cannot be fetched from {CENTRAL}: {error}") from error
    if _digest(data) != sha256:
        raise CannotFetchError(f"{path} from {CENTRAL} has not the bytes that are pinned in {PINNED.name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.replace(target)
    return target


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> int:
    """Fetch, or say why it cannot be done and end with 3."""
    try:
        fetched()
    except CannotFetchError as error:
        sys.stderr.write(f"conformance was not checked: {error}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
