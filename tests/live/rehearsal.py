"""`make rehearse`: the live suite in an account that an emulator plays.

What is deployed is the cloud's template with the cloud's bundles, by the CDK's own command line; then the
chain is walked by users made for it, and all of it is destroyed. The emulator lacks the events' archive and
some resources of the CDK's bootstrapping, so what that leaves behind is made by hand. The functions run on
this interpreter, so it has to be of a version that Lambda has.
"""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import boto3

from infra.runtime import Architecture, Python
from lineal import cloud
from lineal.local import DataDirectory, Stack, lifecycle
from lineal.local.errors import EmulatorError
from lineal.local.state import REGION
from tests.live.__main__ import API_URL, prove, tell_left
from tests.live.stack import LiveStack

_QUALIFIER = "hnb659fds"
"""The CDK's own, by which its roles and its bucket are called in every account."""
_ROLES = ("deploy", "file-publishing", "image-publishing", "cfn-exec", "lookup")
_PROCESSORS = {"x86_64": Architecture.X86_64, "aarch64": Architecture.ARM_64, "arm64": Architecture.ARM_64}
_BOOTSTRAP_VERSION = "30"
_WRONG_PYTHON = 2


@contextmanager
def account(data: Path) -> Iterator[Stack]:
    """Let an emulator play an account, to which all variables of the process lead.

    In the end it may be killed while it saves hundreds of megabytes of bundles: nobody comes back to them.
    """
    directory = DataDirectory.at(data)
    stack = lifecycle.start(directory)
    try:
        root = stack.state.root
        os.environ |= {
            "AWS_ENDPOINT_URL": stack.endpoint_url,
            "AWS_ACCESS_KEY_ID": root.key_id,
            "AWS_SECRET_ACCESS_KEY": root.secret,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            API_URL: f"{stack.endpoint_url}/_aws/execute-api/{{api_id}}/$default",
        }
        yield stack
    finally:
        with suppress(EmulatorError):
            lifecycle.stop(directory)


def bootstrap(session: boto3.Session) -> None:
    """Make what the CDK's bootstrapping leaves in an account."""
    number, region = cloud.account(session).number, session.region_name
    session.client("s3").create_bucket(Bucket=f"cdk-{_QUALIFIER}-assets-{number}-{region}")
    name = f"/cdk-bootstrap/{_QUALIFIER}/version"
    session.client("ssm").put_parameter(Name=name, Value=_BOOTSTRAP_VERSION, Type="String")
    principal = {"AWS": f"arn:aws:iam::{number}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    iam = session.client("iam")
    for role in (f"cdk-{_QUALIFIER}-{each}-role-{number}-{region}" for each in _ROLES):
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
        iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def options() -> list[str]:
    """Return the options that fit what runs here."""
    chosen = {
        "lineal:python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "lineal:architecture": _PROCESSORS[platform.machine()].value,
        "lineal:archive": "false",
    }
    return [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]


def main() -> int:
    """Return 0, 2 where the interpreter is none of Lambda's, 4 if something is left."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" not in list(Python):
        sys.stderr.write(f"the cloud's bundles are for Python {', '.join(Python)}\n")
        return _WRONG_PYTHON
    with tempfile.TemporaryDirectory() as folder, account(Path(folder, "account")):
        session = boto3.Session()
        bootstrap(session)
        return tell_left(prove(LiveStack(session, bootstraps=False), options()))


if __name__ == "__main__":
    sys.exit(main())
