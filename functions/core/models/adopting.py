"""Versions of what MLflow clients have staged, or of another version: of a run where one made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import ConflictError
from functions.core.models import registering
from functions.core.models.naming import head_of
from functions.core.models.signing import Signing
from functions.core.objects.manifests import Pinned, whole
from functions.core.ports.objects import ObjectStore
from functions.core.ports.registry import ModelStore
from functions.core.ports.tracking import RunStore
from functions.core.ports.world import NewId
from lineal_contract.artifacts import Artifact, ModelInfo
from lineal_contract.registry import ModelVersion, OutsideArtifact, RegisterVersion
from lineal_contract.runs import Lifecycle, Run

_OTHER = ModelInfo(format="other")
_ONNX = ModelInfo(format="onnx")


@dataclass(frozen=True)
class Adoption:
    """Pinned files that shall be a version; `source` is where they are from, in the words of who asks.

    `name` is the artifact's within the run `run_id`, which is None for files that no run made.
    """

    source: str
    name: str
    files: Pinned
    run_id: str | None
    description: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Adopting:
    """Registers pinned files under a model that is there."""

    models: ModelStore
    runs: RunStore
    objects: ObjectStore
    signing: Signing
    contention: Contention
    new_id: NewId

    def register(self, project: str, model: str, given: Adoption, cause: Cause) -> ModelVersion:
        """Return the new version.

        Raises NotFoundError for an unknown model or run, ConflictError for a deleted run, ContentionError.
        """
        request_id = self.new_id()
        made = self._made(project, model, given, request_id, cause)
        signature = self.signing.sign(whole(made, self.objects))

        def attempt() -> ModelVersion:
            head = head_of(self.models, project, model)
            earlier = self.models.registered(project, request_id)  # committed, and the reply was lost
            if earlier is not None:
                return self.models.version(project, *earlier)
            change = registering.register(head, made, request_id, None, signature, cause)
            self.models.commit(head, change)
            return self.models.version(project, model, change.head.latest_version)

        return self.contention.run(attempt, insistent=True)

    def _made(self, project: str, model: str, given: Adoption, request_id: str, cause: Cause) -> ModelVersion:
        said: dict[str, Any] = {
            "request_id": request_id,
            "description": given.description,
            "tags": dict(given.tags),
        }
        if given.run_id is None:
            # Its files are pinned already, and not listed once more.
            outside = OutsideArtifact.model_construct(source=given.source, info=_info(given))
            wanted = RegisterVersion.model_construct(**said)
            return registering.from_outside(wanted, outside, given.files, project, model, cause)
        run = self._run(project, given.run_id)
        wanted = RegisterVersion(run_id=run.run_id, artifact=given.name, **said)
        made = registering.from_run(wanted, run, _artifact(given, cause), model, cause)
        return made.model_copy(update={"source": given.source})

    def _run(self, project: str, run_id: str) -> Run:
        run = self.runs.get(project, run_id)
        if run.lifecycle is Lifecycle.DELETED:
            raise ConflictError("the run is deleted: restore it before a version is made of it")
        return run


def _artifact(given: Adoption, cause: Cause) -> Artifact:
    return Artifact(
        name=given.name,
        digest=given.files.artifact_digest,
        size=given.files.size,
        files=given.files.entries,
        file_count=given.files.count,
        manifest_object=given.files.document,
        model=_info(given),
        created_at=cause.at,
    )


def _info(given: Adoption) -> ModelInfo:
    return _ONNX if any(entry.path.endswith(".onnx") for entry in given.files.entries) else _OTHER
