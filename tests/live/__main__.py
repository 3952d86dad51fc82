"""`make live`: deploys, walks the chain, and takes all down again, whatever happened in between."""

import os
import sys
from collections.abc import Sequence

import boto3

from lineal import cloud
from lineal_contract.roles import StackOutput
from tests.live.chain import walk
from tests.live.stack import LiveStack
from tests.live.staff import dismiss, hired

ACCOUNT = "LINEAL_LIVE_ACCOUNT"
"""The number of the account that may be used: nobody deploys into another one by mistake."""
API_URL = "LINEAL_LIVE_API_URL"
"""Where the API is if not where the stack says, with `{api_id}` in it: for emulators."""
_LEFT, _WRONG_ACCOUNT = 4, 2


def told(line: str) -> None:
    """Print a line for people."""
    sys.stdout.write(f"live: {line}\n")
    sys.stdout.flush()


def api_url(stack: cloud.Deployed) -> str:
    """Return where the stack's API is."""
    template = os.environ.get(API_URL)
    return template.format(api_id=stack.outputs[StackOutput.API_ID]) if template else stack.outputs["ApiUrl"]


def main(arguments: Sequence[str]) -> int:
    """Return 0, 2 for the wrong account, 4 if something is left; what fails in between is raised."""
    session = boto3.Session()
    account = cloud.account(session)
    if os.environ.get(ACCOUNT) != account.number:
        told(f"{ACCOUNT} has to be {account.number}, the account of these credentials, or nothing is done")
        return _WRONG_ACCOUNT
    return tell_left(prove(LiveStack(session), arguments))


def tell_left(left: Sequence[str]) -> int:
    """Say what is left, and return the exit code for it."""
    for each in left:
        told(f"left over: {each}")
    told("something is left over" if left else "nothing is left over")
    return _LEFT if left else 0


def prove(stack: LiveStack, arguments: Sequence[str]) -> list[str]:
    """Deploy, walk, destroy; return what is left."""
    stack.check_absent()
    try:
        deployed = stack.deploy(arguments)
        with hired(stack.session, deployed, api_url(deployed)) as staff:
            walk(staff, told)
    finally:
        dismiss(stack.session.client("iam"))
        left = stack.destroy()
    return left


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
