"""A project's policy: what each stage asks for. The rules themselves are in `rules`."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from lineal_contract.base import Answer, Digest, Wire
from lineal_contract.digests import json_digest
from lineal_contract.references import AliasName
from lineal_contract.rules import Rule
from lineal_contract.stages import DEFAULT_MOVES, MAX_STAGES, Moves, StageName, check_moves, stages_of
from lineal_contract.stages import Stage as Stage

Targets = Annotated[tuple[StageName, ...], Field(max_length=MAX_STAGES)]


class StagePolicy(Wire):
    """What it takes to enter a stage: rules that hold, then people who agree."""

    rules: Annotated[tuple[Rule, ...], Field(max_length=50)] = ()
    approvals: Annotated[int, Field(ge=0, le=10, strict=True)] = 0
    expires_after_hours: Annotated[int, Field(ge=1, le=24 * 90, strict=True)] = 72
    remind_before_hours: Annotated[int, Field(ge=1, le=24 * 90, strict=True)] = 24
    alias: AliasName | None = None


class Policy(Wire):
    """A project's stages and promotion rules, identified by their digest."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    moves: Annotated[dict[StageName, Targets], Field(max_length=MAX_STAGES)] | None = None
    """Where a version may go from each stage; without it, development → staging → production."""
    stages: dict[StageName, StagePolicy]
    aliases: Annotated[dict[AliasName, StageName], Field(max_length=50)] = {}
    """Aliases that may point at versions of one stage alone."""
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")] | None = None

    def graph(self) -> Moves:
        """Return the legal moves from each stage."""
        return DEFAULT_MOVES if self.moves is None else self.moves

    def digest(self) -> str:
        """Return the SHA-256 of the rules; the commit they came from does not change it."""
        # Rules that declare no moves keep the digest they had before there were any.
        unsaid = {"commit"} if self.moves is not None else {"commit", "moves"}
        return json_digest(self.model_dump(mode="json", exclude=unsaid))

    @model_validator(mode="after")
    def _names_stages_there_are(self) -> Self:
        check_moves(self.graph())
        known = stages_of(self.graph())
        for field, names in (("stages", self.stages), ("aliases", self.aliases.values())):
            if unknown := [name for name in names if name not in known]:
                raise ValueError(
                    f"{field}: there is no stage {unknown[0]}; there are {', '.join(known)}"
                    + ("" if self.moves else ", and `moves` declares others")
                )
        return self


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
