"""The resources of the stack in moto, made from the same names.

moto takes wrong checksums, altered presigned addresses and repeated idempotency tokens, and it races: none of
those promises is proved with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.config import Config
from moto import mock_aws
from moto.core.models import botocore_stubber

from functions import tables
from functions.adapters.dynamo import Table
from functions.adapters.dynamo_client import Request
from functions.settings import Settings
from tests.engines.moto_shortcuts import shortcuts

BUCKET, BUS = "artifacts", "lineal"


@cache
def shared_client(service: Any) -> Any:
    """Return one client for all tests: to make one takes longer than all that a test does with it."""
    return boto3.client(service, config=Config(signature_version="s3v4") if service == "s3" else None)


class MotoConnections:
    """Connections that end in moto, for a client that is not boto3's."""

    def send(self, request: Request) -> Any:
        """Return moto's answer, which wants a request of botocore's."""
        whole = AWSPreparedRequest(request.method, request.url, HTTPHeaders(), request.body, False)
        for name, value in request.headers.items():
            whole.headers[name] = value
        return botocore_stubber("before-send", whole)


@contextmanager
def moto_tables() -> Iterator[dict[str, Table]]:
    """Yield the tables by name, empty."""
    with mock_aws(), shortcuts():
        yield {table.name: _made(shared_client("dynamodb"), table) for table in tables.TABLES}


@contextmanager
def moto_stack() -> Iterator[Settings]:
    """Yield the settings of a function on tables, a bucket and a bus in moto."""
    with moto_tables():
        make_bucket()
        shared_client("events").create_event_bus(Name=BUS)
        region = shared_client("events").meta.region_name
        yield Settings(
            runs_table=tables.RUNS.name,
            registry_table=tables.REGISTRY.name,
            artifacts_bucket=BUCKET,
            bus_name=BUS,
            approval_workflow_arn=f"arn:aws:states:{region}:123456789012:stateMachine:approval",
            deployment_workflow_arn=f"arn:aws:states:{region}:123456789012:stateMachine:deployment",
            registration_workflow_arn=f"arn:aws:states:{region}:123456789012:stateMachine:registration",
            mail_topic_arn=f"arn:aws:sns:{region}:123456789012:mail",
            webhook_queue_url=f"https://sqs.{region}.amazonaws.com/123456789012/webhooks",
            webhook_function="webhooks",
            api_url="https://api",
            trail_patience_seconds="1800",
        )


def make_bucket() -> None:
    """Make the versioned bucket."""
    s3 = shared_client("s3")
    location = {"LocationConstraint": s3.meta.region_name}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


def _made(client: Any, table: tables.Table) -> Table:
    names = (table.partition_key, table.sort_key)
    client.create_table(
        TableName=table.name,
        KeySchema=[{"AttributeName": n, "KeyType": k} for n, k in zip(names, ("HASH", "RANGE"), strict=True)],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
        BillingMode="PAY_PER_REQUEST",
    )
    return Table(client, table.name)
