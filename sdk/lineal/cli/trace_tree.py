"""The trace as a tree, from what is live down to the data."""

from collections.abc import Mapping

from rich.tree import Tree

from lineal.cli.dataset_facts import dataset_facts
from lineal.cli.output import label, moment
from lineal.resources.traces import Trace, Verified
from lineal_contract.approvals import Approval
from lineal_contract.deployments import Deployment
from lineal_contract.lineage import Lineage
from lineal_contract.registry import ModelVersion
from lineal_contract.runs import Code, Run


def tree_of(trace: Trace) -> Tree:
    """Return the tree of a trace."""
    version = trace.version
    top = label("endpoint", trace.endpoint) if trace.endpoint else label(version.model, version.version)
    tree = Tree(top, guide_style="dim")
    if trace.deployment:
        _deployment(tree, trace.deployment)
    if trace.approval:
        _approval(tree, trace.approval)
    _version(tree, version)
    if trace.run is None:
        _branch(tree, "made outside", version.source)
    else:
        _run(tree, trace.run, version.metrics)
    _lineage(tree, trace.lineage)
    if trace.verification:
        _verification(tree, trace.verification)
    return tree


def _branch(tree: Tree, *title: object) -> Tree:
    return tree.add(label(*title, style="bold"))


def _deployment(tree: Tree, deployment: Deployment) -> None:
    branch = _branch(tree, "deployment", deployment.deployment_id)
    branch.add(label(deployment.kind, "to", deployment.target, "is", deployment.status))
    branch.add(label("live since", moment(deployment.live_at), "by", deployment.actor.display_name))
    if deployment.replaced_version:
        branch.add(label("replaced version", deployment.replaced_version))
    if deployment.execution_arn:
        branch.add(label("execution", deployment.execution_arn))


def _approval(tree: Tree, approval: Approval) -> None:
    branch = _branch(tree, "approval", approval.approval_id, "for", approval.stage)
    branch.add(
        label(
            "asked by",
            approval.requested_by.display_name,
            moment(approval.requested_at),
            "-",
            approval.reason,
        )
    )
    for decision in approval.decisions:
        said = f"- {decision.reason}" if decision.reason else None
        branch.add(
            label(decision.verdict, "by", decision.actor.display_name, moment(decision.decided_at), said)
        )
    rules = branch.add(label("rules of policy", approval.policy.name, approval.policy.digest))
    for result in approval.rule_results:
        rules.add(label("holds:" if result.passed else "BROKEN:", result.message))
    if approval.execution_arn:
        branch.add(label("execution", approval.execution_arn))


def _version(tree: Tree, version: ModelVersion) -> None:
    branch = _branch(tree, "version", version.model, version.version)
    branch.add(label("stage", version.stage, *(f"alias {a}" for a in version.aliases)))
    branch.add(label("registered by", version.registered_by.display_name, moment(version.registered_at)))
    artifact = branch.add(label("artifact", version.artifact, version.artifact_digest))
    for entry in version.manifest:
        stored = entry.object
        file = artifact.add(label(entry.path, stored.digest, f"{stored.size} bytes"))
        file.add(label(f"s3://{stored.bucket}/{stored.key}", "version", stored.version_id))
    if version.manifest_object:
        artifact.add(label(f"{version.count} files, listed by", version.manifest_object.digest))
    branch.add(label("manifest", version.manifest_digest))


def _run(tree: Tree, run: Run, pinned: Mapping[str, float]) -> None:
    """The run, with the metrics as the version has them: a run may have got late points since."""
    branch = _branch(tree, "run", run.run_id, run.name or None)
    branch.add(
        label(
            "experiment", run.experiment, "-", run.status, moment(run.ended_at), "by", run.actor.display_name
        )
    )
    for attempt in run.attempts:
        found = f"when it was {attempt.found}"
        branch.add(label("resumed", moment(attempt.started_at), "by", attempt.actor.display_name, found))
    params = branch.add(label("params"))
    for key, value in run.params.items():
        params.add(label(key, "=", value))
    metrics = branch.add(label("metrics"))
    for key, figure in pinned.items():
        metrics.add(label(key, "=", f"{figure:.6g}"))
    _code(branch, run.code)
    if environment := run.environment:
        packages = f"{len(environment.packages)} packages"
        branch.add(label("environment", environment.python, packages, environment.digest))
    for dataset in run.datasets:
        branch.add(label("dataset", dataset.name, dataset_facts(dataset)))


def _code(branch: Tree, code: Code) -> None:
    changes = f"with uncommitted changes {code.patch_digest}" if code.dirty else None
    branch.add(label("commit", code.commit or "none, outside Git", changes))
    if code.script_digest:
        branch.add(label("script", code.script, code.script_digest))


def _lineage(tree: Tree, lineage: Lineage) -> None:
    present = sum(check.present for check in lineage.checks)
    branch = _branch(tree, f"lineage {present} of {len(lineage.checks)}")
    for check in lineage.checks:
        branch.add(label("known:" if check.present else "MISSING:", check.name, "-", check.detail))


def _verification(tree: Tree, verification: Verified) -> None:
    outcome = "verified:" if verification.ok else "NOT VERIFIED:"
    branch = _branch(tree, outcome, f"{verification.files} files, {verification.bytes} bytes hashed again")
    for failure in verification.failures:
        branch.add(
            label(failure.path, "expected", failure.expected, "found", failure.found or failure.detail)
        )
