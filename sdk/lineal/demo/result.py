"""What the demonstration found: one JSON object for programs, a summary for people."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from rich.table import Table


class DemoResult(BaseModel):
    """The better version while it was live, and the rollback. Digests are lower-case hex.

    `artifact_digest` is the content address, the SHA-256 over the SHA-256 of each part; `artifact_sha256`
    is the plain one. Outside Git `code_commit` is null.
    """

    model_config = ConfigDict(frozen=True)

    api_url: str
    project: str
    endpoint: str
    model: str
    baseline_version: int
    version: int
    refused_version: int
    refusal: str
    run_id: str
    params: dict[str, str]
    metrics: dict[str, float]
    dataset_digest: str
    artifact_digest: str
    artifact_sha256: str
    artifact_bucket: str
    artifact_key: str
    artifact_version_id: str
    code_commit: str | None
    script_digest: str | None
    environment_digest: str | None
    requested_by: str
    approved_by: str
    policy: str
    policy_digest: str
    approval_id: str
    approval_execution_arn: str
    deployment_execution_arn: str
    prediction_input: list[list[float]]
    prediction: list[Any]
    trace_verified: bool
    tamper_detected: bool
    tampered_path: str
    self_approval_refused: bool
    rolled_back_to: int
    prediction_after_rollback: list[Any]


def table(result: DemoResult) -> "Table":
    """Return the summary that a person reads."""
    from rich.table import Table

    summary = Table(title="lineal demo", title_justify="left", show_header=False)
    summary.add_column(style="bold")
    summary.add_column(overflow="fold")
    for name, value in _rows(result):
        summary.add_row(name, value)
    return summary


def _rows(r: DemoResult) -> list[tuple[str, str]]:
    return [
        ("live version", f"{r.model} version {r.version}, MAE {r.metrics['mae']:.3f}"),
        ("refused", f"version {r.refused_version}: {r.refusal}"),
        ("run", r.run_id),
        ("code", r.code_commit or f"not in Git; script {r.script_digest}"),
        ("dataset", r.dataset_digest),
        ("bytes", f"{r.artifact_digest}\ns3://{r.artifact_bucket}/{r.artifact_key}\n{r.artifact_version_id}"),
        ("asked / approved", f"{r.requested_by} / {r.approved_by}, under policy {r.policy}"),
        ("prediction", f"{r.prediction[0]:.3f} by version {r.version}"),
        ("trace --verify", "the stored bytes match" if r.trace_verified else "THE BYTES DO NOT MATCH"),
        ("one byte changed", f"found: {r.tampered_path}" if r.tamper_detected else "NOT FOUND"),
        (
            "rolled back",
            f"to version {r.rolled_back_to}, which predicts {r.prediction_after_rollback[0]:.3f}",
        ),
    ]
