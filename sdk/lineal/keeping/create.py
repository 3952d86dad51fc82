"""Taking a backup. What is read first may be older than what is read later, never newer.

The order keeps that consistent: anchors before the chains they are about, the registry before the runs it
names, records before the bytes, which nothing deletes. The registry itself is read until two readings agree.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from lineal.ids import new_id
from lineal.keeping.archive import Archive, BackupError, KeptObject, Summary, sha256_of, write_blocks
from lineal.keeping.items import Item, Pin, is_secret, pins, to_line
from lineal.keeping.lists import lists_of, pins_of, read_list
from lineal.keeping.progress import Told
from lineal.keeping.stores import Stores

_READINGS = 5
_BLOCK = 1024 * 1024
_PARALLEL = 8
_LOST = frozenset({"NoSuchKey", "NoSuchVersion", "404"})


def create(stores: Stores, archive: Archive, told: Told) -> Summary:
    """Write all items, and all object versions that they pin or that are the newest, into an archive.

    One that was interrupted goes on: objects that are there are not fetched again. Raises BackupError while
    the registry does not hold still. Bytes that a record pins and the bucket has lost are listed as missing.
    """
    archive.make()
    wanted = dict.fromkeys(stores.newest_objects())
    told("reading the registry")
    registry = archive.write_lines("registry", _steady(stores))
    told("reading the runs")
    runs = archive.write_lines("runs", _lines(stores, "runs"))
    for table in ("registry", "runs"):
        wanted |= dict.fromkeys(pin for item in archive.items(table) for pin in pins(item))
        wanted |= dict.fromkeys(_listed(stores, archive.items(table)))
    kept, missing = _fetch_all(stores, archive, list(wanted), told)
    objects = archive.write_lines("objects", (each.model_dump_json() for each in kept))
    summary = Summary(
        backup_id=new_id(),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        runs=runs,
        registry=registry,
        objects=objects,
        bytes=sum(each.size for each in kept),
        missing=missing,
    )
    archive.seal(summary)
    return summary


def _lines(stores: Stores, table: str) -> Iterable[str]:
    return (to_line(item) for item in stores.items(table) if not is_secret(item))


def _listed(stores: Stores, items: Iterable[Item]) -> Iterable[Pin]:
    """Yield what is pinned by lists in the bucket, each read once; one that is lost will be told as lost."""
    from botocore.exceptions import ClientError

    lists = {document.digest: document for item in items for document in lists_of(item)}
    for document in lists.values():
        try:
            found = stores.read(document)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _LOST:
                raise
            continue
        yield from pins_of(read_list(found))


def _steady(stores: Stores) -> list[str]:
    before = None
    for _ in range(_READINGS):
        now = sorted(_lines(stores, "registry"))
        if now == before:
            return now
        before = now
    raise BackupError(
        "the registry changes while it is read. Take the backup at a quieter time, or from tables that were "
        "restored to a point in time (--runs-table, --registry-table)"
    )


def _fetch_all(
    stores: Stores, archive: Archive, wanted: list[Pin], told: Told
) -> tuple[list[KeptObject], tuple[Pin, ...]]:
    kept, missing = [], []
    with ThreadPoolExecutor(_PARALLEL, thread_name_prefix="lineal-backup") as pool:
        found = pool.map(lambda pin: _fetch(stores, archive, pin), wanted)
        for number, (pin, each) in enumerate(zip(wanted, found, strict=True), 1):
            told("objects", number, len(wanted))
            if each is None:
                missing.append(pin)
            else:
                kept.append(each)
    return kept, tuple(missing)


def _fetch(stores: Stores, archive: Archive, pin: Pin) -> KeptObject | None:
    from botocore.exceptions import ClientError

    key, version_id = pin
    file = archive.object_file(pin)
    if not file.exists():
        try:
            answer = stores.s3.get_object(Bucket=stores.bucket, Key=key, VersionId=version_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in _LOST:
                return None
            raise BackupError(f"{key} version {version_id} cannot be read: {error}") from error
        write_blocks(file, answer["Body"].iter_chunks(_BLOCK))
    return KeptObject(key=key, version_id=version_id, size=file.stat().st_size, sha256=sha256_of(file))
