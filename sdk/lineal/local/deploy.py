"""Deploys the synthesized template to the emulator through CloudFormation."""

import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineal.local import assets
from lineal.local.errors import AssemblyError, DeployError
from lineal.local.sessions import client_for
from lineal.local.state import StackState

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

DEPLOY_SECONDS = 120.0
_PAUSE = 0.1
_DIGEST_TAG = "lineal:template"
_TEMPLATE_BUCKET = "lineal-local-templates"
_BOOTSTRAP_VERSION = "30"
_BEYOND_UPDATE = {
    "CREATE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "DELETE_FAILED",
    "UPDATE_ROLLBACK_FAILED",
}


def deploy(state: StackState, assembly: Path, stack: str) -> dict[str, str]:
    """Bring the emulator to what the assembly says and return the stack's outputs.

    The digest of the deployed template is a tag of the stack, so it is forgotten where the stack is.
    Asset keys stand in the template: the same template means the same code.

    Raises DeployError or AssemblyError.
    """
    cloudformation = client_for(state.root, "cloudformation", state.endpoint_url)
    template = _read_template(assembly / f"{stack}.template.json")
    digest = hashlib.sha256(template).hexdigest()
    present = _describe(cloudformation, stack)
    if present is None or _tag(present) != digest or not present["StackStatus"].endswith("_COMPLETE"):
        _bootstrap(state, template)
        _put_objects(state, assembly, stack, template)
        present = _apply(
            cloudformation, stack, digest, f"{state.endpoint_url}/{_TEMPLATE_BUCKET}/{digest}.json"
        )
    return {output["OutputKey"]: output["OutputValue"] for output in present.get("Outputs", [])}


def _read_template(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssemblyError(f"the assembly has no {path.name}") from error


def _bootstrap(state: StackState, template: bytes) -> None:
    """Say what `cdk bootstrap` says in an account: the version that the template's parameter asks for."""
    ssm = client_for(state.root, "ssm", state.endpoint_url)
    for parameter in json.loads(template).get("Parameters", {}).values():
        if parameter["Type"].startswith("AWS::SSM::Parameter::Value<"):
            ssm.put_parameter(
                Name=parameter["Default"], Value=_BOOTSTRAP_VERSION, Type="String", Overwrite=True
            )


def _put_objects(state: StackState, assembly: Path, stack: str, template: bytes) -> None:
    """Store assets and template: CloudFormation takes templates above 51,200 bytes from a bucket alone."""
    s3 = client_for(state.root, "s3", state.endpoint_url)
    assets.upload(s3, assembly, assets.read_assets(assembly, stack))
    assets.ensure_bucket(s3, _TEMPLATE_BUCKET)
    s3.put_object(Bucket=_TEMPLATE_BUCKET, Key=f"{hashlib.sha256(template).hexdigest()}.json", Body=template)


def _apply(client: "CloudFormationClient", stack: str, digest: str, url: str) -> "StackTypeDef":
    from botocore.exceptions import ClientError

    request: dict[str, Any] = {
        "StackName": stack,
        "TemplateURL": url,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "Tags": [{"Key": _DIGEST_TAG, "Value": digest}],
    }
    try:
        if _clear_the_way(client, stack):
            client.update_stack(**request)
        else:
            client.create_stack(**request)
    except ClientError as error:
        raise DeployError(f"the template was refused: {error.response['Error']['Message']}") from error
    return _settled(client, stack)


def _clear_the_way(client: "CloudFormationClient", stack: str) -> bool:
    """Delete a stack that no update can save; say whether there is one to update."""
    present = _describe(client, stack)
    if present is None:
        return False
    if present["StackStatus"] not in _BEYOND_UPDATE:
        return True
    client.delete_stack(StackName=stack)
    _wait(client, stack)
    return False


def _settled(client: "CloudFormationClient", stack: str) -> "StackTypeDef":
    present = _wait(client, stack)
    if present is None or present["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeployError(f"the stack could not be deployed: {_first_failure(client, stack)}")
    return present


def _wait(client: "CloudFormationClient", stack: str) -> "StackTypeDef | None":
    deadline = time.monotonic() + DEPLOY_SECONDS
    while True:
        present = _describe(client, stack)
        if present is None or not present["StackStatus"].endswith("_IN_PROGRESS"):
            return present
        if time.monotonic() >= deadline:
            raise DeployError(f"the stack is still {present['StackStatus']} after {DEPLOY_SECONDS:.0f} s")
        time.sleep(_PAUSE)


def _first_failure(client: "CloudFormationClient", stack: str) -> str:
    """Name the resource that failed first, and why; the others were only cancelled after it."""
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [e for e in events if e.get("ResourceStatus", "").endswith("_FAILED")]
    if not failed:
        return "no resource says why"
    first = min(failed, key=lambda event: event["Timestamp"])
    return f"{first.get('LogicalResourceId')}: {first.get('ResourceStatusReason', 'no reason given')}"


def _describe(client: "CloudFormationClient", stack: str) -> "StackTypeDef | None":
    from botocore.exceptions import ClientError

    try:
        found = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return next((one for one in found if one["StackStatus"] != "DELETE_COMPLETE"), None)


def _tag(stack: "StackTypeDef") -> str | None:
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == _DIGEST_TAG), None)
