"""Where a stack keeps its data: two tables and a bucket, read and written as they are."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from lineal.errors import ConfigurationError
from lineal.keeping.items import Item
from lineal_contract.artifacts import StoredObject
from lineal_contract.roles import StackOutput

if TYPE_CHECKING:
    from boto3.session import Session

_BATCH = 25
"""What DynamoDB writes at once."""
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
"""Seconds to wait before what DynamoDB had no capacity for is sent again."""


@dataclass(frozen=True)
class ObjectVersions:
    """The versions and the delete markers of one key, newest first."""

    key: str
    versions: list[Any]
    markers: list[Any]

    @property
    def in_order(self) -> list[Any]:
        """Versions and delete markers together, newest first."""
        both = [*self.versions, *self.markers]
        return sorted(both, key=lambda each: (each["IsLatest"], each["LastModified"]), reverse=True)

    @property
    def hiding(self) -> Any | None:
        """The delete marker that hides the versions, if one does."""
        return next((marker for marker in self.markers if marker["IsLatest"]), None)

    @property
    def all_ids(self) -> tuple[str, ...]:
        """The VersionIds of all, the delete markers last."""
        return tuple(each["VersionId"] for each in (*self.versions, *self.markers))

    @property
    def size(self) -> int:
        """The bytes of all versions."""
        return sum(each["Size"] for each in self.versions)


@dataclass(frozen=True)
class Stores:
    """The tables `runs` and `registry`, the bucket, and clients with the operator's rights."""

    tables: Mapping[str, str]
    bucket: str
    dynamodb: Any
    s3: Any
    sts: Any = None

    def operator(self) -> str:
        """Return the ARN of whose rights these are."""
        return str(self.sts.get_caller_identity()["Arn"])

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
            session.client("sts", endpoint_url=endpoint_url, config=config),
        )

    def items(self, table: str) -> Iterator[Item]:
        """Yield all items of a table, read consistently."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.tables[table], ConsistentRead=True
        )
        for page in pages:
            yield from page["Items"]

    def partition(self, table: str, partition: str, prefix: str = "") -> list[Item]:
        """Return the keys of the items of a partition whose sort keys begin with `prefix`."""
        condition, values = "PK = :p", {":p": {"S": partition}}
        if prefix:
            condition, values = f"{condition} AND begins_with(SK, :s)", {**values, ":s": {"S": prefix}}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.tables[table],
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ProjectionExpression="PK, SK",
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

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

    def read(self, stored: StoredObject) -> bytes:
        """Return the bytes that a record pins. Raises ClientError where they are gone."""
        at = {"Bucket": stored.bucket, "Key": stored.key, "VersionId": stored.version_id}
        body: bytes = self.s3.get_object(**at)["Body"].read()
        return body

    def documents(self, prefix: str) -> Iterator[str]:
        """Yield the texts of the newest versions below a prefix, but for one that expires meanwhile."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for found in (each for page in pages for each in page.get("Contents", [])):
            with suppress(self.s3.exceptions.NoSuchKey):
                yield self.s3.get_object(Bucket=self.bucket, Key=found["Key"])["Body"].read().decode()

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

    def versions(self, prefix: str) -> Iterator[ObjectVersions]:
        """Yield what there is of each key."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
        listed = [
            (each["Key"], kind, each)
            for page in pages
            for kind in ("Versions", "DeleteMarkers")
            for each in page.get(kind, [])
        ]
        for key, found in groupby(sorted(listed, key=itemgetter(0)), key=itemgetter(0)):
            of_key = list(found)
            yield ObjectVersions(
                key,
                [each for _, kind, each in of_key if kind == "Versions"],
                [each for _, kind, each in of_key if kind == "DeleteMarkers"],
            )

    def parts(self, key: str, upload_id: str) -> list[Any]:
        """Return the parts of a multipart upload that have arrived; none of one that is gone."""
        from botocore.exceptions import ClientError

        pages = self.s3.get_paginator("list_parts")
        try:
            found = pages.paginate(Bucket=self.bucket, Key=key, UploadId=upload_id)
            return [part for page in found for part in page.get("Parts", [])]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchUpload":
                return []
            raise
