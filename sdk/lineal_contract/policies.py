"""A project's policy: what each stage asks for. The rules themselves are in `rules`."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Digest, Wire
from lineal_contract.digests import json_digest
from lineal_contract.references import AliasName
from lineal_contract.rules import Rule


class Stage(StrEnum):
    """The lifecycle environment of a version; kept apart from its approval status."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"
    ARCHIVED = "archived"


class StagePolicy(Wire):
    """What it takes to enter a stage: rules that hold, then people who agree."""

    rules: Annotated[tuple[Rule, ...], Field(max_length=50)] = ()
    approvals: Annotated[int, Field(ge=0, le=10, strict=True)] = 0
    expires_after_hours: Annotated[int, Field(ge=1, le=24 * 90, strict=True)] = 72
    remind_before_hours: Annotated[int, Field(ge=1, le=24 * 90, strict=True)] = 24
    alias: AliasName | None = None


class Policy(Wire):
    """A project's promotion rules, identified by their digest."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    stages: dict[Stage, StagePolicy]
    aliases: Annotated[dict[AliasName, Stage], Field(max_length=50)] = {}
    """Aliases that may point at versions of one stage alone."""
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")] | None = None

    def digest(self) -> str:
        """Return the SHA-256 of the rules; the commit they came from does not change it."""
        return json_digest(self.model_dump(mode="json", exclude={"commit"}))


class PolicyRef(Answer):
    """Which rules a decision was made under."""

    name: str
    digest: Digest
    commit: str | None = None


class StoredPolicy(Answer):
    """A project's policy in force; `builtin` says that the project has none of its own."""

    ref: PolicyRef
    policy: Policy
    builtin: bool = False


class RuleResult(Answer):
    """How one rule came out, in words and in figures."""

    check: str
    passed: bool
    message: str
    metric: str | None = None
    value: float | None = None
    baseline: float | None = None
    threshold: float | None = None
