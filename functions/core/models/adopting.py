"""Versions of what MLflow clients have staged, or of another version: of a run where one made them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from typing import Any

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import ConflictError, NotFoundError, UnavailableError
from functions.core.ledger import Change
from functions.core.models import registering
from functions.core.models.completing import PLAN
from functions.core.models.naming import head_of
from functions.core.models.pending import awaiting, request
from functions.core.models.signing import Signing
from functions.core.objects.hashing import Hashing
from functions.core.objects.manifests import Pinned, pinned, whole
from functions.core.objects.plans import Plan
from functions.core.once import Once
from functions.core.ports.objects import ObjectStore
from functions.core.ports.registry import ModelStore
from functions.core.ports.staging import Plans
from functions.core.ports.tracking import RunStore
from functions.core.ports.workflows import RegistrationRuns
from functions.core.ports.world import NewId
from functions.core.registrations import Registration
from lineal_contract.artifacts import Artifact, ModelInfo
from lineal_contract.registry import ModelVersion, OutsideArtifact, RegisterVersion
from lineal_contract.runs import Lifecycle, Run

_OTHER = ModelInfo(format="other")
_ONNX = ModelInfo(format="onnx")


@dataclass(frozen=True)
class Adoption:
    """Pinned files that shall be a version; `source` is where they are from, in the words of who asks.

    Of a plan the files are still to be hashed.
    `name` is the artifact's within the run `run_id`, which is None for files that no run made.
    """

    source: str
    name: str
    files: Pinned | Plan
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
    hashing: Hashing
    plans: Plans
    workflow: RegistrationRuns

    def register(self, project: str, model: str, given: Adoption, cause: Cause) -> ModelVersion:
        """Return the new version; one with much to hash is pending, and a workflow goes on with it.

        Raises NotFoundError for an unknown model or run, ConflictError for a deleted run, ContentionError,
        BytesChangedError for an object that was deleted meanwhile, QuotaExceededError. A request that comes
        again gets the version that it made.
        """
        once = Once(self.models, project, cause.said)
        if (earlier := once.earlier()) is not None:
            return self.models.version(project, model, int(earlier.made))
        if not isinstance(given.files, Plan):
            return self._complete(project, model, given, given.files, once, cause)
        if given.files.is_small:
            files = pinned(self.hashing.whole(project, given.files))
            return self._complete(project, model, given, files, once, cause)
        return self._pending(project, model, given, given.files, once, cause)

    def _pending(
        self, project: str, model: str, given: Adoption, plan: Plan, once: Once, cause: Cause
    ) -> ModelVersion:
        request_id = self.new_id()
        known = replace(pinned(()), count=len(plan.files), size=plan.size)
        made = awaiting(self._made(project, model, given, known, request_id, cause), plan)
        asked = self._plan(project, model, plan, request_id, cause)

        def attempt() -> ModelVersion:
            head = head_of(self.models, project, model)
            earlier = self.models.registered(project, request_id)
            if earlier is not None:
                return self.models.version(project, *earlier)
            if (twin := once.earlier()) is not None:
                return self.models.version(project, model, int(twin.made))
            change = _numbered(once, request(head, made, asked, cause))
            self.models.commit(head, change)
            return self.models.version(project, model, change.head.latest_version)

        version = self.contention.run(attempt, insistent=True)
        # The sweep starts what was not started; a twin's registration is the twin's to start.
        with suppress(UnavailableError, NotFoundError):
            self.workflow.start(self.models.registration(project, request_id))
        return version

    def _plan(self, project: str, model: str, plan: Plan, request_id: str, cause: Cause) -> Registration:
        """Store what is to be hashed, and return the registration, whose version has no number yet."""
        data = plan.to_bytes()
        self.plans.put(project, request_id, PLAN, data)
        return Registration(
            registration_id=request_id,
            project=project,
            model=model,
            version=1,
            plan_digest=sha256(data).hexdigest(),
            execution_arn=self.workflow.arn_of(request_id, 0),
            requested_at=cause.at,
        )

    def _complete(
        self, project: str, model: str, given: Adoption, files: Pinned, once: Once, cause: Cause
    ) -> ModelVersion:
        request_id = self.new_id()
        made = self._made(project, model, given, files, request_id, cause)
        signature = self.signing.sign(whole(made, self.objects))
        attempts = count()

        def attempt() -> ModelVersion:
            head = head_of(self.models, project, model)
            # The id is new: only an attempt that was committed, and whose reply was lost, has used it.
            earlier = self.models.registered(project, request_id) if next(attempts) else None
            if earlier is not None:
                return self.models.version(project, *earlier)
            if (twin := once.earlier()) is not None:
                return self.models.version(project, model, int(twin.made))
            change = _numbered(once, registering.register(head, made, request_id, None, signature, cause))
            self.models.commit(head, change)
            return made.model_copy(update={"version": change.head.latest_version})

        return self.contention.run(attempt, insistent=True)

    def _made(
        self, project: str, model: str, given: Adoption, files: Pinned, request_id: str, cause: Cause
    ) -> ModelVersion:
        said: dict[str, Any] = {
            "request_id": request_id,
            "description": given.description,
            "tags": dict(given.tags),
        }
        if given.run_id is None:
            # Its files are pinned already, and not listed once more.
            outside = OutsideArtifact.model_construct(source=given.source, info=_info(given))
            wanted = RegisterVersion.model_construct(**said)
            return registering.from_outside(wanted, outside, files, project, model, cause)
        run = self._run(project, given.run_id)
        wanted = RegisterVersion(run_id=run.run_id, artifact=given.name, **said)
        made = registering.from_run(wanted, run, _artifact(given, files, cause), model, cause)
        return made.model_copy(update={"source": given.source})

    def _run(self, project: str, run_id: str) -> Run:
        run = self.runs.get(project, run_id)
        if run.lifecycle is Lifecycle.DELETED:
            raise ConflictError("the run is deleted: restore it before a version is made of it")
        return run


def _numbered(once: Once, change: Change) -> Change:
    """Return a change that carries its request, which makes the head's latest version."""
    return once.marking(change, str(change.head.latest_version))


def _artifact(given: Adoption, files: Pinned, cause: Cause) -> Artifact:
    return Artifact(
        name=given.name,
        digest=files.artifact_digest,
        size=files.size,
        files=files.entries,
        file_count=files.count,
        manifest_object=files.document,
        model=_info(given),
        created_at=cause.at,
    )


def _info(given: Adoption) -> ModelInfo:
    files = given.files.files if isinstance(given.files, Plan) else given.files.entries
    return _ONNX if any(file.path.endswith(".onnx") for file in files) else _OTHER
