"""Things that tests speak of, with values that do not matter unless a test says so."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from functions.core.causes import Cause, Said
from functions.core.commits import Contention
from functions.core.in_force import policy_ref
from functions.core.ledger import ModelHead
from functions.core.runs.experiments import experiment_id
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.artifacts import Artifact, ManifestEntry, StoredObject, manifest_digest
from lineal_contract.deployments import Deployment, DeploymentStatus, Endpoint
from lineal_contract.digests import content_address, part_length, part_size
from lineal_contract.experiments import Experiment
from lineal_contract.people import Actor
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.registry import ModelVersion
from lineal_contract.rules import BeatsProduction, Goal
from lineal_contract.runs import Code, Dataset, DatasetFile, Environment, MetricSummary, Run, RunStatus
from lineal_contract.tokens import PREFIX

PROJECT = "team"
MODEL = "diabetes"
NOW = 1_760_000_000_000
HOUR = 3_600_000

_USERS = "arn:aws:iam::123456789012:user"
ANN = Actor(principal=f"{_USERS}/ann", person="ann")
BOB = Actor(principal=f"{_USERS}/bob", person="bob")
CLEO = Actor(principal=f"{_USERS}/cleo", person="cleo")
NOBODY = Actor(principal=f"{_USERS}/somebody")

POLICY = Policy(
    name="strict",
    stages={
        Stage.PRODUCTION: StagePolicy(
            rules=(BeatsProduction(metric="mae", goal=Goal.MINIMIZE),), approvals=1, alias="champion"
        )
    },
)


def hex_id(number: int) -> str:
    return f"{number:032x}"


def secret(number: int = 1) -> str:
    """Return a token of the right form, the same each time: the names of tests are made of it."""
    return PREFIX + urlsafe_b64encode(sha256(str(number).encode()).digest()).decode().rstrip("=")


def sha(text: str | bytes) -> str:
    return sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def cause(actor: Actor = ANN, at: int = NOW, said: Said | None = None) -> Cause:
    return Cause(actor, at, "request-1", said=said)


def patient() -> Contention:
    """Return a contention that neither sleeps nor ends."""
    return Contention(monotonic=lambda: 0.0, sleep=lambda seconds: None, jitter=lambda ceiling: 0.0)


def part_digests(data: bytes) -> tuple[str, ...]:
    size = part_size(len(data))
    return tuple(sha(data[at : at + size]) for at in range(0, max(len(data), 1), size))


def stored(data: bytes = b"bytes", version_id: str = "v1") -> StoredObject:
    digest = content_address(part_digests(data))
    return StoredObject(
        digest=digest,
        sha256=sha(data),
        size=len(data),
        bucket="artifacts",
        key=f"projects/{PROJECT}/objects/{digest[:2]}/{digest}",
        version_id=version_id,
    )


def part(data: bytes, number: int) -> bytes:
    start = (number - 1) * part_size(len(data))
    return data[start : start + part_length(len(data), number)]


def artifact(name: str = "model", data: bytes = b"bytes") -> Artifact:
    entry = ManifestEntry(path="model.onnx", object=stored(data))
    return Artifact(name=name, digest=entry.object.digest, size=len(data), files=(entry,), created_at=NOW)


def dataset(name: str = "rows") -> Dataset:
    file = DatasetFile(path=".", sha256=sha("rows"), size=4)
    return Dataset(name=name, digest=sha(name), context="training", source="", files=(file,))


def summary(value: float, step: int = 0, count: int = 1) -> MetricSummary:
    return MetricSummary(last=value, min=value, max=value, step=step, timestamp=NOW, count=count)


def experiment(name: str = "Default", **values: Any) -> Experiment:
    """Return an experiment that nobody has changed."""
    given = {"experiment_id": experiment_id(PROJECT, name), "created_at": NOW, "updated_at": NOW}
    return Experiment(project=PROJECT, name=name, **given | values)


def finished(number: int = 1, **values: Any) -> Run:
    """Return a run whose lineage is complete."""
    ended: dict[str, Any] = {"status": RunStatus.FINISHED, "ended_at": NOW}
    return run(number, **ended | values)


def run(number: int = 1, *, experiment: str = "Default", **values: Any) -> Run:
    """Return a run that goes on, with something of everything."""
    given: dict[str, Any] = {
        "run_id": hex_id(number),
        "project": PROJECT,
        "experiment": experiment,
        "experiment_id": experiment_id(PROJECT, experiment),
        "name": "",
        "status": RunStatus.RUNNING,
        "params": {"alpha": "0.1"},
        "tags": {},
        "metrics": {"mae": summary(50.0)},
        "code": Code(script_digest=sha("script")),
        "environment": Environment(
            python="3.13", implementation="CPython", platform="linux", hostname="h", digest=sha("env")
        ),
        "datasets": (dataset(),),
        "artifacts": (artifact(),),
        "actor": ANN,
        "started_at": NOW,
    }
    return Run(**given | values)


def version(
    number: int = 1, *, mae: float | None = 50.0, files: tuple[ManifestEntry, ...] = (), **values: Any
) -> ModelVersion:
    manifest = files or artifact().files
    given: dict[str, Any] = {
        "project": PROJECT,
        "model": MODEL,
        "version": number,
        "run_id": hex_id(1),
        "artifact": "model",
        "artifact_digest": manifest[0].object.digest,
        "manifest": manifest,
        "manifest_digest": manifest_digest(manifest),
        "info": None,
        "metrics": {} if mae is None else {"mae": mae},
        "stage": Stage.DEVELOPMENT,
        "registered_by": ANN,
        "registered_at": NOW,
    }
    return ModelVersion(**given | values)


def head(**values: Any) -> ModelHead:
    given: dict[str, Any] = {
        "project": PROJECT, "model": MODEL, "created_at": NOW, "created_by": ANN, "latest_version": 9,
    }  # fmt: skip
    return ModelHead(**given | values)


def approval(number: int = 1, **values: Any) -> Approval:
    """Return what Ann asked for: version 1 into production, waiting for one person."""
    given: dict[str, Any] = {
        "approval_id": hex_id(1000 + number),
        "project": PROJECT,
        "model": MODEL,
        "version": number,
        "stage": Stage.PRODUCTION,
        "status": ApprovalStatus.PENDING,
        "reason": "better",
        "requested_by": ANN,
        "requested_at": NOW,
        "manifest_digest": version().manifest_digest,
        "policy": policy_ref(POLICY),
        "approvals_needed": 1,
        "expires_at": NOW + 72 * HOUR,
    }
    return Approval(**given | values)


def deployment(number: int = 1, **values: Any) -> Deployment:
    """Return the deployment that follows `approval(number)`."""
    given: dict[str, Any] = {
        "deployment_id": hex_id(1000 + number),
        "project": PROJECT,
        "endpoint": MODEL,
        "model": MODEL,
        "version": number,
        "manifest_digest": version().manifest_digest,
        "kind": "promotion",
        "status": DeploymentStatus.PENDING,
        "approval_id": hex_id(1000 + number),
        "actor": ANN,
        "created_at": NOW,
    }
    return Deployment(**given | values)


def endpoint(number: int = 1, **values: Any) -> Endpoint:
    """Return the endpoint record that follows `deployment(number)`."""
    made = deployment(number)
    given: dict[str, Any] = made.model_dump(
        include={"project", "endpoint", "model", "version", "manifest_digest", "deployment_id"}
    )
    return Endpoint(**given | {"updated_at": NOW} | values)
