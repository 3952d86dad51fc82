"""What a thief of the account could do: change one stored byte and the record that pins it.

No route of the API can do this, so the local stack's root does it, straight in the table and the bucket.
"""

import json
from typing import TYPE_CHECKING, Any

from lineal.demo.errors import DemoError
from lineal.local import Stack
from lineal.resources.versions import Version
from lineal_contract.artifacts import ManifestEntry, StoredObject, manifest_digest
from lineal_contract.roles import StackOutput

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


def tamper(stack: Stack, version: Version) -> str:
    """Flip one byte of what `version` pins, and make its record consistent with that; return the path."""
    entry = version.manifest[0]
    forged = ManifestEntry(path=entry.path, object=_flip_one_byte(stack, entry.object))
    _rewrite(stack, version, (forged, *version.manifest[1:]))
    return entry.path


def _flip_one_byte(stack: Stack, stored: StoredObject) -> StoredObject:
    s3 = stack.root_session().client("s3", endpoint_url=stack.endpoint_url)
    at: Any = {"Bucket": stored.bucket, "Key": stored.key}
    data = bytearray(s3.get_object(**at, VersionId=stored.version_id)["Body"].read())
    data[len(data) // 2] ^= 1
    version_id = s3.put_object(**at, Body=bytes(data))["VersionId"]
    return stored.model_copy(update={"version_id": version_id})


def _rewrite(stack: Stack, version: Version, manifest: tuple[ManifestEntry, ...]) -> None:
    dynamodb = stack.root_session().client("dynamodb", endpoint_url=stack.endpoint_url)
    table = stack.outputs[StackOutput.REGISTRY_TABLE]
    item = _record(list(dynamodb.get_paginator("scan").paginate(TableName=table)), version)
    document = json.loads(item["doc"]["S"])
    document["manifest"] = [entry.model_dump(mode="json") for entry in manifest]
    document["manifest_digest"] = manifest_digest(manifest)
    dynamodb.put_item(TableName=table, Item=item | {"doc": {"S": json.dumps(document)}})


def _record(pages: list[Any], version: Version) -> "dict[str, AttributeValueTypeDef]":
    for item in (item for page in pages for item in page["Items"]):
        document = json.loads(item["doc"]["S"]) if "doc" in item else {}
        wanted = (version.project, version.model, version.version, version.artifact_digest)
        if tuple(map(document.get, ("project", "model", "version", "artifact_digest"))) == wanted:
            return dict(item)
    raise DemoError("the version's record was not found in the registry table")
