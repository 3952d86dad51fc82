"""Staged files in memory."""

from collections.abc import Iterator, Sequence

from functions.core.errors import NotFoundError, UploadIncompleteError
from functions.core.objects.hashing import digests_of
from functions.core.ports.staging import Digests, PartUrl, StagedEntry, StagedFile, StagedPage, Stretch
from tests.builders import sha


class MemoryStaging:
    """The `StagedStore` port; addresses are keys behind a scheme of their own."""

    bucket = "artifacts"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.versions: dict[str, list[bytes]] = {}
        self.parts: dict[str, dict[int, bytes]] = {}

    def listed(self, folder: str, after: str | None) -> StagedPage:
        found: dict[str, int | None] = {}
        for key in sorted(self.every(folder)):
            name, slash, _ = key.removeprefix(folder).partition("/")
            found[name] = None if slash else len(self.files[key])
        return StagedPage([StagedEntry(name, size) for name, size in found.items()])

    def every(self, start: str) -> Iterator[str]:
        return (key for key in list(self.files) if key.startswith(start))

    def head(self, key: str) -> StagedFile | None:
        if key not in self.files:
            return None
        number = str(len(self.versions[key]))
        return StagedFile(key, len(self.files[key]), number, key, _etag(self.files[key]))

    def newest(self, start: str) -> Iterator[StagedFile]:
        return (found for key in self.every(start) if (found := self.head(key)))

    def read(self, key: str) -> bytes:
        if key not in self.files:
            raise NotFoundError(key)
        return self.files[key]

    def digests(self, wanted: Sequence[Stretch]) -> list[Digests | None]:
        return [self._digests(each) for each in wanted]

    def _digests(self, wanted: Stretch) -> Digests | None:
        kept = self.versions.get(wanted.key, [])[int(wanted.version_id) - 1 :]
        if not kept or _etag(kept[0]) != wanted.etag:
            return None
        return digests_of([kept[0][wanted.start : wanted.start + wanted.length]], wanted.room)[1]

    def lose(self, key: str) -> None:
        """Delete all versions of a file."""
        del self.files[key], self.versions[key]

    def write(self, key: str, data: bytes) -> None:
        self.files[key] = data
        self.versions.setdefault(key, []).append(data)

    def delete(self, key: str) -> None:
        self.files.pop(key, None)

    def presign_read(self, key: str, version_id: str, seconds: int) -> str:
        return f"memory:{key}?version={version_id}"

    def presign_write(self, key: str, seconds: int) -> str:
        return f"memory:{key}"

    def begin_parts(self, key: str, count: int) -> tuple[str, list[PartUrl]]:
        self.parts[key] = {}
        return f"upload of {key}", [PartUrl(n, f"memory:{key}#{n}") for n in range(1, count + 1)]

    def complete_parts(self, key: str, upload_id: str, etags: Sequence[tuple[int, str]]) -> None:
        sent = self.parts.pop(key, {})
        if {number for number, _ in etags} != set(sent):
            raise UploadIncompleteError("a part is missing")
        self.write(key, b"".join(sent[number] for number in sorted(sent)))

    def abort_parts(self, key: str, upload_id: str) -> None:
        self.parts.pop(key, None)


def _etag(data: bytes) -> str:
    return f'"{sha(data)[:32]}"'
