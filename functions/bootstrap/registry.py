"""The registry: models and versions, and what stands on them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from functions.bootstrap.stores import Stores

if TYPE_CHECKING:
    from functions.adapters.registrations import RegistrationWorkflow, S3Plans
    from functions.core.models.adopting import Adopting
    from functions.core.models.cards import Cards
    from functions.core.models.completing import Completing
    from functions.core.models.curating import Curating
    from functions.core.models.finding import Finding
    from functions.core.models.pending_versions import PendingVersions
    from functions.core.models.registry import Registry
    from functions.core.models.renaming import Renaming
    from functions.core.models.signing import Signing
    from functions.core.models.tracing import Tracing
    from functions.core.objects.hashing import Hashing
    from functions.core.objects.pinning import Pinning
    from functions.core.objects.staging import Staging
    from functions.core.policies.candidates import Candidates
    from functions.core.policies.rehearsing import Rehearsing
    from functions.core.ports.registry import Signer


class RegistryRoom(Stores):
    """Registering, describing, finding and tracing versions."""

    @cached_property
    def registry(self) -> Registry:
        """Registered models."""
        from functions.core.models.registry import Registry

        return Registry(self.models, self.runs, self.manifests, self.signing, self._contention)

    @cached_property
    def curating(self) -> Curating:
        """Aliases, descriptions, lifecycle."""
        from functions.core.models.curating import Curating

        return Curating(self.models, self.policies, self._contention)

    @cached_property
    def curating_by_hand(self) -> Curating:
        """The same for MLflow's clients, who expect aliases to be theirs where a project has no rules."""
        from functions.core.models.curating import Curating
        from functions.core.models.restaging import UNRULED

        return Curating(self.models, self.policies, self._contention, UNRULED)

    @cached_property
    def renaming(self) -> Renaming:
        """Other names for models."""
        from functions.core.models.renaming import Renaming

        return Renaming(self.models, self.objects, self.signing, self.policies, self._contention)

    @cached_property
    def adopting(self) -> Adopting:
        """Versions of staged files."""
        from functions.core.models.adopting import Adopting

        return Adopting(
            self.models,
            self.runs,
            self.objects,
            self.signing,
            self._contention,
            self._world.new_id,
            self.hashing,
            self._plans,
            self._registration_workflow,
        )

    @cached_property
    def completing(self) -> Completing:
        """Versions whose files a workflow hashes."""
        from functions.core.models.completing import Completing

        return Completing(self.pending_versions, self.hashing, self._plans, self.objects, self.signing)

    @cached_property
    def pending_versions(self) -> PendingVersions:
        """Versions that are not complete."""
        from functions.core.models.pending_versions import PendingVersions

        return PendingVersions(self.models, self._contention)

    @cached_property
    def hashing(self) -> Hashing:
        """What staged objects are."""
        from functions.core.objects.hashing import Hashing

        return Hashing(self.staging.store, self._counted_objects)

    @cached_property
    def pinning(self) -> Pinning:
        """Staged files that become part of a version."""
        from functions.core.objects.pinning import Pinning

        return Pinning(self.staging)

    @cached_property
    def staging(self) -> Staging:
        """Files that MLflow clients put."""
        from functions.adapters.staging import S3Staging
        from functions.core.objects.staging import Staging

        return Staging(S3Staging(self._s3, self._given("artifacts_bucket")))

    @cached_property
    def cards(self) -> Cards:
        """Model cards."""
        from functions.core.models.cards import Cards

        return Cards(self.models, self.runs, self._contention)

    @cached_property
    def finding(self) -> Finding:
        """Searches of models and versions."""
        from functions.adapters.page_tokens import SealedPageTokens
        from functions.core.models.finding import Finding

        return Finding(self.models, SealedPageTokens(self._registry_table))

    @cached_property
    def rehearsing(self) -> Rehearsing:
        """Trying promotion rules out."""
        from functions.core.policies.rehearsing import Rehearsing

        return Rehearsing(self.models, self.candidates, self._world.clock)

    @cached_property
    def candidates(self) -> Candidates:
        """What rules look at."""
        from functions.core.policies.candidates import Candidates

        return Candidates(self.models, self.runs, self.signing)

    @cached_property
    def tracing(self) -> Tracing:
        """Traces."""
        from functions.core.models.tracing import Tracing

        return Tracing(self.models, self.runs)

    @cached_property
    def signing(self) -> Signing:
        """Signatures of versions."""
        from functions.core.models.signing import Signing

        return Signing(self.models, self._signer())

    def _signer(self) -> Signer | None:
        key = self._settings.signing_key
        if key is None:
            return None
        from functions.adapters.signing import FILE_SCHEME, FileSigner, KmsSigner

        if key.startswith(FILE_SCHEME):
            return FileSigner(Path(key.removeprefix(FILE_SCHEME)))
        return KmsSigner(self._client("kms"), key)

    @cached_property
    def _registration_workflow(self) -> RegistrationWorkflow:
        from functions.adapters.registrations import RegistrationWorkflow

        return RegistrationWorkflow(self._client("stepfunctions"), self._given("registration_workflow_arn"))

    @cached_property
    def _plans(self) -> S3Plans:
        from functions.adapters.registrations import S3Plans
        from lineal_contract.mlflow.staging import REGISTRATIONS

        return S3Plans(self._s3, self._given("artifacts_bucket"), REGISTRATIONS)
