"""Where a stack keeps its data: two tables and a bucket, read and written as they are."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from lineal.errors import ConfigurationError
from lineal.keeping.items import Item
from lineal_contract.roles import StackOutput

if TYPE_CHECKING:
    from boto3.session import Session

_BATCH = 25
"""What DynamoDB writes at once."""
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
"""Seconds to wait before what DynamoDB had no capacity for is sent again."""


@dataclass(frozen=True)
class Stores:
    """The tables `runs` and `registry`, the bucket, and clients with the operator's rights."""

    tables: Mapping[str, str]
    bucket: str
    dynamodb: Any
    s3: Any

    @classmethod
    def of(cls, session: "Session", outputs: Mapping[str, str], endpoint_url: str | None = None) -> "Stores":
        """Return the stores that a stack's outputs name. Raises ConfigurationError for those of no lineal."""
        from botocore.config import Config

        try:
            tables = {
                "runs": outputs[StackOutput.RUNS_TABLE],
                "registry": outputs[StackOutput.REGISTRY_TABLE],
            }
            bucket = outputs[StackOutput.ARTIFACTS_BUCKET]
        except KeyError as error:
            raise ConfigurationError(f"the stack has no output {error}: it is none of lineal") from error
        config = Config(retries={"mode": "standard", "max_attempts": 8})
        return cls(
            tables,
            bucket,
            session.client("dynamodb", endpoint_url=endpoint_url, config=config),
            session.client("s3", endpoint_url=endpoint_url, config=config),
        )

    def items(self, table: str) -> Iterator[Item]:
        """Yield all items of a table, read consistently."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.tables[table], ConsistentRead=True
        )
        for page in pages:
            yield from page["Items"]

    def put_items(self, table: str, items: Iterable[Item]) -> None:
        """Write items over what is there. Raises ConfigurationError where DynamoDB takes no more."""
        self._write(table, ({"PutRequest": {"Item": item}} for item in items))

    def delete_items(self, table: str, items: Iterable[Item]) -> None:
        """Delete items. Raises ConfigurationError where DynamoDB takes no more."""
        keys = ({"PK": item["PK"], "SK": item["SK"]} for item in items)
        self._write(table, ({"DeleteRequest": {"Key": key}} for key in keys))

    def _write(self, table: str, requests: Iterator[dict[str, Any]]) -> None:
        while batch := list(islice(requests, _BATCH)):
            self._write_batch({self.tables[table]: batch})

    def _write_batch(self, left: Any) -> None:
        for pause in (*_PAUSES, None):
            left = self.dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if not left:
                return
            if pause is not None:
                time.sleep(pause)
        raise ConfigurationError("DynamoDB takes no more writes now; the same command goes on later")

    def newest_objects(self) -> list[tuple[str, str]]:
        """Return key and VersionId of the newest version of each object."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket)
        return [
            (each["Key"], each["VersionId"])
            for page in pages
            for each in page.get("Versions", [])
            if each["IsLatest"]
        ]

    def all_keys(self) -> set[str]:
        """Return the keys of all objects, those among them that are only hidden too."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket)
        return {
            each["Key"]
            for page in pages
            for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        }
