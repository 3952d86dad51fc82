"""IAM users for the length of a test, one for each duty, as an account's own people would have them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3

from lineal.client import Client
from lineal.errors import ApiError
from lineal.local.project import STARTER_POLICY
from lineal_contract.policies import Policy
from lineal_contract.roles import Role, policy_output

if TYPE_CHECKING:
    from boto3.session import Session

    from lineal.cloud import Deployed

PATH = "/lineal-live/"
PROJECT = "live"
_PATIENCE, _PAUSE = 120.0, 2.0
"""Seconds for which IAM may take to know a new key everywhere, and between two looks."""
Staff = dict[Role, Client]


@contextmanager
def hired(session: "Session", stack: "Deployed", api_url: str) -> Iterator[Staff]:
    """Make users with the stack's own policies, and people and a project for them; remove the users again."""
    iam = session.client("iam")
    try:
        staff = {role: _hire(session, iam, stack, api_url, role) for role in Role}
        _settle_in(staff, {role: _user(role) for role in Role}, session)
        yield staff
    finally:
        dismiss(iam)


def dismiss(iam: Any) -> None:
    """Remove every user of the live suite, also those of one that died."""
    for page in iam.get_paginator("list_users").paginate(PathPrefix=PATH):
        for name in (user["UserName"] for user in page["Users"]):
            for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
                iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
            for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
                iam.detach_user_policy(UserName=name, PolicyArn=policy["PolicyArn"])
            iam.delete_user(UserName=name)


def _user(role: Role) -> str:
    return f"lineal-live-{role}".lower()


def _hire(session: "Session", iam: Any, stack: "Deployed", api_url: str, role: Role) -> Client:
    iam.create_user(UserName=_user(role), Path=PATH)
    iam.attach_user_policy(UserName=_user(role), PolicyArn=stack.outputs[policy_output(role)])
    key = iam.create_access_key(UserName=_user(role))["AccessKey"]
    own = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=session.region_name)
    return Client(api_url, PROJECT, own)


def _person(role: Role) -> str:
    """Not an id that an account's own people would have."""
    return f"live-{role.lower()}"


def _settle_in(staff: Staff, users: dict[Role, str], session: "Session") -> None:
    account = session.client("sts").get_caller_identity()["Account"]
    admin = staff[Role.ADMIN]
    _patiently(lambda: list(admin.people.list(limit=1)))
    for role, user in users.items():
        identity = f"arn:aws:iam::{account}:user{PATH}{user}"
        admin.people.put(_person(role), name=role, identities=[identity])
    admin.projects.create(PROJECT, description="made by the live suite")
    for role in Role:
        admin.projects.put_member(_person(role), [role])
    admin.policies.put(Policy.model_validate_json(STARTER_POLICY.read_bytes()))
    for client in staff.values():
        _patiently(client.people.me)


def _patiently(call: Any) -> None:
    """Call until the account knows the key; a new one is refused for some seconds."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            call()
        except ApiError:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return
