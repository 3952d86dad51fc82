"""The walk of the live suite, by users that it makes, in an account that an emulator plays."""

import pytest

from lineal.cloud import Deployed
from lineal.local import Stack
from lineal.local.state import REGION
from tests.live.chain import walk
from tests.live.staff import PATH, hired


def test_users_are_made_walk_the_chain_and_are_gone(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.endpoint_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    account, told = stack.root_session(), list[str]()
    with hired(account, Deployed("lineal-local", "", False, stack.outputs), stack.api_url) as staff:
        walk(staff, told.append)
    assert len(told) == 4
    assert account.client("iam").list_users(PathPrefix=PATH)["Users"] == []
