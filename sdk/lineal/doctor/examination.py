"""The checks in their order: what rests on a check that failed is skipped, not failed again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lineal.doctor import api, identity, machine
from lineal.doctor.findings import Finding, Verdict, skipped
from lineal.http.transport import Transport
from lineal.spool.folders import default_spool
from lineal_contract.people import WhoAmI

if TYPE_CHECKING:
    from boto3.session import Session


@dataclass(frozen=True)
class Surroundings:
    """Where the checks look. `wire` sends unsigned, `who_am_i` asks the API as any command would."""

    api_url: str | None
    project: str | None
    session: Callable[[], "Session"]
    wire: Transport
    who_am_i: Callable[[], WhoAmI]
    spool: Path = field(default_factory=default_spool)
    now: Callable[[], float] = time.time
    token: str | None = None


def examine(here: Surroundings) -> Iterator[Finding]:
    """Yield the finding of each check as it is made. Raises nothing that a check can foresee."""
    yield machine.versions()
    settings = api.settings(here.api_url, here.project)
    yield settings
    identified = [*_identity(here)]
    yield from identified
    yield from _api(here, settings, *identified)
    yield machine.spool(here.spool)
    yield machine.local_stack()


def _identity(here: Surroundings) -> Iterator[Finding]:
    """A token takes the place of credentials: who has one may well have no others."""
    if here.token:
        yield identity.token(here.token)
    else:
        yield identity.credentials(here.session)
        yield identity.region(here.api_url, here.session)


def _api(here: Surroundings, *standing_on: Finding) -> Iterator[Finding]:
    settings, *_ = standing_on
    if here.api_url is None or settings.verdict is Verdict.FAILED:
        for check in (api.REACHABLE, api.CLOCK, api.PERMISSIONS, api.RELEASE_CHECK):
            yield skipped(check, "there is no API address to ask")
        return
    reached, answer = api.reachable(here.api_url, here.wire)
    yield reached
    yield api.clock(answer, here.now())
    broken = [f.check for f in (*standing_on, reached) if f.verdict is Verdict.FAILED]
    if broken:
        yield skipped(api.PERMISSIONS, f"not asked before this is mended: {', '.join(broken)}")
        return
    permitted, me = api.permissions(here.who_am_i)
    yield permitted
    yield api.release(me)
