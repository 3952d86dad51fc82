"""Keeping a folder on the version that a name means: checked before it is used, swapped in one step.

    models/current   -> versions/3-1f0c…      what the device reads
    models/previous  -> versions/2-9b44…      what it read before
    models/pulled.json                        what `current` is, and the tag to ask with
    models/model.sig                          the signature of `current`, and signing-key.pem to check it

A folder below `versions` is complete once it has its name: it is filled beside it, checked and renamed.
`current` is replaced by renaming a new link over it, so that a reader finds the old version or the new one.
"""

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lineal.errors import DiskError, IntegrityError
from lineal.governance import signatures
from lineal.ids import new_id
from lineal.transfer.files import read_file
from lineal.transfer.safe_paths import targets_below
from lineal.warned import warn
from lineal_contract.artifacts import manifest_digest
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.pulls import Pull
from lineal_contract.signatures import FILE_NAME, attached

if TYPE_CHECKING:
    from lineal.client import Client

_STATE = "pulled.json"


@dataclass(frozen=True)
class Pulled:
    """What a folder holds. `changed` says whether this pull has swapped it; `path` has the files."""

    model: str
    version: int
    semver: str | None
    manifest_digest: str
    path: Path
    changed: bool


@dataclass(frozen=True)
class _State:
    reference: str
    etag: str
    model: str
    version: int
    semver: str | None
    manifest_digest: str
    folder: str


def pull(client: "Client", reference: str, to: str | Path, *, key: str | Path | None = None) -> Pulled:
    """Bring the folder `to` to the version that `reference` means, if it is not there already.

    Raises NotFoundError, IntegrityError for bytes that are not the version's, DiskError. Whatever fails,
    `current` stays as it was.

    A signature is checked with the public key in the file `key`; without one, with the one the folder got
    with its first version. Raises IntegrityError where that key has not signed the version.
    """
    root = Path(to)
    before = _state(root)
    known = before if before is not None and before.reference == reference and _stands(root, before) else None
    pulled, etag = client.models.pull(reference, etag=known.etag if known else None)
    if pulled is None and known is not None:
        return _pulled(root, known, changed=False)
    if pulled is None:
        raise IntegrityError("the server says that nothing has changed, and there is nothing here")
    _warn(pulled)
    pulled = _whole(client, pulled)
    with _disk(root):
        signatures.check(client, pulled, root / "signing-key.pem", Path(key) if key else None)
        folder = _fetched(client, pulled, root)
        after = _State(
            reference, etag, pulled.model, pulled.version, pulled.semver, pulled.manifest_digest, folder.name
        )
        changed = before is None or before.folder != folder.name or not _stands(root, before)
        if changed:
            _swap(root, folder, before)
        _write(root / _STATE, json.dumps(asdict(after)))
        if pulled.signature is not None:
            _write(root / FILE_NAME, pulled.signature)
        _forget_old(root)
    return _pulled(root, after, changed=changed)


def watch(
    client: "Client",
    reference: str,
    to: str | Path,
    *,
    every: float,
    key: str | Path | None = None,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[float, float], float] = random.uniform,
) -> Iterator[Pulled]:
    """Pull for ever, `every` seconds or up to a fifth more or less, so that devices do not come at once.

    What cannot be pulled is raised to the caller of `next`; a caller may go on all the same by a new watch.
    """
    while True:
        yield pull(client, reference, to, key=key)
        sleep(jitter(every * 0.8, every * 1.2))


class _disk:  # noqa: N801 -- reads as the statement it is
    """Turns the disk's refusals into DiskError."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> None:
        (self._root / "versions").mkdir(parents=True, exist_ok=True)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, DiskError):
            raise DiskError(f"{self._root} cannot be written: {error.strerror or error}") from error


def _whole(client: "Client", pulled: Pull) -> Pull:
    """Return an answer with all files and the whole signature, however many they are."""
    files = client.artifacts.files(pulled)
    if manifest_digest(files) != pulled.manifest_digest:
        raise IntegrityError("the manifest does not match its own digest")
    signature = pulled.signature
    if signature is not None and pulled.manifest_object is not None:
        signature = attached(signature, pulled.model, files)
    return pulled.model_copy(update={"manifest": files, "signature": signature})


def _fetched(client: "Client", pulled: Pull, root: Path) -> Path:
    """Return the folder with the version's files, each checked against its address."""
    folder = root / "versions" / f"{pulled.version}-{pulled.manifest_digest[:16]}"
    if folder.is_dir() and not _broken(pulled, folder):
        return folder
    # Named after the content: an interrupted pull goes on where it ended.
    filling = folder.with_name(f".{folder.name}.filling")
    client.artifacts.fetch(pulled.manifest, filling)
    if broken := _broken(pulled, filling):
        raise IntegrityError(f"{broken} is not what the version has")
    if folder.is_dir():
        folder.rename(folder.with_name(f".{folder.name}.{new_id()}.broken"))
    filling.rename(folder)
    return folder


def _broken(pulled: Pull, folder: Path) -> str | None:
    targets = targets_below(folder, [entry.path for entry in pulled.manifest])
    for entry in pulled.manifest:
        file = targets[entry.path]
        if not file.is_file() or read_file(file, entry.path).digest != entry.object.digest:
            return entry.path
    return None


def _swap(root: Path, folder: Path, before: _State | None) -> None:
    if before is not None and (root / "versions" / before.folder).is_dir():
        _link(root, "previous", before.folder)
    _link(root, "current", folder.name)


def _link(root: Path, name: str, folder: str) -> None:
    fresh = root / f".{name}.{new_id()}"
    fresh.symlink_to(Path("versions") / folder, target_is_directory=True)
    fresh.replace(root / name)


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(f".{file.name}.{new_id()}")
    fresh.write_text(text)
    fresh.replace(file)


def _state(root: Path) -> _State | None:
    try:
        return _State(**json.loads((root / _STATE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _stands(root: Path, state: _State) -> bool:
    link = root / "current"
    return link.is_symlink() and link.readlink().name == state.folder and link.is_dir()


def _forget_old(root: Path) -> None:
    """Remove all but what `current` and `previous` lead to, and what pulls that never ended have left."""
    kept = {(root / n).readlink().name for n in ("current", "previous") if (root / n).is_symlink()}
    for folder in (root / "versions").iterdir():
        if folder.name not in kept:
            with suppress(OSError):
                shutil.rmtree(folder)


def _warn(pulled: Pull) -> None:
    if pulled.status is not VersionStatus.ACTIVE:
        instead = f"; use version {pulled.successor}" if pulled.successor else ""
        text = f"{pulled.model}@{pulled.version} is {pulled.status}{instead}"
        warn(text)


def _pulled(root: Path, state: _State, *, changed: bool) -> Pulled:
    return Pulled(state.model, state.version, state.semver, state.manifest_digest, root / "current", changed)
