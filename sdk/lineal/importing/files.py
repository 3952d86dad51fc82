"""Files on their way: fetched into a folder of this machine, hashed there, and grouped into artifacts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lineal.importing.labels import Tell
from lineal.importing.records import Place
from lineal.importing.source import Source, UnreadableError
from lineal.transfer.files import LocalFile, read_file
from lineal.transfer.safe_paths import targets_below
from lineal_contract.artifacts import MAX_INLINE_FILES, ArtifactFile, ArtifactKind, LogArtifact, ModelInfo
from lineal_contract.base import RelativePath
from lineal_contract.lists import MAX_FILES

WHOLE = "(all)"
"""The artifact that all files of a run make together, where a version is made of them all."""
_PATH: TypeAdapter[str] = TypeAdapter(RelativePath)

Fetched = Mapping[str, LocalFile]
"""Files by their path at the source."""


def fetch_all(source: Source, place: Place, folder: Path, tell: Tell) -> dict[str, LocalFile]:
    """Fetch all files of a place into `folder`, none outside of it; what cannot be had is told.

    Raises SourceError where the source does not answer, InputError for paths that fall together here.
    """
    try:
        wanted = {record.path: record.size for record in source.files(place) if _is_path(record.path, tell)}
    except UnreadableError as error:
        tell(str(error))
        return {}
    targets = targets_below(folder, wanted)
    fetched: dict[str, LocalFile] = {}
    for path, size in sorted(wanted.items()):
        targets[path].parent.mkdir(parents=True, exist_ok=True)
        try:
            source.fetch(place, path, targets[path])
        except UnreadableError as error:
            tell(str(error))
            continue
        found = read_file(targets[path], path)
        if size is not None and found.size != size:
            tell(f"{path!r} came with {found.size} bytes, and the source lists {size}")
        fetched[path] = found
    return fetched


def artifacts(files: Fetched, wanted: Iterable[str] = ()) -> dict[str, list[LocalFile]]:
    """Return files as artifacts: one for each top-level file or folder, and one for each path in `wanted`.

    A folder of more than 50,000 files becomes several, `name~2` and so on.
    """
    found: dict[str, list[LocalFile]] = defaultdict(list)
    for path, file in files.items():
        top, _, rest = path.partition("/")
        found[top].append(replace(file, path=rest or top))
    for path in wanted:
        if path not in found and (below := at(files, path)):
            found[path or WHOLE] = below
    return dict(_cut(found))


def at(files: Fetched, path: str) -> list[LocalFile]:
    """Return the files below a path, by paths relative to it; the file of this path goes by its name."""
    if path in files:
        return [replace(files[path], path=path.rpartition("/")[2])]
    start = f"{path}/" if path else ""
    return [replace(f, path=p.removeprefix(start)) for p, f in files.items() if p.startswith(start)]


def naming(name: str, files: Iterable[LocalFile]) -> LogArtifact:
    """Return the request that names files as an artifact; what MLflow can load is a model."""
    found = list(files)
    paths = {file.path for file in found}
    is_model = "MLmodel" in paths
    onnx = any(path.endswith(".onnx") for path in paths)
    named = tuple(ArtifactFile(path=file.path, digest=file.digest) for file in found)
    request = LogArtifact(
        name=name,
        files=named[:MAX_INLINE_FILES],
        kind=ArtifactKind.MODEL if is_model else ArtifactKind.FILES,
        model=ModelInfo(format="onnx" if onnx else "other") if is_model else None,
    )
    return request.model_copy(update={"files": named})


def _cut(found: Mapping[str, list[LocalFile]]) -> Iterable[tuple[str, list[LocalFile]]]:
    for name, files in found.items():
        ordered = sorted(files, key=lambda file: file.path)
        for number, start in enumerate(range(0, len(ordered), MAX_FILES), start=1):
            yield name if number == 1 else f"{name}~{number}", ordered[start : start + MAX_FILES]


def _is_path(path: str, tell: Tell) -> bool:
    try:
        _PATH.validate_python(path)
    except ValidationError:
        tell(f"the file {path[:200]!r} is left out: a path stays inside and has no control characters")
        return False
    return True
