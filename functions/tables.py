"""The tables by meaning: names of keys and the stream, for infrastructure and adapters alike.

What stands behind each key is in `functions/adapters/keys`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table with a partition and a sort key, both strings; `streams` says that changes are followed."""

    name: str
    streams: bool

    partition_key: str = "PK"
    sort_key: str = "SK"


RUNS = Table("runs", streams=True)
REGISTRY = Table("registry", streams=True)
TABLES = (RUNS, REGISTRY)

EXPIRY_ATTRIBUTE = "expires_at"
"""Epoch seconds after which DynamoDB may delete an item."""

OUTBOX_PREFIX = "OUT#"
"""How partition keys of outbox items begin, so that the stream can be filtered for them."""
OUTBOX_SHARDS = 4

MAIL_PREFIX = "MAIL#"
"""How partition keys of events begin that people were told of."""

WORK_PREFIX = "WORK#"
"""How partition keys of lists begin that the sweep works off."""
