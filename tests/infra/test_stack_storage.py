"""Data is kept: tables, bucket, archive, logs."""

import pytest

from functions import tables
from functions.adapters.keys import registry as keys
from infra.artifacts import NOTES, REGISTRATIONS
from infra.tables import AUDIT_KEYS, OUTBOX_KEYS, PEOPLE_KEYS
from tests.infra.iam import matches
from tests.infra.templates import Assembly, target

_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Logs::LogGroup", "AWS::SQS::Queue")


def test_every_table_is_backed_up_followed_and_on_demand(assembly: Assembly) -> None:
    found = assembly.of_type("AWS::DynamoDB::Table").values()
    assert len(found) == len(tables.TABLES)
    for table in found:
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["TimeToLiveSpecification"] == {
            "AttributeName": tables.EXPIRY_ATTRIBUTE,
            "Enabled": True,
        }
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["PK", "SK"]
        assert "LocalSecondaryIndexes" not in table


def test_the_table_with_task_tokens_is_encrypted_under_a_key_that_leaves_a_trail(assembly: Assembly) -> None:
    registry = assembly.functions()["audit"]["Environment"]["Variables"]["LINEAL_REGISTRY_TABLE"]
    assert assembly.resource(registry)["Properties"]["SSESpecification"] == {"SSEEnabled": True}


def test_the_patterns_in_policies_are_those_of_the_keys() -> None:
    assert matches(AUDIT_KEYS, keys.audit_chain("churn", "model"))
    assert all(matches(OUTBOX_KEYS, shard) for shard in keys.outbox_shards())
    people = (keys.identity("arn:aws:iam::1:user/ann"), keys.person("ann"))
    for partition in (key["PK"]["S"] for key in people):
        assert any(matches(pattern, partition) for pattern in PEOPLE_KEYS)
    for other in (keys.versions("p", "AUD"), keys.deployments("p", "AUD"), keys.models("p")):
        assert not matches(AUDIT_KEYS, other)


def test_the_artifacts_bucket_keeps_versions_and_logs_access(assembly: Assembly) -> None:
    bucket = _artifacts(assembly)
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert assembly.resource(bucket["LoggingConfiguration"]["DestinationBucketName"])
    uploads, *notes = bucket["LifecycleConfiguration"]["Rules"]
    assert set(uploads) == {"AbortIncompleteMultipartUpload", "Status"}
    assert [rule["Prefix"] for rule in notes] == [REGISTRATIONS, NOTES], (
        "versions elsewhere are pinned, and S3 does not know it"
    )


def test_no_bucket_is_public_or_keeps_unfinished_uploads(assembly: Assembly) -> None:
    for bucket in assembly.of_type("AWS::S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        assert any("AbortIncompleteMultipartUpload" in r for r in bucket["LifecycleConfiguration"]["Rules"])


@pytest.mark.parametrize(
    ("kind", "policies", "names"),
    [
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", lambda policy: [policy["Bucket"]]),
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", lambda policy: policy["Queues"]),
    ],
)
def test_buckets_and_queues_refuse_plain_http(assembly: Assembly, kind, policies, names) -> None:
    refusing = {
        target(name)
        for policy in assembly.of_type(policies).values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for name in names(policy)
    }
    assert refusing == set(assembly.of_type(kind))


def test_in_the_cloud_data_outlives_the_stack(cloud: Assembly) -> None:
    assert {t["DeletionProtectionEnabled"] for t in cloud.of_type("AWS::DynamoDB::Table").values()} == {True}
    kept = [r for r in cloud.resources.values() if r["Type"] in _DATA]
    assert {r["DeletionPolicy"] for r in kept} == {"Retain"}
    assert {r["UpdateReplacePolicy"] for r in kept} == {"Retain"}


def test_teardown_needs_its_flag(everything: Assembly) -> None:
    for table in everything.of_type("AWS::DynamoDB::Table").values():
        assert table["DeletionProtectionEnabled"] is False
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    data = [r for r in everything.resources.values() if r["Type"] in _DATA]
    assert {r["DeletionPolicy"] for r in data} == {"Delete"}


def test_logs_expire(assembly: Assembly) -> None:
    assert all(group["RetentionInDays"] > 0 for group in assembly.of_type("AWS::Logs::LogGroup").values())


def _artifacts(assembly: Assembly) -> dict[str, object]:
    name = assembly.functions()["tracking"]["Environment"]["Variables"]["LINEAL_ARTIFACTS_BUCKET"]
    return assembly.resource(name)["Properties"]
