"""What the records of a stack refer to, read so that a doubt keeps: a digest in any field is a reference."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lineal.keeping.items import Item, partition_of, to_line
from lineal.keeping.lists import lists_of
from lineal.keeping.stores import Stores
from lineal_contract.artifacts import StoredObject
from lineal_contract.mlflow.staging import REGISTRATIONS
from lineal_contract.tokens import Token

_DIGEST = re.compile(r"(?=([0-9a-f]{64}))")
"""Looked for at every place, since one may stand inside a longer row of hex digits."""
_VERSION_ID = re.compile(r"version_id\W+([^\"\\]+)")
_OF_CONTENT = re.compile(r"P#(?P<project>[^#]+)#B#(?P<digest>[0-9a-f]{64})")
_SECRETS, _TOKENS = "BEARER#", "#BEARERS"

Content = tuple[str, str]
"""A project and a content address in it."""
RECORDED, SET_ASIDE, OPEN_UPLOAD = "OBJECT", "HIDDEN", "UPLOAD"
"""Sort keys of the records of a content: in use, hidden since `hidden_at`, and its multipart upload."""


def record_of(content: Content, sort: str) -> dict[str, Any]:
    """Return the key of one of a content's records."""
    project, digest = content
    return {"PK": {"S": f"P#{project}#B#{digest}"}, "SK": {"S": sort}}


@dataclass(frozen=True)
class References:
    """One reading of both tables.

    `hidden` says since when (epoch milliseconds) a content is hidden whose record is set aside and that
    nobody has stored again. `tokens` leads from the partition of a secret to its token, as far as it has one.
    """

    digests: frozenset[str]
    version_ids: frozenset[str]
    hidden: Mapping[Content, int]
    tokens: Mapping[str, Token]

    @classmethod
    def read(cls, stores: Stores, also: Callable[[str, Item], None]) -> "References":
        """Read all items, the registry's first, and show each with its table to `also`."""
        reading = _Reading(set(), set(), {}, set(), {}, {}, {})
        for table in ("registry", "runs"):
            for item in stores.items(table):
                reading.take(item)
                also(table, item)
        for document in reading.lists.values():
            reading.take_text(stores.read(document).decode())
        for text in stores.documents(REGISTRATIONS):
            reading.take_text(text)
        return cls(
            frozenset(reading.digests),
            frozenset(reading.version_ids),
            {content: at for content, at in reading.aside.items() if content not in reading.recorded},
            {
                partition: reading.tokens[token]
                for partition, token in reading.secrets.items()
                if token in reading.tokens
            },
        )


@dataclass(frozen=True)
class _Reading:
    digests: set[str]
    version_ids: set[str]
    aside: dict[Content, int]
    recorded: set[Content]
    secrets: dict[str, tuple[str, str]]
    tokens: dict[tuple[str, str], Token]
    lists: dict[str, StoredObject]

    def take(self, item: Item) -> None:
        partition = partition_of(item)
        if content := _OF_CONTENT.fullmatch(partition):
            self._take_content((content["project"], content["digest"]), item)
            return
        if partition.startswith(_SECRETS):
            self.secrets[partition] = item["project"]["S"], item["token_id"]["S"]
        elif partition.endswith(_TOKENS):
            token = Token.model_validate_json(item["doc"]["S"])
            self.tokens[token.project, token.token_id] = token
        line = to_line(item)
        self.digests.update(_DIGEST.findall(line))
        self.version_ids.update(_VERSION_ID.findall(line))
        self.lists.update((each.digest, each) for each in lists_of(item))

    def take_text(self, text: str) -> None:
        """What a document in the bucket names is referred to: by who names a list, by a pending version."""
        self.digests.update(_DIGEST.findall(text))
        self.version_ids.update(_VERSION_ID.findall(text))

    def _take_content(self, content: Content, item: Item) -> None:
        """Note where a content stands; its own record is no reference to it."""
        sort = item["SK"]["S"]
        if sort == RECORDED:
            self.recorded.add(content)
        elif sort == SET_ASIDE:
            self.aside[content] = int(item["hidden_at"]["N"])
