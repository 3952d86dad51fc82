"""Hashing pinned versions of staged objects, and recording what they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from functions.core.errors import BytesChangedError
from functions.core.objects.plans import HashedPiece, Piece, Plan, shares, stretch
from functions.core.ports.objects import ObjectRecords
from functions.core.ports.staging import Digests, StagedStore
from lineal_contract.artifacts import ManifestEntry, StoredObject
from lineal_contract.digests import content_address, part_count

_TOLD = 5


@dataclass(frozen=True)
class Hashing:
    """Content that the project has stored already is not recorded twice: the first object stays."""

    staged: StagedStore
    records: ObjectRecords

    def whole(self, project: str, plan: Plan) -> tuple[ManifestEntry, ...]:
        """Hash all at once and return the files. Raises BytesChangedError, QuotaExceededError."""
        done = [piece for share in shares(plan) for piece in self.pieces(project, plan, share)]
        return self.join(project, plan, done)

    def pieces(self, project: str, plan: Plan, share: Sequence[Piece]) -> tuple[HashedPiece, ...]:
        """Hash a share; whole files are recorded. Raises BytesChangedError for what is no longer there."""
        found = self.staged.digests([stretch(plan, piece) for piece in share])
        lost = [plan.files[p.file].path for p, each in zip(share, found, strict=True) if each is None]
        if lost:
            raise BytesChangedError(_lost(lost))
        hashed = [(piece, each) for piece, each in zip(share, found, strict=True) if each is not None]
        whole = [_stored(plan, p.file, each.parts, each.whole) for p, each in hashed if p.whole]
        kept = iter(self._recorded(project, whole))
        return tuple(
            HashedPiece(file=p.file, stored=next(kept))
            if p.whole
            else HashedPiece(file=p.file, first=p.first, part_digests=each.parts)
            for p, each in hashed
        )

    def join(self, project: str, plan: Plan, done: Iterable[HashedPiece]) -> tuple[ManifestEntry, ...]:
        """Return the files of all pieces, in order of path. Raises BytesChangedError where one is missing."""
        stored = {n: file.stored for n, file in enumerate(plan.files) if file.stored is not None}
        parts: dict[int, list[HashedPiece]] = {}
        for piece in done:
            if piece.stored is not None:
                stored[piece.file] = piece.stored
            else:
                parts.setdefault(piece.file, []).append(piece)
        for number, pieces in parts.items():
            digests = [d for each in sorted(pieces, key=lambda p: p.first) for d in each.part_digests]
            if len(digests) == part_count(plan.files[number].size):
                made = _stored(plan, number, tuple(digests), "")
                stored[number] = self.records.put(project, made)
        missing = [file.path for number, file in enumerate(plan.files) if number not in stored]
        if missing:
            raise BytesChangedError(f"nobody has hashed {_few(missing)}")
        return tuple(ManifestEntry(path=f.path, object=stored[n]) for n, f in enumerate(plan.files))

    def _recorded(self, project: str, found: Sequence[StoredObject]) -> list[StoredObject]:
        """Record each content once, however many files it is."""
        different = list({each.digest: each for each in reversed(found)}.values())
        kept = {each.digest: each for each in self.records.put_many(project, different)}
        return [kept[each.digest] for each in found]


def digests_of(blocks: Iterable[bytes], room: int) -> tuple[int, Digests]:
    """Return the length of bytes that stream by, and the SHA-256 of each `room` of them and of all."""
    whole, part, filled, length = sha256(), sha256(), 0, 0
    parts: list[str] = []
    for block in blocks:
        whole.update(block)
        length += len(block)
        rest = memoryview(block)
        while filled + len(rest) > room:
            part.update(rest[: room - filled])
            parts.append(part.hexdigest())
            rest, part, filled = rest[room - filled :], sha256(), 0
        part.update(rest)
        filled += len(rest)
    return length, Digests((*parts, part.hexdigest()), whole.hexdigest())


def _stored(plan: Plan, number: int, parts: tuple[str, ...], whole: str) -> StoredObject:
    file = plan.files[number]
    return StoredObject(
        digest=content_address(parts),
        sha256=whole,
        size=file.size,
        bucket=plan.bucket,
        key=file.key,
        version_id=file.version_id,
    )


def _lost(paths: Sequence[str]) -> str:
    return f"the bucket no longer has what was staged as {_few(paths)} when the version was asked for"


def _few(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _TOLD} more" if len(paths) > _TOLD else ""
    return ", ".join(repr(path) for path in paths[:_TOLD]) + more
