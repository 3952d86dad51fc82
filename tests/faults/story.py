"""What people ask of a registry, in an order in which each request is answered well."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lineal_contract.artifacts import Artifact, ManifestEntry
from lineal_contract.routes import approvals, deployments, registry
from lineal_contract.routes.route import Route
from tests import builders
from tests.aws import BUCKET, shared_client
from tests.builders import MODEL, PROJECT
from tests.faults.cloud import Cloud

Data = dict[str, Any]
_HERE = {"model": MODEL}
_FIRST = {"model": MODEL, "version": "1"}


@dataclass(frozen=True)
class Chapter:
    """One request, and all that follows from it by itself."""

    route: Route[Any]
    who: str
    body: Callable[[Cloud], Data]
    path: Callable[[Cloud], dict[str, str]]
    note: str = ""

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.route.name} {self.note}".strip()

    def tell(self, cloud: Cloud, **how: int) -> Data:
        """Ask, and let everything come to rest; return the answer."""
        answer = cloud.ask(self.route, self.who, self.body(cloud), self.path(cloud), **how)
        cloud.settle()
        return answer


def _chapter(route: Route[Any], who: str, path: Data, note: str = "", **body: Any) -> Chapter:
    return Chapter(route, who, lambda _: body, lambda _: path, note)


def _register(number: int, model: str = MODEL) -> Chapter:
    wanted = {
        "run_id": builders.hex_id(number),
        "artifact": "model",
        "request_id": builders.hex_id((50 if model == MODEL else 60) + number),
    }
    return _chapter(
        registry.REGISTER_VERSION,
        "ann",
        {"model": model},
        f"{number} {model}",
        **wanted,
        semver=f"{number}.0.0",
        commit="a" * 40,
    )


def _promote(number: int) -> Chapter:
    path = {"model": MODEL, "version": str(number)}
    return _chapter(registry.REQUEST_PROMOTION, "ann", path, f"{number}", stage="production", reason="better")


def _of_approval(route: Route[Any], who: str, note: str = "", **body: Any) -> Chapter:
    return Chapter(route, who, lambda _: body, lambda cloud: {"approval_id": newest_approval(cloud)}, note)


def newest_approval(cloud: Cloud) -> str:
    """Return the id of the approval that was asked for last."""
    with cloud.wire.aside():
        return cloud.backend().models.approvals(PROJECT, 1, None).items[0].approval_id


CHAPTERS = (
    _chapter(
        registry.CREATE_MODEL,
        "ann",
        {},
        model=MODEL,
        description="of patients",
    ),
    _register(1),
    _chapter(
        registry.DESCRIBE_MODEL,
        "ann",
        _HERE,
        description="of all patients",
        tags={"team": "blue"},
    ),
    _chapter(registry.DESCRIBE_VERSION, "ann", _FIRST, description="the first"),
    _chapter(registry.PUT_CARD, "ann", _FIRST, card={"intended_use": "triage"}),
    _chapter(
        registry.SET_ALIAS,
        "ann",
        _HERE | {"alias": "blue"},
        version="1",
        reason="to try",
    ),
    _chapter(registry.PUT_CONSUMER, "ann", _HERE | {"consumer": "app"}, version="1"),
    _promote(1),
    _of_approval(approvals.DELEGATE, "bob", to="cleo", reason="on leave"),
    _of_approval(approvals.DECIDE, "cleo", "1", verdict="approve", reason="better"),
    _register(2),
    _promote(2),
    _of_approval(approvals.DECIDE, "bob", "2", verdict="approve", reason="better still"),
    _chapter(
        deployments.ROLLBACK,
        "bob",
        {"endpoint": MODEL},
        reason="errors",
        request_id=builders.hex_id(90),
    ),
    _register(3),
    _promote(3),
    _of_approval(approvals.CANCEL_PROMOTION, "ann", reason="not wanted any more"),
    _chapter(
        registry.CHANGE_LIFECYCLE,
        "ann",
        {"model": MODEL, "version": "3"},
        action="deprecate",
        reason="old",
    ),
    _chapter(registry.DELETE_ALIAS, "ann", _HERE | {"alias": "blue"}),
    _chapter(registry.REMOVE_CONSUMER, "ann", _HERE | {"consumer": "app"}),
    _chapter(registry.CREATE_MODEL, "ann", {}, "other", model="other"),
    _register(3, "other"),
    _chapter(registry.RENAME_MODEL, "ann", {"model": "other"}, name="another"),
    _chapter(registry.DELETE_MODEL, "ann", {"model": "another"}),
)
CHANGELESS = {registry.VERIFY_VERSION, registry.CHECK_POLICY, registry.BACKTEST_POLICY}
"""Requests that are no GET and change nothing all the same."""


def log_runs(cloud: Cloud) -> None:
    """Log what the versions are made of: three runs, each better than the one before."""
    store = cloud.backend().runs
    for number in (1, 2, 3):
        data = f"model {number}".encode()
        stored = builders.stored(data)
        put = shared_client("s3").put_object(Bucket=BUCKET, Key=stored.key, Body=data)
        kept = stored.model_copy(update={"version_id": put["VersionId"]})
        entry = ManifestEntry(path="model.onnx", object=kept)
        artifact = Artifact(
            name="model", digest=kept.digest, size=len(data), files=(entry,), created_at=builders.NOW
        )
        run = builders.finished(number, artifacts=(), datasets=())
        store.create(run)
        store.put_datasets(run, [builders.dataset()])
        store.add_chunk(run, "0", 0, b"", {"mae": builders.summary(50.0 - number)})
        store.put_artifact(run, artifact)
