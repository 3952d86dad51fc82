"""Which role may call which route: one rule, for IAM's policies and for what handlers check."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from lineal_contract.roles import Role


@dataclass(frozen=True)
class _Reach:
    """What a role may call: everything below some roots, and some calls besides, as `METHOD/path`."""

    roots: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


_READ = "GET/v1/projects/*"
_VERIFY = "POST/v1/projects/*/verifications"
_TRY_RULES = ("POST/v1/projects/*/policy-checks", "POST/v1/projects/*/policy-backtests")
_CANCEL = "POST/approvals/*/cancellations"
_PREDICT = "POST/endpoints/*"
_OWN_TOKENS = "/tokens/"

_NATIVE: Mapping[Role, _Reach] = {
    Role.DATA_SCIENTIST: _Reach(("/v1/projects/", _OWN_TOKENS), (_PREDICT, _CANCEL)),
    Role.APPROVER: _Reach(("/approvals/", _OWN_TOKENS), (_READ, _VERIFY)),
    Role.DEPLOYER: _Reach(("/deployments/", _OWN_TOKENS), (_READ, _VERIFY, _PREDICT)),
    Role.AUDITOR: _Reach(("/audit/", _OWN_TOKENS), (_READ, _VERIFY)),
    Role.ADMIN: _Reach(("/admin/", "/audit/", _OWN_TOKENS), (_READ, *_TRY_RULES)),
}
_MLFLOW = "/mlflow/"
_AT_ONCE = ("/approvals/", "/deployments/", "/tokens/", "/admin/")


class Operation(Protocol):
    """What is called: a route, or an endpoint behind one; `path` has its parameters in braces."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def method(self) -> str:
        """The method of the request."""

    @property
    def path(self) -> str:
        """The path, without the root of the twins for tokens."""

    @property
    def takes_tokens(self) -> bool:
        """Whether a bearer token can do anything there."""


def patterns(role: Role) -> tuple[str, ...]:
    """Return what a role may call, as `METHOD/path` of `execute-api` ARNs, where `*` spans slashes."""
    reach = _NATIVE[role]
    return (*reach.calls, *(each for root in reach.roots for each in _all_of(root)), *_of_mlflow(role))


def _all_of(root: str) -> list[str]:
    """Return a pattern for each method in use below a root. Only infrastructure needs the table of routes.

    `*` in place of the method would span slashes, and let `POST/approvals/v1/projects/…` pass as a path below
    /v1/projects/.
    """
    from lineal_contract.routes.table import ROUTES

    return [f"{method}{root}*" for method in sorted({r.method for r in ROUTES if r.path.startswith(root)})]


def _of_mlflow(role: Role) -> tuple[str, ...]:
    """Loaded when it is asked for: most functions serve no endpoint of MLflow's."""
    from lineal_contract.mlflow.surface import CHANGES, READS

    return CHANGES if role is Role.DATA_SCIENTIST else READS


def allows(role: Role, route: Operation) -> bool:
    """Say whether a role may call a route."""
    called = f"{route.method}{route.path}"
    if route.path.startswith(_MLFLOW):
        return any(_matches(pattern, called) for pattern in _of_mlflow(role))
    reach = _NATIVE[role]
    return route.path.startswith(reach.roots) or any(_matches(each, called) for each in reach.calls)


def refuses_at_once(route: Operation) -> bool:
    """Say whether a right that was taken away is gone from a route with the next call, not seconds later."""
    return route.path.startswith(_AT_ONCE)


def _matches(pattern: str, called: str) -> bool:
    """Match as IAM does; a path's braces are as good a name as any."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), called) is not None
