"""Registered models: registration, and what is there to read."""

from dataclasses import dataclass

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import ConflictError, InvalidRequestError, NotFoundError
from functions.core.ledger import ModelHead
from functions.core.models import naming, registering
from functions.core.models.naming import head_of, resolve, version_of
from functions.core.models.pending import check_ready
from functions.core.models.signing import Signing
from functions.core.objects.manifests import Manifests, whole
from functions.core.ports.registry import ModelStore
from functions.core.ports.tracking import RunStore
from lineal_contract.artifacts import Artifact
from lineal_contract.base import Page
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.pulls import Pull
from lineal_contract.registry import Model, ModelVersion, RegisterVersion
from lineal_contract.runs import Lifecycle, Run
from lineal_contract.semver import Bump


@dataclass(frozen=True)
class Registry:
    """What scientists do with models."""

    models: ModelStore
    runs: RunStore
    manifests: Manifests
    signing: Signing
    contention: Contention

    def register(self, project: str, model: str, wanted: RegisterVersion, cause: Cause) -> ModelVersion:
        """Return the version made by this request, now or by an earlier delivery of it.

        Raises NotFoundError for an unknown run or artifact, ConflictError for a deleted run,
        AlreadyExistsError for a semantic version that is taken, ContentionError.
        """
        run = None if wanted.run_id is None else self.runs.get(project, wanted.run_id)
        if run is not None and run.lifecycle is Lifecycle.DELETED:
            raise ConflictError("the run is deleted: restore it before a version is made of it")
        made = self._made(project, model, wanted, run, cause)
        signature = self.signing.sign(whole(made, self.manifests.objects)) if self.signing.signer else None

        def attempt() -> ModelVersion:
            head = self.models.head(project, model)
            earlier = self.models.registered(project, wanted.request_id)
            if earlier is not None:
                return self._earlier(made, earlier)
            semver = self._semver(head, wanted, made, run)
            change = registering.register(head, made, wanted.request_id, semver, signature, cause)
            self.models.commit(head, change)
            return self.models.version(project, model, change.head.latest_version)

        return self.contention.run(attempt)

    def model(self, project: str, model: str) -> Model:
        """Return a model. Raises NotFoundError."""
        return head_of(self.models, project, model).wire()

    def list_models(self, project: str, page_size: int, page_token: str | None) -> Page[Model]:
        """Return models by name."""
        page = self.models.heads(project, page_size, page_token)
        items = tuple(head.wire() for head in page.items if head.deleted_at is None)
        return Page(items=items, next_page_token=page.next_page_token)

    def version(self, project: str, model: str, which: str) -> ModelVersion:
        """Return the version that a selector means, with its aliases. Raises NotFoundError."""
        head = head_of(self.models, project, model)
        return with_aliases(head, version_of(self.models, head, resolve(self.models, head, which)))

    def pull(self, project: str, model: str, reference: str) -> Pull:
        """Return what is needed to fetch and check the bytes that a name means now.

        Raises NotFoundError, NotReadyError for a version whose bytes are not hashed.
        """
        version = self.version(project, model, reference)
        check_ready(version)
        return Pull(
            project=version.project,
            model=version.model,
            version=version.version,
            semver=version.semver,
            status=version.status,
            successor=version.successor,
            manifest=version.manifest,
            manifest_digest=version.manifest_digest,
            manifest_object=version.manifest_object,
            file_count=version.count,
            signature=self.models.signature(version.project, version.model, version.version),
        )

    def list_versions(
        self, project: str, model: str, page_size: int, page_token: str | None
    ) -> Page[ModelVersion]:
        """Return versions with their aliases, newest first. Raises NotFoundError."""
        head = head_of(self.models, project, model)
        page = self.models.versions(project, model, page_size, page_token)
        items = tuple(with_aliases(head, v) for v in page.items if _is_there(head, v))
        return Page(items=items, next_page_token=page.next_page_token)

    def _made(
        self, project: str, model: str, wanted: RegisterVersion, run: Run | None, cause: Cause
    ) -> ModelVersion:
        if run is not None and wanted.artifact is not None:
            return registering.from_run(wanted, run, _artifact(run, wanted.artifact), model, cause)
        if wanted.outside is None:
            raise InvalidRequestError("a version comes from run_id and artifact, or from outside")
        files = self.manifests.pin(project, wanted.outside)
        return registering.from_outside(wanted, wanted.outside, files, project, model, cause)

    def _semver(
        self, head: ModelHead | None, wanted: RegisterVersion, made: ModelVersion, run: Run | None
    ) -> str | None:
        """Read after the head: whoever takes the same one first changes its revision too."""
        if head is None:
            fresh = registering.new_head(made.project, made.model, Cause(made.registered_by, 0, ""))
            return naming.next_semver(fresh, wanted, made, run, None)
        base = None
        if wanted.bump is Bump.AUTO and head.semver_version is not None:
            highest = self.models.version(head.project, head.model, head.semver_version)
            base = highest, self._run_of(highest)
        semver = naming.next_semver(head, wanted, made, run, base)
        if semver is not None:
            naming.check_free(self.models, head, semver, found=wanted.bump is not None)
        return semver

    def _run_of(self, version: ModelVersion) -> Run | None:
        return None if version.run_id is None else self.runs.get(version.project, version.run_id)

    def _earlier(self, made: ModelVersion, earlier: tuple[str, int]) -> ModelVersion:
        version = self.models.version(made.project, *earlier)
        same = (version.model, version.run_id, version.artifact, version.manifest_digest)
        if same != (made.model, made.run_id, made.artifact, made.manifest_digest):
            raise ConflictError("this request id has registered something else")
        return version


def with_aliases(head: ModelHead, version: ModelVersion) -> ModelVersion:
    """Return a version with the aliases that point at it."""
    names = tuple(sorted(a for a, number in head.aliases.items() if number == version.version))
    return version.model_copy(update={"aliases": names})


def _is_there(head: ModelHead, version: ModelVersion) -> bool:
    return version.version > head.buried and version.status is not VersionStatus.DELETED


def _artifact(run: Run, name: str) -> Artifact:
    for artifact in run.artifacts:
        if artifact.name == name:
            return artifact
    raise NotFoundError(f"run {run.run_id} has no artifact {name!r}")
