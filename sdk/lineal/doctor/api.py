"""Checks of the way to the API: its address, an answer, the clock, and what the caller may do."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from lineal.doctor.findings import Finding, failed, ok, skipped, warning
from lineal.errors import (
    ConnectionFailedError,
    LinealError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnexpectedAnswerError,
)
from lineal.http.transport import Request, Response, Transport
from lineal_contract.people import WhoAmI
from lineal_contract.release import RELEASE, line

SETTINGS = "settings"
REACHABLE = "reachable"
CLOCK = "clock"
PERMISSIONS = "permissions"
RELEASE_CHECK = "release"
MAX_SKEW_SECONDS = 300
"""AWS refuses a signature whose time is further than five minutes from its own."""
_NOTED_SKEW_SECONDS = 60
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def settings(api_url: str | None, project: str | None) -> Finding:
    """Say whether address and project are given."""
    if not api_url:
        advice = "set LINEAL_API_URL to the stack's output ApiUrl; on a local stack: `lineal local env`"
        return failed(SETTINGS, "no API address", advice)
    if urlsplit(api_url).scheme not in ("https", "http") or not urlsplit(api_url).hostname:
        return failed(SETTINGS, f"{api_url!r} is no address of an API", "it begins with https://")
    if not project:
        return failed(SETTINGS, "no project", "set LINEAL_PROJECT to the project you work in")
    return ok(SETTINGS, f"project {project} at {api_url}")


def reachable(api_url: str, wire: Transport) -> tuple[Finding, Response | None]:
    """Say whether anything answers at the address; a refusal is an answer."""
    host = urlsplit(api_url).netloc.rpartition("@")[2]
    try:
        answer = wire.send(Request("GET", api_url))
    except ConnectionFailedError as error:
        return failed(REACHABLE, str(error), _way(api_url)), None
    if answer.status >= 500:
        return failed(
            REACHABLE, f"{host} answers HTTP {answer.status}", "look at the functions' logs"
        ), answer
    return ok(REACHABLE, f"{host} answers"), answer


def _way(api_url: str) -> str:
    if urlsplit(api_url).hostname in _LOOPBACK:
        return "see `lineal local status`, and `lineal local up`"
    return "check the address, the network, and HTTPS_PROXY and NO_PROXY"


def clock(answer: Response | None, now: float) -> Finding:
    """Compare this machine's clock with the time in an answer."""
    told = _time_of(answer)
    if told is None:
        return skipped(CLOCK, "nothing told the time")
    skew = now - told
    detail = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the API"
    advice = "let the machine set its clock by NTP: AWS refuses signatures that are five minutes off"
    if abs(skew) > MAX_SKEW_SECONDS:
        return failed(CLOCK, detail, advice)
    if abs(skew) > _NOTED_SKEW_SECONDS:
        return warning(CLOCK, detail, advice)
    return ok(CLOCK, "within a minute of the API's")


def _time_of(answer: Response | None) -> float | None:
    try:
        return parsedate_to_datetime((answer and answer.header("date")) or "").timestamp()
    except ValueError:
        return None


def permissions(who_am_i: Callable[[], WhoAmI]) -> tuple[Finding, WhoAmI | None]:
    """Ask the API who the caller is: it answers whoever may read the project."""
    try:
        me = who_am_i()
    except LinealError as error:
        return _unanswered(error), None
    if me.actor.person is None:
        advice = f"an admin records one: lineal people add NAME --identity {me.actor.principal}"
        detail = f"{me.actor.principal} is no person's: may request, never approve"
        return warning(PERMISSIONS, detail, advice), me
    return ok(PERMISSIONS, f"{me.actor.person} as {me.actor.principal}"), me


def _unanswered(error: LinealError) -> Finding:
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        advice = "the role needs one of the stack's policies, such as the output DataScientistPolicyArn"
        return failed(PERMISSIONS, str(error), f"{advice}; or the keys are of another account")
    if isinstance(error, UnexpectedAnswerError):
        return failed(PERMISSIONS, str(error), "the address is not lineal's API, or `pip install -U lineal`")
    return failed(PERMISSIONS, str(error), "try again; if it stays, look at the functions' logs")


def release(me: WhoAmI | None) -> Finding:
    """Compare the stack's release with this one: an older client is understood, a newer one may not be."""
    theirs = me.release if me else None
    if theirs is None:
        return skipped(RELEASE_CHECK, "the API did not tell its release")
    if line(theirs) == line(RELEASE):
        return ok(RELEASE_CHECK, f"the stack is {theirs}, this is {RELEASE}")
    detail = f"the stack is {theirs} and this is {RELEASE}: they may not understand each other"
    if line(theirs) > line(RELEASE):
        return warning(RELEASE_CHECK, detail, "`pip install -U lineal`")
    return warning(RELEASE_CHECK, detail, "whoever runs the stack upgrades it: `lineal deploy-stack`")
