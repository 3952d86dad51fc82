"""The IAM users of the local stack: one for each duty, with that duty's policy and one access key."""

from typing import TYPE_CHECKING

from lineal.local.errors import DeployError
from lineal.local.sessions import client_for
from lineal.local.state import ACCOUNT, AccessKey, Identity, StackState
from lineal_contract.roles import policy_output

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def user_arn(identity: Identity) -> str:
    """Return the ARN by which the gateway knows the user."""
    return f"arn:aws:iam::{ACCOUNT}:user/{identity}"


def ensure_identities(state: StackState) -> dict[Identity, AccessKey]:
    """Create what is missing of users, policies and keys; keys that still hold are kept.

    Raises DeployError if the stack does not tell a duty's policy.
    """
    iam: IAMClient = client_for(state.root, "iam", state.endpoint_url)
    present = {user["UserName"] for user in iam.list_users()["Users"]}
    keys = {}
    for identity in Identity:
        if identity not in present:
            iam.create_user(UserName=identity)
        iam.attach_user_policy(UserName=identity, PolicyArn=_policy_arn(state, identity))
        keys[identity] = _ensure_key(iam, identity, state.identities.get(identity))
    return keys


def _policy_arn(state: StackState, identity: Identity) -> str:
    name = policy_output(identity.role)
    if name not in state.outputs:
        raise DeployError(f"the stack has no output {name}")
    return state.outputs[name]


def _ensure_key(iam: "IAMClient", identity: Identity, known: AccessKey | None) -> AccessKey:
    """Return the known key if the emulator still has it, else a new one in place of all others."""
    stored = {key["AccessKeyId"] for key in iam.list_access_keys(UserName=identity)["AccessKeyMetadata"]}
    if known is not None and known.key_id in stored:
        return known
    for key_id in stored:
        iam.delete_access_key(UserName=identity, AccessKeyId=key_id)
    created = iam.create_access_key(UserName=identity)["AccessKey"]
    return AccessKey(key_id=created["AccessKeyId"], secret=created["SecretAccessKey"])
