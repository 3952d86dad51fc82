"""Which role may call which route: one rule, for IAM's policies and for what handlers check."""

import re
from collections.abc import Mapping
from typing import Protocol

from lineal_contract.roles import Role
from lineal_contract.routes.approvals import CANCEL_PROMOTION
from lineal_contract.routes.registry import BACKTEST_POLICY, CHECK_POLICY, VERIFY_VERSION
from lineal_contract.routes.serving import INVOKE
from lineal_contract.routes.table import ROUTES

_READ = "GET/v1/projects/*"
_VERIFY = f"{VERIFY_VERSION.method}/v1/projects/*/verifications"
_TRY_RULES = tuple(
    f"{r.method}/v1/projects/*/{r.path.rpartition('/')[2]}" for r in (CHECK_POLICY, BACKTEST_POLICY)
)
_CANCEL = f"{CANCEL_PROMOTION.method}/approvals/*/cancellations"
_PREDICT = f"{INVOKE.method}/endpoints/*"


def _all_of(root: str) -> list[str]:
    """Return a pattern for each method in use below a root.

    `*` in place of the method would span slashes, and let `POST/approvals/v1/projects/…` pass as a path below
    /v1/projects/.
    """
    return [f"{method}{root}*" for method in sorted({r.method for r in ROUTES if r.path.startswith(root)})]


_OWN_TOKENS = _all_of("/tokens/")

_NATIVE: Mapping[Role, tuple[str, ...]] = {
    Role.DATA_SCIENTIST: (*_all_of("/v1/projects/"), _PREDICT, _CANCEL, *_OWN_TOKENS),
    Role.APPROVER: (_READ, _VERIFY, *_all_of("/approvals/"), *_OWN_TOKENS),
    Role.DEPLOYER: (_READ, _VERIFY, *_all_of("/deployments/"), _PREDICT, *_OWN_TOKENS),
    Role.AUDITOR: (_READ, _VERIFY, *_all_of("/audit/"), *_OWN_TOKENS),
    Role.ADMIN: (_READ, *_TRY_RULES, *_all_of("/admin/"), *_all_of("/audit/"), *_OWN_TOKENS),
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
    return (*_NATIVE[role], *_of_mlflow(role))


def _of_mlflow(role: Role) -> tuple[str, ...]:
    """Loaded when it is asked for: most functions serve no endpoint of MLflow's."""
    from lineal_contract.mlflow.surface import CHANGES, READS

    return CHANGES if role is Role.DATA_SCIENTIST else READS


def allows(role: Role, route: Operation) -> bool:
    """Say whether a role may call a route."""
    called = f"{route.method}{route.path}"
    candidates = _of_mlflow(role) if route.path.startswith(_MLFLOW) else _NATIVE[role]
    return any(_matches(pattern, called) for pattern in candidates)


def refuses_at_once(route: Operation) -> bool:
    """Say whether a right that was taken away is gone from a route with the next call, not seconds later."""
    return route.path.startswith(_AT_ONCE)


def _matches(pattern: str, called: str) -> bool:
    """Match as IAM does; a path's braces are as good a name as any."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), called) is not None
