"""The deploy options of the registry: a key that signs versions, and bytes that nobody can delete."""

from typing import Any

from tests.infra.templates import Assembly, listed, target


def signing_keys(assembly: Assembly) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in assembly.resources.items()
        if resource["Type"] == "AWS::KMS::Key" and resource["Properties"].get("KeyUsage") == "SIGN_VERIFY"
    }


def test_those_that_register_sign_and_those_that_judge_or_deploy_check(everything: Assembly) -> None:
    ((key_id, key),) = signing_keys(everything).items()
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    roles = {target(function["Role"]): folder for folder, function in everything.functions().items()}
    granted = {
        roles[role]: set(listed(statement["Action"]))
        for role, statement in everything.statements()
        if role in roles and any(action.startswith("kms:") for action in listed(statement["Action"]))
    }
    assert granted == {
        "registry": {"kms:Sign", "kms:GetPublicKey", "kms:Verify"},
        "mlflow": {"kms:Sign", "kms:GetPublicKey"},
        "registration_steps": {"kms:Sign", "kms:GetPublicKey"},
        "sweep": {"kms:Sign", "kms:GetPublicKey"},
        "approval_steps": {"kms:Verify"},
        "deployments": {"kms:Verify"},
        "deployment_steps": {"kms:Verify"},
    }
    told = {
        folder: target(function["Environment"]["Variables"]["LINEAL_SIGNING_KEY"])
        for folder, function in everything.functions().items()
        if "LINEAL_SIGNING_KEY" in function["Environment"]["Variables"]
    }
    assert told == dict.fromkeys(granted, key_id)


def test_versions_of_objects_are_locked_for_as_long_as_asked(everything: Assembly) -> None:
    locks = [
        b["ObjectLockConfiguration"]
        for b in everything.of_type("AWS::S3::Bucket").values()
        if b.get("ObjectLockEnabled")
    ]
    (lock,) = locks
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 30}


def test_by_default_there_is_neither_key_nor_lock(cloud: Assembly) -> None:
    assert not signing_keys(cloud)
    assert not [b for b in cloud.of_type("AWS::S3::Bucket").values() if b.get("ObjectLockEnabled")]
