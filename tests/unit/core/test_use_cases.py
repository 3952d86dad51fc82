"""Registration, approval, deployment and the way back, as people and workflows use them."""

from typing import get_args

import pytest

from functions.core.approvals.approving import check_belongs
from functions.core.approvals.reconciling import GRACE, Reconciling
from functions.core.audit.anchoring import Anchoring
from functions.core.errors import (
    BytesChangedError,
    ConflictError,
    IllegalTransitionError,
    NotApprovedError,
    NotFoundError,
    NotPendingError,
    SelfApprovalError,
    UnavailableError,
    UnknownPersonError,
)
from functions.core.models.cards import Cards
from functions.core.models.tracing import Tracing
from functions.core.ports.workflows import Execution
from lineal_contract.approvals import ApprovalStatus, Verdict
from lineal_contract.audit import AuditAnchor
from lineal_contract.cards import ModelCard, PutCard
from lineal_contract.deployments import DeploymentStatus, Rollback
from lineal_contract.policies import Policy, Stage
from lineal_contract.registry import CreateModel, RegisterVersion
from lineal_contract.rules import Rule
from tests import builders
from tests.builders import BOB, CLEO, MODEL, NOBODY, PROJECT
from tests.fakes.trails import MemoryTrails
from tests.fakes.work import MemoryAnchors, MemoryOpenWork
from tests.unit.core.town import Town


@pytest.fixture
def town() -> Town:
    return Town()


def test_the_same_request_registers_one_version(town: Town) -> None:
    first = town.version(50.0)
    again = RegisterVersion(run_id=first.run_id, artifact="model", request_id=first.run_id)
    assert town.registry.register(PROJECT, MODEL, again, builders.cause()) == first
    assert town.latest == 1


def test_a_request_id_registers_one_thing(town: Town) -> None:
    first = town.version(50.0)
    other = RegisterVersion(run_id=first.run_id, artifact="model", request_id=first.run_id)
    with pytest.raises(ConflictError):
        town.registry.register(PROJECT, "another", other, builders.cause())


def test_versions_are_numbered_without_a_gap_when_two_register_at_once(town: Town) -> None:
    town.version(50.0)
    town.models.interference = lambda: (town.version(40.0), None)[1]
    run = builders.run(77)
    town.runs.create(run)
    town.runs.put_artifact(run, builders.artifact())
    wanted = RegisterVersion(run_id=run.run_id, artifact="model", request_id=run.run_id)
    made = town.registry.register(PROJECT, MODEL, wanted, builders.cause())
    assert (made.version, town.latest) == (3, 3)
    assert len({v.run_id for v in town.versions()}) == 3


def test_a_version_has_the_last_value_of_each_metric_and_the_bytes_pinned(town: Town) -> None:
    made = town.version(50.0)
    assert made.metrics == {"mae": 50.0}
    assert made.stage is Stage.DEVELOPMENT
    assert made.manifest == builders.artifact(data=b"model 1").files


def test_what_a_run_does_not_have_is_not_registered(town: Town) -> None:
    town.version(50.0)
    wanted = RegisterVersion(run_id=builders.hex_id(1), artifact="other", request_id=builders.hex_id(5))
    with pytest.raises(NotFoundError):
        town.registry.register(PROJECT, MODEL, wanted, builders.cause())


def test_asking_twice_gives_the_open_approval(town: Town) -> None:
    town.version(50.0)
    first = town.ask(1)
    assert town.ask(1) == first
    assert town.workflows.executions == {first.execution_arn: Execution.RUNNING}


def test_asking_for_production_twice_is_refused_once_it_is_there(town: Town) -> None:
    town.live(50.0)
    with pytest.raises(IllegalTransitionError) as refused:
        town.ask(1)
    assert refused.value.legal == ()


def test_a_decision_wakes_the_workflow_and_again_when_repeated(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    town.evaluate(approval_id)
    assert town.approving.ask(PROJECT, approval_id, "callback")
    town.decide(approval_id)
    town.decide(approval_id)
    assert town.workflows.woken == ["callback", "callback"]


def test_who_asked_is_who_their_identity_belongs_to_now(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version, by=NOBODY).approval_id
    town.evaluate(approval_id)
    with pytest.raises(UnknownPersonError):
        town.decide(approval_id, by=BOB)
    town.know(NOBODY.model_copy(update={"person": "bob"}))
    with pytest.raises(SelfApprovalError):
        town.decide(approval_id, by=BOB)
    assert town.decide(approval_id, by=CLEO).status is ApprovalStatus.APPROVED


def test_a_decision_before_the_callback_is_kept_needs_no_waiting(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    town.evaluate(approval_id)
    town.decide(approval_id)
    assert town.workflows.woken == []
    assert not town.approving.ask(PROJECT, approval_id, "callback")


def test_approve_and_reject_at_once_end_in_one_decision(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    town.evaluate(approval_id)
    town.models.interference = lambda: (town.decide(approval_id, Verdict.REJECT, CLEO), None)[1]
    with pytest.raises(NotPendingError, match="rejected"):
        town.decide(approval_id, by=BOB)
    assert [d.verdict for d in town.approval(approval_id).decisions] == [Verdict.REJECT]


def test_an_approval_is_about_the_production_it_was_compared_with(town: Town) -> None:
    approvals = [town.ask(town.version(mae).version).approval_id for mae in (40.0, 45.0)]
    for approval_id in approvals:
        town.evaluate(approval_id)
        town.decide(approval_id)
    town.models.interference = lambda: (town.apply(approvals[0]), None)[1]
    assert town.apply(approvals[1]).outcome == "evaluate"
    assert town.evaluate(approvals[1]).approval.refusal == (
        "mae 45 is not strictly below 40 of production version 1"
    )
    assert town.head.production_version == 1


def test_people_see_what_they_decide_on_but_no_arn_of_the_one_who_asks(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    shown = town.approving.briefing(town.evaluate(approval_id).approval, town.runs, "https://api/")
    assert (shown["requested_by"], shown["version"], shown["reason"]) == ("ann", 1, "better")
    assert "decisions" not in shown
    assert shown["links"] == {"page": f"https://api/page#/{PROJECT}/approvals/{approval_id}"}


def test_people_see_how_every_rule_came_out_and_what_the_card_says(town: Town) -> None:
    every: dict[str, dict[str, object]] = {
        "metric_threshold": {"metric": "mae", "at_most": 60},
        "beats_production": {"metric": "mae", "goal": "minimize"},
        "evaluated": {"metrics": ["mae"]},
        "lineage_complete": {},
        "card_complete": {"fields": ["intended_use"]},
        "data_fresh": {"max_age_days": 1},
        "data_valid": {},
        "signed": {},
    }
    kinds = {get_args(kind.model_fields["check"].annotation)[0] for kind in get_args(get_args(Rule)[0])}
    assert set(every) == kinds
    rules = [{"check": check} | fields for check, fields in every.items()]
    town.policies.put(
        PROJECT, Policy.model_validate({"name": "all", "stages": {"staging": {"rules": rules}}})
    )
    town.version(50.0)
    card = ModelCard(intended_use="triage", limitations="x" * 2_000)
    Cards(town.models, town.runs, builders.patient()).write(
        PROJECT, MODEL, "1", PutCard(card=card), builders.cause()
    )
    evaluated = town.evaluate(town.ask(1, Stage.STAGING).approval_id).approval
    shown = town.approving.briefing(evaluated, town.runs, None)
    came_out = {rule["check"]: rule["holds"] for rule in shown["rules"]}
    assert came_out == {check: check not in {"data_fresh", "data_valid", "signed"} for check in every}
    assert shown["card"]["intended_use"] == "triage"
    assert len(shown["card"]["limitations"]) == 1_001
    assert "intended_use" in shown["card"]["known_fields"]


def test_the_time_left_is_never_nothing(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    assert town.approving.seconds_left(town.approval(approval_id)) == 1
    pending = town.evaluate(approval_id).approval
    assert town.approving.seconds_left(pending) == 72 * 3600
    town.let_time_pass()
    assert town.approving.seconds_left(pending) == 1


def test_a_workflow_for_another_model_is_refused() -> None:
    with pytest.raises(ConflictError):
        check_belongs(builders.approval(), "another")


def test_a_true_event_is_deployed_once(town: Town) -> None:
    approval_id = town.promoted(50.0)
    assert [town.open(approval_id).outcome for _ in range(2)] == ["deploy", "deploy"]
    assert [town.switch(approval_id).outcome for _ in range(2)] == ["live", "live"]
    assert town.open(approval_id).outcome == "ignore"
    assert len(town.deployments()) == 1


@pytest.mark.parametrize(
    "forged", [{"model": "unknown"}, {"version": 9}, {"approval_id": builders.hex_id(404)}], ids=str
)
def test_an_event_about_nothing_is_ignored(town: Town, forged: dict[str, object]) -> None:
    claim = town.claim(town.promoted(50.0)).model_copy(update=forged)
    step = town.releasing.open(PROJECT, claim, "arn:execution", builders.cause())
    assert (step.outcome, town.deployments()) == ("ignore", ())


def test_an_event_before_the_approval_is_applied_is_ignored(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    town.evaluate(approval_id)
    assert town.open(approval_id).outcome == "ignore"


def test_a_deployments_bytes_are_verified_before_it_is_live(town: Town) -> None:
    approval_id = town.promoted(50.0)
    town.open(approval_id)
    town.objects.tamper(town.versions()[0].manifest[0].object, b"model 2")
    assert [f.path for f in town.check(approval_id)] == ["model.onnx"]


def test_a_deployment_that_failed_stays_failed(town: Town) -> None:
    approval_id = town.promoted(50.0)
    town.open(approval_id)
    town.fail(approval_id)
    town.fail(approval_id)
    assert [d.status for d in town.deployments()] == [DeploymentStatus.FAILED]
    assert town.switch(approval_id).outcome == "superseded"
    assert town.models.endpoint(PROJECT, MODEL) is None


def test_rolling_back_returns_to_the_version_before(town: Town) -> None:
    town.live(50.0)
    town.live(40.0)
    assert town.roll_back().version == 1
    assert (town.head.production_version, town.head.aliases) == (1, {"champion": 1})
    stages = {v.version: v.stage for v in town.versions()}
    assert stages == {1: Stage.PRODUCTION, 2: Stage.ARCHIVED}
    with pytest.raises(ConflictError):
        town.roll_back()
    assert town.roll_back(2).version == 2


def test_the_same_request_rolls_back_once(town: Town) -> None:
    town.live(50.0)
    town.live(40.0)
    asked = Rollback(reason="errors", request_id=town.new_id())
    first, again = (town.releasing.roll_back(PROJECT, MODEL, asked, builders.cause(BOB)) for _ in range(2))
    assert first == again
    assert [d.kind for d in town.deployments()].count("rollback") == 1
    with pytest.raises(ConflictError):
        other = asked.model_copy(update={"version": 2})
        town.releasing.roll_back(PROJECT, MODEL, other, builders.cause(BOB))


def test_a_rollback_that_somebody_overtook_is_asked_for_again(town: Town) -> None:
    town.live(50.0)
    overtaking = town.promoted(40.0)
    town.open(overtaking)
    town.models.interference = lambda: (town.switch(overtaking), None)[1]
    with pytest.raises(ConflictError, match="meanwhile"):
        town.roll_back()


def test_rolling_back_while_a_promotion_is_on_its_way_leaves_one_version_in_production(town: Town) -> None:
    town.live(50.0)
    town.live(40.0)
    overtaken = town.promoted(30.0)
    assert town.open(overtaken).outcome == "deploy"
    assert town.roll_back().version == 2
    assert [v.version for v in town.versions() if v.stage is Stage.PRODUCTION] == [2]
    assert town.switch(overtaken).outcome == "superseded"


def test_rolling_back_to_a_version_that_was_never_approved_is_refused(town: Town) -> None:
    town.live(50.0)
    town.version(10.0)
    with pytest.raises(NotApprovedError):
        town.roll_back(2)


def test_rolling_back_to_bytes_that_changed_is_refused(town: Town) -> None:
    town.live(50.0)
    town.live(40.0)
    town.objects.tamper(town.versions()[-1].manifest[0].object, b"model X")
    with pytest.raises(BytesChangedError, match=r"model\.onnx"):
        town.roll_back()
    assert town.head.production_version == 2


def test_there_is_no_way_back_without_an_endpoint(town: Town) -> None:
    with pytest.raises(NotFoundError):
        town.roll_back()


def test_a_trace_names_all_that_stands_behind_an_endpoint(town: Town) -> None:
    approval_id = town.live(50.0)
    trace = Tracing(town.models, town.runs).from_endpoint(PROJECT, MODEL, None)
    assert trace.deployment is not None
    assert trace.approval is not None
    assert trace.approval.approval_id == trace.deployment.deployment_id == approval_id
    assert trace.version.aliases == ("champion",)
    assert (trace.run.run_id, trace.lineage.score) == (trace.version.run_id, 1.0)


def test_an_earlier_deployment_is_traced_too(town: Town) -> None:
    first = town.live(50.0)
    town.live(40.0)
    tracing = Tracing(town.models, town.runs)
    assert tracing.from_endpoint(PROJECT, MODEL, first).version.version == 1
    assert tracing.from_endpoint(PROJECT, MODEL, None).version.version == 2
    with pytest.raises(NotFoundError):
        tracing.from_endpoint(PROJECT, MODEL, builders.hex_id(404))


def test_a_version_that_nobody_approved_is_traced_without_an_approval(town: Town) -> None:
    town.version(50.0)
    trace = Tracing(town.models, town.runs).from_version(PROJECT, MODEL, "1")
    assert (trace.endpoint, trace.deployment, trace.approval) == (None, None, None)


def reconciling(town: Town) -> Reconciling:
    work = MemoryOpenWork(town.models)
    return Reconciling(
        work, town.models, town.workflows, builders.patient(), lambda: town.now, town.tokens, town.workflows
    )


def test_an_approval_whose_execution_ended_gets_another_once(town: Town) -> None:
    approval = town.ask(town.version(50.0).version)
    assert approval.execution_arn is not None
    town.workflows.executions[approval.execution_arn] = Execution.ENDED
    assert [reconciling(town).restart_lost().count for _ in range(2)] == [1, 0]
    assert town.approval(approval.approval_id).execution_arn == f"{approval.execution_arn}-again"


def test_an_execution_that_never_started_is_started_after_a_while(town: Town) -> None:
    town.ask(town.version(50.0).version)
    town.workflows.executions.clear()
    assert reconciling(town).restart_lost().count == 0
    town.now += GRACE
    assert [reconciling(town).restart_lost().count for _ in range(2)] == [1, 0]


def test_what_is_closed_is_looked_after_no_more_once_its_execution_has_ended(town: Town) -> None:
    approval = town.approval(town.promoted(50.0))
    reconciling(town).restart_lost()
    assert list(town.models.open_work) == [(PROJECT, approval.approval_id)]
    town.workflows.executions[approval.execution_arn or ""] = Execution.ENDED
    reconciling(town).restart_lost()
    assert town.models.open_work == {}


@pytest.mark.parametrize("verdict", Verdict)
def test_a_decision_that_woke_nobody_is_found_by_the_sweep(town: Town, verdict: Verdict) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    town.evaluate(approval_id)
    reconciling(town).restart_lost()
    town.decide(approval_id, verdict)
    town.tokens.put(PROJECT, approval_id, "callback")
    town.workflows.woken.clear()
    assert reconciling(town).restart_lost().count == 0
    assert town.workflows.woken == ["callback"]


def test_nobody_is_woken_while_people_are_still_asked(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    town.evaluate(approval_id)
    town.approving.ask(PROJECT, approval_id, "callback")
    reconciling(town).restart_lost()
    assert town.workflows.woken == []


def test_a_chain_is_anchored_when_it_has_grown(town: Town) -> None:
    anchors = MemoryAnchors(town.models)
    anchoring = Anchoring(anchors, town.models, MemoryTrails(), lambda: town.now)
    town.version(50.0)
    assert anchoring.head(PROJECT, MODEL).anchor is None
    assert [anchoring.anchor_grown().count for _ in range(2)] == [1, 0]
    town.version(40.0)
    seen = anchoring.head(PROJECT, MODEL)
    assert seen.anchor is not None
    assert (seen.sequence, seen.anchor.sequence) == (2, 1)
    assert anchoring.anchor_grown().count == 1
    assert anchors.written[PROJECT, MODEL].digest == town.head.audit_digest


def test_the_trail_of_a_deleted_model_is_anchored_too(town: Town) -> None:
    anchors = MemoryAnchors(town.models)
    anchoring = Anchoring(anchors, town.models, MemoryTrails(), lambda: town.now)
    town.version(50.0)
    town.curating.delete(PROJECT, MODEL, builders.cause())
    assert anchoring.anchor_grown().count == 1
    end = anchoring.head(PROJECT, MODEL)
    assert end.anchor is not None
    assert (end.sequence, end.anchor.sequence) == (2, 2)


class OneIsRefused(MemoryAnchors):
    """Anchors of which those of one chain cannot be written."""

    def put(self, project: str, model: str, anchor: AuditAnchor) -> None:
        if model == MODEL:
            raise UnavailableError("the anchor could not be written")
        super().put(project, model, anchor)


def test_a_chain_that_cannot_be_anchored_keeps_no_other_waiting(town: Town) -> None:
    trails = MemoryTrails()
    anchors = OneIsRefused(town.models, trails)
    anchoring = Anchoring(anchors, town.models, trails, lambda: town.now)
    town.version(50.0)
    town.curating.create(PROJECT, CreateModel(model="another"), builders.cause())
    done = anchoring.anchor_grown()
    assert (done.count, done.failed) == (1, (f"{PROJECT}/{MODEL}",))
    assert anchors.waiting() == [(PROJECT, MODEL, 1)]
