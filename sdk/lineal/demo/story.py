"""The main job from end to end, through the public SDK and four different people."""

import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from lineal.client import Client
from lineal.demo import training
from lineal.demo.errors import DemoError
from lineal.demo.result import DemoResult
from lineal.demo.tampering import tamper
from lineal.errors import PermissionDeniedError
from lineal.fluent.models import register
from lineal.local import Identity, Stack
from lineal.resources.approvals import Approval
from lineal.resources.runs import Run
from lineal.resources.traces import Trace
from lineal.resources.versions import Version
from lineal_contract.approvals import ApprovalStatus

MODEL = "diabetes"
WAIT = 90.0

Say = Callable[[str], None]
Show = Callable[[Trace], None]


class Story:
    """Runs the steps in order; each raises DemoError when it does not come out as it must."""

    def __init__(self, stack: Stack, folder: Path, say: Say, show: Show) -> None:
        self._stack = stack
        self._say = say
        self._show = show
        self._data = training.write_data(folder)
        self.scientist = self._client(Identity.SCIENTIST)
        self.approver = self._client(Identity.APPROVER)
        self.deployer = self._client(Identity.DEPLOYER)
        self.auditor = self._client(Identity.AUDITOR)
        self._model = _free_name(self.scientist)

    def tell(self) -> DemoResult:
        """Return what was found along the way."""
        first, _ = self._first_version()
        refused, refusal = self._worse_version()
        version, approval, self_approval_refused = self._better_version()
        row = [training.first_row(self._data)]
        prediction = self.scientist.endpoints.predict(self._model, row)
        trace = self._traced(version)
        run = trace.run
        if run is None:
            raise DemoError("the trace leads to a run")
        path, detected = self._tampering(run.run_id)
        self._say(f"rolling back to version {first.version}")
        self.deployer.endpoints.rollback(self._model, first.version, reason="the demo goes back")
        after = self.scientist.endpoints.predict(self._model, row)
        back = self.auditor.traces.of_endpoint(self._model)
        _must(after.version == back.version.version == first.version, "the rollback is live")
        _must(after.outputs != prediction.outputs, "another version predicts otherwise")
        _must(trace.deployment is not None, "the trace begins at a deployment")
        stored = trace.version.manifest[0].object
        return DemoResult(
            api_url=self._stack.api_url,
            project=self._stack.project,
            endpoint=self._model,
            model=self._model,
            baseline_version=first.version,
            version=version.version,
            refused_version=refused.version,
            refusal=refusal,
            run_id=run.run_id,
            params=run.params,
            metrics=trace.version.metrics,
            dataset_digest=run.datasets[0].digest,
            artifact_digest=trace.version.artifact_digest,
            artifact_sha256=stored.sha256,
            artifact_bucket=stored.bucket,
            artifact_key=stored.key,
            artifact_version_id=stored.version_id,
            code_commit=run.code.commit,
            script_digest=run.code.script_digest,
            environment_digest=run.environment.digest if run.environment else None,
            requested_by=approval.requested_by.display_name,
            approved_by=approval.decisions[-1].actor.person or "",
            policy=approval.policy.name,
            policy_digest=approval.policy.digest,
            approval_id=approval.approval_id,
            approval_execution_arn=approval.execution_arn or "",
            deployment_execution_arn=trace.deployment.execution_arn or "" if trace.deployment else "",
            prediction_input=row,
            prediction=list(prediction.outputs),
            trace_verified=bool(trace.verified),
            tamper_detected=detected,
            tampered_path=path,
            self_approval_refused=self_approval_refused,
            rolled_back_to=back.version.version,
            prediction_after_rollback=list(after.outputs),
        )

    def _first_version(self) -> tuple[Version, Approval]:
        version = self._trained(training.BASELINE)
        approval, _ = self._approved(version)
        return version, approval

    def _worse_version(self) -> tuple[Version, str]:
        version = self._trained(training.WORSE)
        closed = version.promote("production", reason="it trains faster").wait(timeout=WAIT)
        _must(closed.status is ApprovalStatus.REFUSED, "the rule refuses the worse version")
        self._say(f"  refused by the rule: {closed.refusal}")
        return version, closed.refusal or ""

    def _better_version(self) -> tuple[Version, Approval, bool]:
        version = self._trained(training.BETTER)
        approval, refused = self._approved(version)
        return version, approval, refused

    def _trained(self, settings: training.Settings) -> Version:
        self._say(f"training: {settings.name}")
        run_id = training.train(settings, self._data, self._stack.environment(Identity.SCIENTIST))
        run = self.scientist.runs.get(run_id)
        version = register(self._model, "model", run=run, client=self.scientist)
        self._say(f"  run {run.run_id}, MAE {_mae(run):.3f}, registered as version {version.version}")
        return version

    def _approved(self, version: Version) -> tuple[Approval, bool]:
        asked = version.promote("production", reason="lower error on the test set")
        pending = asked.wait(timeout=WAIT, until={ApprovalStatus.PENDING})
        _must(pending.status is ApprovalStatus.PENDING, f"the rules hold: {pending.refusal}")
        refused = self._refuses(pending)
        self.approver.approvals.get(pending.id).approve("the figures are good")
        applied = pending.wait(timeout=WAIT)
        _must(applied.status is ApprovalStatus.APPLIED, "the approval is applied")
        self.scientist.endpoints.wait(self._model, version.version, timeout=WAIT)
        self._say(f"  approved by {applied.decisions[-1].actor.person}, and live at endpoint {self._model}")
        return applied, refused

    def _refuses(self, pending: Approval) -> bool:
        try:
            pending.approve("I like my own work")
        except PermissionDeniedError:
            return True
        raise DemoError("the requester could approve their own request")

    def _traced(self, version: Version) -> Trace:
        self._say("tracing the endpoint back, and hashing the stored bytes again")
        trace = self.auditor.traces.of_endpoint(self._model, verify=True)
        _must(trace.version.version == version.version, "the better version is live")
        _must(trace.verified is True, "the stored bytes are those that were registered")
        _must(trace.lineage.score == 1.0, "the lineage is complete")
        self._show(trace)
        return trace

    def _tampering(self, run_id: str) -> tuple[str, bool]:
        self._say("changing one stored byte of a copy, behind the API")
        name = f"{self._model}-copy"
        copy = register(name, "model", run=run_id, client=self.scientist)
        path = tamper(self._stack, copy)
        command = [
            sys.executable,
            "-m",
            "lineal",
            "trace",
            "--model",
            f"{self._model}-copy",
            "--version",
            str(copy.version),
        ]
        done = subprocess.run(  # noqa: S603 - our own command line
            [*command, "--verify"],
            env=training.plain_environment() | self._stack.environment(Identity.AUDITOR),
            capture_output=True,
            text=True,
            timeout=training.SECONDS,
            check=False,
        )
        complaint = next((line for line in done.stderr.splitlines() if path in line), "")
        self._say(f"  lineal trace --verify: exit {done.returncode}; {complaint}")
        return path, done.returncode != 0 and bool(complaint)

    def _client(self, identity: Identity) -> Client:
        return Client(self._stack.api_url, self._stack.project, self._stack.session(identity))


def _free_name(client: Client) -> str:
    """A model of its own for each telling: on a kept stack the last one is in production."""
    taken = {model.model for model in client.models.list()}
    names = (MODEL if number == 1 else f"{MODEL}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def _mae(run: Run) -> float:
    return run.metrics["mae"].last


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise DemoError(f"expected, and not so: {what}")
