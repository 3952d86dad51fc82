"""Whatever people and workflows do, in whatever order and at the same time, some things always hold."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from functions.core.approvals import deciders
from functions.core.errors import CoreError
from lineal_contract.approvals import Approval, ApprovalStatus, Verdict
from lineal_contract.audit import GENESIS
from lineal_contract.deployments import DeploymentStatus
from lineal_contract.events import (
    ApprovalPending,
    ApprovalReminded,
    DeploymentStateChanged,
    VersionStateChanged,
)
from lineal_contract.people import Actor
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.rules import BeatsProduction, Goal
from tests import builders
from tests.builders import ANN, BOB, CLEO, MODEL, NOBODY, PROJECT
from tests.unit.core.town import Town

OPEN = (ApprovalStatus.REQUESTED, ApprovalStatus.PENDING, ApprovalStatus.APPROVED)
ANN_ELSEWHERE = Actor(principal="arn:aws:sts::123456789012:assumed-role/Approver/ann", person="ann")
BETTER = BeatsProduction(metric="mae", goal=Goal.MINIMIZE)
POLICIES = [
    builders.POLICY,
    Policy(
        name="two people",
        stages={Stage.PRODUCTION: StagePolicy(rules=(BETTER,), approvals=2, alias="champion")},
    ),
]
anybody = st.sampled_from([ANN, ANN_ELSEWHERE, BOB, CLEO, NOBODY])
index = st.integers(0, 20)
mostly = st.sampled_from([True, True, True, False])


class Lifecycle(RuleBasedStateMachine):
    """Each rule is what somebody may try at any time; refusals are part of life."""

    def __init__(self) -> None:
        super().__init__()
        self.town = Town()
        self.mae = 1000.0

    @initialize()
    def first(self) -> None:
        self.town.version(self.mae)

    @rule(better=mostly, by=anybody, until=st.integers(1, 6), approver=anybody)
    def go_the_usual_way(self, better: bool, by: Actor, until: int, approver: Actor) -> None:
        """A new version comes as far as `until` says, so that deep states are not rare."""
        self.mae -= 1
        number = self.town.version(self.mae if better else 1e6, by).version
        approval_id = self.town.ask(number, by=by).approval_id
        way: list[Callable[[], Any]] = [
            lambda: self.town.evaluate(approval_id),
            lambda: self.town.decide(approval_id, by=approver),
            lambda: self.town.decide(approval_id, by=CLEO),
            lambda: self.town.apply(approval_id),
            lambda: self.town.open(approval_id),
            lambda: self.town.switch(approval_id),
        ]
        for step in way[:until]:
            self.attempt(step)

    @rule(at=index, stage=st.sampled_from(Stage), by=anybody)
    def ask(self, at: int, stage: Stage, by: Actor) -> None:
        number = at % self.town.latest + 1
        self.attempt(lambda: self.town.ask(number, stage, by))

    @precondition(lambda self: self.town.approvals(*OPEN))
    @rule(at=index)
    def evaluate(self, at: int) -> None:
        self.town.evaluate(self.pick(at, *OPEN).approval_id)

    @precondition(lambda self: self.town.approvals(ApprovalStatus.PENDING))
    @rule(at=index, by=anybody, verdict=st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.REJECT]))
    def decide(self, at: int, by: Actor, verdict: Verdict) -> None:
        approval = self.pick(at, ApprovalStatus.PENDING)
        self.attempt(lambda: self.town.decide(approval.approval_id, verdict, by))

    @precondition(lambda self: self.town.approvals(*OPEN))
    @rule(at=index)
    def apply(self, at: int) -> None:
        self.town.apply(self.pick(at, *OPEN).approval_id)

    @precondition(lambda self: len(self.town.approvals(*OPEN)) > 1)
    @rule(at=index, other=index)
    def apply_while_another_is_applied(self, at: int, other: int) -> None:
        interfering = self.pick(other, *OPEN).approval_id
        self.town.models.interference = lambda: (self.town.apply(interfering), None)[1]
        self.town.apply(self.pick(at, *OPEN).approval_id)

    @precondition(lambda self: self.town.approvals(ApprovalStatus.PENDING))
    @rule(at=index)
    def approve_while_another_rejects(self, at: int) -> None:
        approval_id = self.pick(at, ApprovalStatus.PENDING).approval_id
        self.town.models.interference = lambda: self.attempt(
            lambda: self.town.decide(approval_id, Verdict.REJECT, CLEO)
        )
        self.attempt(lambda: self.town.decide(approval_id, Verdict.APPROVE, BOB))

    @precondition(lambda self: self.town.approvals(ApprovalStatus.PENDING))
    @rule(at=index, by=anybody, to=st.sampled_from(["ann", "bob", "cleo", "nobody"]))
    def delegate(self, at: int, by: Actor, to: str) -> None:
        approval_id = self.pick(at, ApprovalStatus.PENDING).approval_id
        self.attempt(lambda: self.town.delegate(approval_id, to, by))

    @precondition(lambda self: self.town.approvals(*OPEN))
    @rule(at=index, by=anybody)
    def cancel(self, at: int, by: Actor) -> None:
        self.attempt(lambda: self.town.cancel(self.pick(at, *OPEN).approval_id, by))

    @precondition(lambda self: self.town.approvals(ApprovalStatus.PENDING))
    @rule(at=index)
    def approve_while_it_is_taken_back(self, at: int) -> None:
        approval = self.pick(at, ApprovalStatus.PENDING)
        self.town.models.interference = lambda: self.attempt(
            lambda: self.town.cancel(approval.approval_id, approval.requested_by)
        )
        self.attempt(lambda: self.town.decide(approval.approval_id, by=BOB))

    @precondition(lambda self: self.town.approvals(ApprovalStatus.PENDING))
    @rule(at=index)
    def approve_while_handing_on(self, at: int) -> None:
        approval_id = self.pick(at, ApprovalStatus.PENDING).approval_id
        self.town.models.interference = lambda: self.attempt(lambda: self.town.delegate(approval_id))
        self.attempt(lambda: self.town.decide(approval_id, by=BOB))

    @rule(hours=st.integers(0, 50))
    def look_after_what_is_open(self, hours: int) -> None:
        self.town.now += hours * builders.HOUR
        self.town.look_after()

    @rule(person=st.sampled_from([BOB, CLEO]))
    def lose_and_find_an_identity(self, person: Actor) -> None:
        known = self.town.access.actor(person.principal).person is not None
        self.town.forget(person) if known else self.town.know(person)

    @precondition(lambda self: self.town.approvals(*OPEN))
    @rule(at=index)
    def expire(self, at: int) -> None:
        self.town.expire(self.pick(at, *OPEN).approval_id)

    @precondition(lambda self: self.town.approvals(ApprovalStatus.PENDING))
    @rule()
    def let_time_pass(self) -> None:
        self.town.let_time_pass()

    @rule(policy=st.sampled_from(POLICIES))
    def change_the_rules(self, policy: Policy) -> None:
        self.town.policies.put(PROJECT, policy)

    @precondition(lambda self: self.town.approvals())
    @rule(at=index)
    def deliver_an_event(self, at: int) -> None:
        """True, late, repeated or forged: an event may name any approval."""
        self.town.open(self.pick(at).approval_id)

    @precondition(lambda self: self.town.deployments())
    @rule(at=index)
    def switch(self, at: int) -> None:
        self.town.switch(self.pick_deployment(at))

    @precondition(lambda self: self.town.deployments())
    @rule(at=index)
    def fail(self, at: int) -> None:
        self.town.fail(self.pick_deployment(at))

    @precondition(lambda self: self.town.deployments())
    @rule(number=st.none() | st.integers(1, 5))
    def roll_back(self, number: int | None) -> None:
        self.attempt(lambda: self.town.roll_back(number))

    @precondition(lambda self: self.town.approvals(ApprovalStatus.APPROVED))
    @rule(at=index)
    def roll_back_while_a_promotion_is_applied(self, at: int) -> None:
        approval_id = self.pick(at, ApprovalStatus.APPROVED).approval_id
        self.town.models.interference = lambda: (self.town.apply(approval_id), None)[1]
        self.attempt(self.town.roll_back)

    @invariant()
    def one_version_is_in_production_and_head_and_alias_point_at_it(self) -> None:
        found = [v.version for v in self.town.versions() if v.stage is Stage.PRODUCTION]
        head = self.town.models.head(PROJECT, MODEL)
        if head is not None:
            assert found == ([] if head.production_version is None else [head.production_version])
            assert list(head.aliases.values()) == found

    @invariant()
    def the_audit_chain_verifies(self) -> None:
        head = self.town.models.head(PROJECT, MODEL)
        previous = GENESIS
        records = self.town.models.audit(PROJECT, MODEL, 0, 10_000)
        for sequence, record in enumerate(records, start=1):
            assert (record.sequence, record.previous) == (sequence, previous)
            previous = record.computed_digest()
            assert record.digest == previous
        if head is not None:
            assert (head.audit_sequence, head.audit_digest) == (len(records), previous)

    @invariant()
    def people_other_than_the_requester_stand_behind_production(self) -> None:
        for version in self.town.versions():
            if version.stage is not Stage.PRODUCTION:
                continue
            assert version.approved_by_approval is not None
            approval = self.town.approval(version.approved_by_approval)
            assert (approval.status, approval.version) == (ApprovalStatus.APPLIED, version.version)
            deciders = {d.actor.person for d in approval.decisions if d.verdict is Verdict.APPROVE}
            assert len(deciders) >= approval.approvals_needed >= 1
            assert None not in deciders
            assert approval.requested_by.person not in deciders
            assert approval.requested_by.principal not in {d.actor.principal for d in approval.decisions}

    @invariant()
    def the_head_knows_the_open_approvals(self) -> None:
        head = self.town.models.head(PROJECT, MODEL)
        if head is not None:
            opened = {f"{a.version}:{a.stage}": a.approval_id for a in self.town.approvals(*OPEN)}
            assert head.open_approvals == opened

    @invariant()
    def the_endpoint_follows_the_one_live_deployment_of_an_approved_version(self) -> None:
        live = [d for d in self.town.deployments() if d.status is DeploymentStatus.LIVE]
        endpoint = self.town.models.endpoint(PROJECT, MODEL)
        assert [d.deployment_id for d in live] == ([endpoint.deployment_id] if endpoint else [])
        for deployment in live:
            approval = self.town.approval(deployment.approval_id)
            assert (approval.status, approval.version) == (ApprovalStatus.APPLIED, deployment.version)
            assert approval.manifest_digest == deployment.manifest_digest

    @invariant()
    def nobody_decides_what_they_have_handed_on(self) -> None:
        for approval in self.town.approvals():
            for decision in approval.decisions:
                since = [d for d in approval.delegations if d.delegated_at <= decision.decided_at]
                later = approval.model_copy(update={"delegations": tuple(since)})
                assert deciders.handed_on_to(later, decision.actor) is None

    @invariant()
    def people_are_reminded_once_of_each_asking(self) -> None:
        asked: dict[str, int] = {}
        for event in self.town.models.events:
            match event.detail.data:
                case ApprovalPending(approval_id=approval_id):
                    asked[approval_id] = 1
                case ApprovalReminded(approval_id=approval_id):
                    asked[approval_id] -= 1
                    assert asked[approval_id] == 0

    @invariant()
    def events_count_up(self) -> None:
        sequences = [e.detail.metadata.sequence for e in self.town.models.events]
        assert sequences == sorted(set(sequences))

    @invariant()
    def history_is_told_as_it_was_decided(self) -> None:
        """A version enters production in place of the one it was compared with, and goes live from there."""
        production, left = None, {}
        for event in self.town.models.events:
            match event.detail.data:
                case VersionStateChanged(from_stage=Stage.PRODUCTION, version=number, approval_id=cause):
                    production, left[cause] = None, number
                case VersionStateChanged(to_stage=Stage.PRODUCTION, version=number, approval_id=cause):
                    assert production is None
                    assert cause is None or self.town.approval(cause).baseline_version == left.get(cause)
                    production = number
                case DeploymentStateChanged(status=DeploymentStatus.LIVE, version=number):
                    assert number == production

    def pick(self, at: int, *statuses: ApprovalStatus) -> Approval:
        found = self.town.approvals(*statuses)
        return found[at % len(found)]

    def pick_deployment(self, at: int) -> str:
        found = self.town.deployments()
        return found[at % len(found)].deployment_id

    def attempt(self, act: Callable[[], Any]) -> None:
        """Try something that may be refused, in a word the API knows."""
        try:
            act()
        except CoreError:
            return


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = settings(max_examples=150, stateful_step_count=30)
