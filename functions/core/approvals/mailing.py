"""What people are told by mail about a request, and who is meant.

A mail links to the page, where its reader signs in: the link decides nothing and identifies nobody.
"""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.core.errors import UnavailableError
from functions.core.ports.registry import ModelStore
from functions.core.ports.workflows import Letter, Mail, Told
from functions.core.ports.world import Clock
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.events import (
    ApprovalClosed,
    ApprovalDelegated,
    ApprovalPending,
    ApprovalReminded,
    Detail,
)
from lineal_contract.links import approval_page

News = ApprovalPending | ApprovalReminded | ApprovalDelegated | ApprovalClosed
"""What there is to tell of a request."""
APPROVERS = "approvers"
"""Whom a request is for, among the people a mail can be meant for."""
_LONGEST = 1_000
_AT_IT = 60_000
"""How long a delivery may take; one that was killed is taken over by the next after that, milliseconds."""
_SUBJECT = 100  # what SNS takes


@dataclass(frozen=True)
class Mailing:
    """Tells people what has happened to requests, once each. `page` is the address of the API."""

    models: ModelStore
    mail: Mail
    page: str
    told: Told
    clock: Clock

    def tell(self, detail: Detail) -> bool:
        """Send what an event calls for; False for one that is out of date, told or of another kind.

        Events come late, twice and in any order, so a letter says how the request stands now. Raises
        NotFoundError, UnavailableError.
        """
        match detail.data:
            case ApprovalPending() | ApprovalReminded() | ApprovalDelegated() | ApprovalClosed() as said:
                approval = self.models.approval(detail.metadata.project, said.approval_id)
            case _:
                return False
        letter = letter_about(said, approval, self.page)
        return letter is not None and self._send_once(detail.metadata.event_id, letter)

    def _send_once(self, event_id: str, letter: Letter) -> bool:
        now = self.clock()
        if not self.told.claim(event_id, now, now + _AT_IT):
            return False
        try:
            self.mail.send(letter)
        except UnavailableError:
            self.told.release(event_id, now)
            raise
        # It is sent: to fail now would be to send it again. Unkept, another delivery is told once more.
        with suppress(UnavailableError):
            self.told.done(event_id, now)
        return True


def letter_about(said: News, approval: Approval, page: str) -> Letter | None:
    """Return the mail about what was said of an approval, or None where it is no news any more."""
    about = f"{approval.model} {approval.version} for {approval.stage}"
    match said:
        case ApprovalClosed():
            people = _people(approval)
            return _letter("outcome", approval, people, f"{approval.status}: {about}", page)
        case _ if approval.status is not ApprovalStatus.PENDING:
            return None
        case ApprovalPending():
            return _letter("pending", approval, (APPROVERS,), f"decide: {about}", page)
        case ApprovalReminded():
            return _letter("reminder", approval, (APPROVERS,), f"still to decide: {about}", page)
        case ApprovalDelegated():
            return _letter("delegated", approval, (said.to,), f"handed to you: {about}", page)


def _people(approval: Approval) -> tuple[str, ...]:
    """Return who asked, who decided and who was asked to, each once; those nobody knows get no mail."""
    named = [approval.requested_by.person, *(d.actor.person for d in approval.decisions)]
    return tuple(dict.fromkeys([*filter(None, named), *(d.to for d in approval.delegations)]))


def _letter(kind: str, approval: Approval, to: Sequence[str], subject: str, page: str) -> Letter:
    lines = [
        f"{approval.model} version {approval.version} for {approval.stage}, project {approval.project}",
        "",
        f"Status: {approval.status}",
        f"Asked by: {_clean(approval.requested_by.display_name)}",
        f"Why: {_clean(approval.reason)}",
        f"Compared with: version {approval.baseline_version}" if approval.baseline_version else "",
        *(f"Rule {'holds' if r.passed else 'broken'}: {_clean(r.message)}" for r in approval.rule_results),
        *(f"{d.actor.person}: {d.verdict}. {_clean(d.reason)}" for d in approval.decisions),
        f"Ended because: {_clean(approval.refusal)}" if approval.refusal else "",
        f"Until: {_time(approval.expires_at)}" if approval.status is ApprovalStatus.PENDING else "",
        "",
        approval_page(page, approval.project, approval.approval_id),
        "You sign in there; this link decides nothing.",
    ]
    text = "\n".join(line for line, before in zip(lines, ["x", *lines], strict=False) if line or before)
    return Letter(kind, approval.project, tuple(to), f"lineal: {subject}"[:_SUBJECT], text)


def _clean(text: str) -> str:
    """Return what somebody wrote as one bounded line: no mail gets lines that lineal did not write."""
    shown = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _time(millis: int | None) -> str:
    return datetime.fromtimestamp((millis or 0) / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
