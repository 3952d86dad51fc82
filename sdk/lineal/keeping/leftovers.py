"""What nothing refers to any more and nobody has touched for a while. Finding it changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from lineal.keeping.references import Content, References
from lineal.keeping.retention import OldRun, Runs
from lineal.keeping.stores import ObjectVersions, Stores
from lineal_contract.mlflow.staging import STAGING

_CONTENT = re.compile(r"projects/(?P<project>[^/]+)/objects/[0-9a-f]{2}/(?P<digest>[0-9a-f]{64})")
_STAGED = re.compile(rf"projects/(?P<project>[^/]+)/{STAGING}/.*", re.DOTALL)


class Kind(StrEnum):
    """Kinds of leftovers, in the order in which they are told."""

    UPLOAD = "unfinished uploads"
    RESCUED = "hidden contents that are referred to again"
    CONTENT = "contents that nothing refers to"
    HIDDEN = "contents that were hidden before"
    STAGED = "staged files that were replaced or removed"
    TOKEN = "expired tokens"  # noqa: S105 - the name of a kind
    RUN = "runs deleted long ago, by the project's retention"
    SERIES = "points and logs of old runs, by the project's retention"


@dataclass(frozen=True)
class Leftover:
    """One thing to clear: of what kind and project, its key, and its bytes if known.

    `at` are the VersionIds to remove, or the id of an upload, a token or a run. The key is one of the bucket;
    of a token it is the partition that leads to it, and of a `run` the partition of its parts.
    """

    kind: Kind
    project: str
    key: str
    at: tuple[str, ...]
    size: int = 0
    run: OldRun | None = None

    @property
    def content(self) -> Content | None:
        """The content that the key is of, if it is of any."""
        return content_of(self.key)


def content_of(key: str) -> Content | None:
    """Return the project and the content address that a key is made of; None for another key."""
    found = _CONTENT.fullmatch(key)
    return (found["project"], found["digest"]) if found else None


def find(stores: Stores, now: datetime, grace: timedelta) -> Iterator[Leftover]:
    """Yield what was left over `grace` ago already, and runs that their project no longer keeps.

    The bucket is listed before the records are read: what becomes referred to in between is seen, and what
    is new in between was not listed.
    """
    before = now - grace
    yield from _uploads(stores, before)
    listed = list(stores.versions("projects/"))
    runs = Runs()
    known = References.read(stores, runs.take)
    for found in listed:
        yield from _of_key(found, known, before)
    yield from _tokens(known, before)
    yield from (_of_run(Kind.RUN, old) for old in runs.deleted(_millis(now)))
    yield from (_of_run(Kind.SERIES, old) for old in runs.without_series(_millis(now)))


def _of_run(kind: Kind, old: OldRun) -> Leftover:
    return Leftover(kind, old.project, old.partition, (old.run_id,), old.size, old)


def _of_key(found: ObjectVersions, known: References, before: datetime) -> Iterator[Leftover]:
    content = content_of(found.key)
    if content is not None:
        yield from _content(content, found, known, before)
    elif staged := _STAGED.fullmatch(found.key):
        yield from _staged(staged["project"], found, known, before)


def _content(
    content: Content, found: ObjectVersions, known: References, before: datetime
) -> Iterator[Leftover]:
    """Say what is to be done about a content, by its newest version and the record that is set aside."""
    project, digest = content
    marker = found.hiding
    if digest in known.digests:
        if marker is not None and found.versions:
            yield Leftover(Kind.RESCUED, project, found.key, (marker["VersionId"],))
        return
    hidden_at = known.hidden.get(content)
    if marker is not None and hidden_at is not None:
        if hidden_at < _millis(before):
            yield Leftover(Kind.HIDDEN, project, found.key, found.all_ids, found.size)
        return
    newest = found.in_order[0]  # a marker without a record set aside is half a first step
    if newest["LastModified"] < before:
        yield Leftover(Kind.CONTENT, project, found.key, (newest["VersionId"],), found.size)


def _staged(project: str, found: ObjectVersions, known: References, before: datetime) -> Iterator[Leftover]:
    """MLflow's clients write a path again and remove it; a version is kept as long as a record pins it.

    What counts is since when a version is not the newest: up to then a record might still have pinned it.
    """
    for newer, each in pairwise(found.in_order):
        if newer["LastModified"] < before and each["VersionId"] not in known.version_ids:
            yield Leftover(Kind.STAGED, project, found.key, (each["VersionId"],), each.get("Size", 0))
    alone = found.hiding if not found.versions else None
    if alone is not None and alone["LastModified"] < before:
        yield Leftover(Kind.STAGED, project, found.key, (alone["VersionId"],))


def _uploads(stores: Stores, before: datetime) -> Iterator[Leftover]:
    """Uploads of which neither the beginning nor any part is younger: one that is still sent goes on."""
    pages = stores.s3.get_paginator("list_multipart_uploads").paginate(Bucket=stores.bucket)
    for page in pages:
        for upload in page.get("Uploads", []):
            if upload["Initiated"] < before and (size := _idle(stores, upload, before)) is not None:
                project = upload["Key"].split("/")[1]
                yield Leftover(Kind.UPLOAD, project, upload["Key"], (upload["UploadId"],), size)


def _idle(stores: Stores, upload: Any, before: datetime) -> int | None:
    """Return the bytes of an upload that is idle, None for one to which parts still come."""
    parts = stores.parts(upload["Key"], upload["UploadId"])
    idle = all(part["LastModified"] < before for part in parts)
    return sum(part["Size"] for part in parts) if idle else None


def _tokens(known: References, before: datetime) -> Iterator[Leftover]:
    for partition, token in known.tokens.items():
        if token.expires_at < _millis(before):
            yield Leftover(Kind.TOKEN, token.project, partition, (token.token_id,))


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)
