"""An approver signs in, sees what they decide on, and decides."""

import json
from typing import TYPE_CHECKING

import pytest

from lineal_contract.approvals import ApprovalStatus
from lineal_contract.cards import ModelCard
from lineal_contract.roles import Role
from tests.e2e.conftest import WAIT, World

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from lineal.resources.approvals import Approval


@pytest.fixture
def pending(world: World) -> "Approval":
    """A better version than the one in production, with a card, that waits for people."""
    world.live(world.version("m", mae=50.0))
    better = world.version("m", mae=40.0)
    world.scientist.cards.put("m", better.version, ModelCard(intended_use="<b>triage</b> of patients"))
    return world.asked(better)


def sign_in(world: World, tab: "Page", pending: "Approval") -> str:
    """Follow a mail's link and sign in; return the token."""
    token = world.approver.tokens.create("page", role=Role.APPROVER).secret
    tab.goto(f"{world.stack.api_url}/page#/{world.project}/approvals/{pending.id}")
    tab.get_by_label("Token").fill(token)
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_role("heading", name="m 2 to production").wait_for()
    return token


def test_an_approver_sees_metrics_card_and_lineage_and_approves(
    world: World, tab: "Page", pending: "Approval"
) -> None:
    token = sign_in(world, tab, pending)
    shown = tab.locator("main").inner_text()
    for text in ("better", "-10", "<b>triage</b> of patients", "dataset", "lineage is complete"):
        assert text in shown.replace("\u2212", "-"), text
    narrowest = tab.evaluate("Math.min(...[...document.querySelectorAll('dd')].map((e) => e.clientWidth))")
    assert narrowest > 200, "a long name leaves room for its value"
    assert token not in tab.content()
    assert token not in tab.url
    tab.get_by_label("Reason").fill("looked at the difference")
    tab.get_by_role("button", name="Approve").click()
    tab.get_by_text("You said: approve.").wait_for()
    applied = pending.wait(timeout=WAIT)
    assert applied.status is ApprovalStatus.APPLIED
    assert applied.decisions[0].reason == "looked at the difference"


def test_a_rejection_needs_a_reason_and_can_be_made_by_keyboard(
    world: World, tab: "Page", pending: "Approval"
) -> None:
    sign_in(world, tab, pending)
    tab.get_by_role("button", name="Reject").press("Enter")
    tab.get_by_role("alert").filter(has_text="a rejection needs a reason").wait_for()
    assert pending.refresh().status is ApprovalStatus.PENDING
    assert tab.evaluate("document.activeElement.name") == "reason"
    tab.keyboard.type("biased")
    tab.get_by_role("button", name="Reject").press("Enter")
    tab.get_by_text("You said: reject.").wait_for()
    assert pending.wait(timeout=WAIT).status is ApprovalStatus.REJECTED


def test_a_link_identifies_nobody_and_a_wrong_token_opens_nothing(
    world: World, tab: "Page", pending: "Approval"
) -> None:
    tab.goto(f"{world.stack.api_url}/page#/{world.project}/approvals/{pending.id}")
    tab.get_by_role("heading", name="Sign in").wait_for()
    tab.get_by_label("Token").fill("lineal_" + "A" * 43)
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_text("The token is not known, or no longer valid.").wait_for()
    assert tab.evaluate("JSON.stringify(sessionStorage)") == json.dumps({})
    assert pending.refresh().status is ApprovalStatus.PENDING


def test_the_inbox_has_what_waits_and_signing_out_forgets_the_token(
    world: World, tab: "Page", pending: "Approval"
) -> None:
    sign_in(world, tab, pending)
    tab.get_by_role("link", name="All requests").click()
    tab.get_by_role("heading", name="Requests for promotion").wait_for()
    assert tab.get_by_role("rowheader", name="m 2").count() == 1
    tab.get_by_role("button", name="Sign out").click()
    tab.get_by_role("heading", name="Sign in").wait_for()
    assert tab.evaluate("JSON.stringify(sessionStorage)") == json.dumps({})
