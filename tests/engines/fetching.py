"""DynamoDB Local from a Maven repository, each file held against its checksum, in the user's cache.

Which repository is for the user to say: by LINEAL_MAVEN_REPOSITORY, else as Maven's own settings do. Where
neither does, it is Maven Central, at the address that jgo knows.
"""

import hashlib
import importlib
import os
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

VARIABLE = "LINEAL_MAVEN_REPOSITORY"
"""Names the root of a repository that has what Maven Central has."""
SETTINGS = Path(".m2/settings.xml")
"""Maven's settings below the home folder; their first mirror counts."""
PINNED = Path(__file__).with_name("dynamodb_local.sha256")
_SECONDS = 60


class CannotFetchError(RuntimeError):
    """No repository is named, it cannot be reached, or it gives other bytes than those that were pinned."""


def cache() -> Path:
    """Return the folder of what is fetched, outside the tree."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lineal" / "maven"


def repository() -> str:
    """Return the root of the repository, without a slash at its end. Raises CannotFetchError."""
    named = os.environ.get(VARIABLE) or _mirror(Path.home() / SETTINGS) or _central()
    if not named:
        raise CannotFetchError(
            "install jgo, or name a repository that has what Maven Central has,"
            f" by {VARIABLE} or as a mirror in ~/{SETTINGS}"
        )
    if not named.startswith("https://"):
        raise CannotFetchError(f"{named} is no repository that is reached by https")
    return named.rstrip("/")


def _mirror(settings: Path) -> str | None:
    try:
        root = ElementTree.parse(settings).getroot()  # noqa: S314 - the user's own settings
    except (OSError, ElementTree.ParseError):
        return None
    return root.findtext("{*}mirrors/{*}mirror/{*}url")


def _central() -> str | None:
    """Return Maven Central's address, where jgo is installed."""
    try:
        known = importlib.import_module("jgo.constants")
    except ImportError:
        return None
    return str(known.MAVEN_CENTRAL_URL)


def fetched() -> list[Path]:
    """Return the class path; what is not there is fetched. Raises CannotFetchError."""
    pinned = [line.split() for line in PINNED.read_text().splitlines()]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda entry: _one(*entry), pinned))


def _one(sha256: str, path: str) -> Path:
    target = cache() / path
    if target.exists() and _digest(target.read_bytes()) == sha256:
        return target
    root = repository()
    try:
        with urllib.request.urlopen(f"{root}/{path}", timeout=_SECONDS) as answer:  # noqa: S310 - https
            data: bytes = answer.read()
    except OSError as error:
        raise CannotFetchError(f"{path} cannot be fetched from {root}: {error}") from error
    if _digest(data) != sha256:
        raise CannotFetchError(f"{path} from {root} has not the bytes that are pinned in {PINNED.name}")
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
