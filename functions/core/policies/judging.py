"""Judging a version by the rules of every stage on a way."""

from collections.abc import Iterable

from functions.core.models import stages
from functions.core.policies import rules
from lineal_contract.policies import Policy, RuleResult
from lineal_contract.stages import StageName


def judge(policy: Policy, way: Iterable[StageName], candidate: rules.Candidate) -> tuple[RuleResult, ...]:
    """Return how the rules of all stages on a way come out, each rule once."""
    asked = dict.fromkeys(rule for stage in way for rule in stages.asked(policy, stage).rules)
    return tuple(rules.evaluate(rule, candidate) for rule in asked)
