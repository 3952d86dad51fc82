"""A primary key."""

from typing import TYPE_CHECKING

from functions.tables import RUNS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Key = dict[str, "AttributeValueTypeDef"]


def key(partition: str, sort: str) -> Key:
    """Return a primary key; both tables name its attributes alike."""
    return {RUNS.partition_key: {"S": partition}, RUNS.sort_key: {"S": sort}}
