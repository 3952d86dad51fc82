"""Deployments: releasing versions to endpoints, and answering there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from functions.bootstrap.registry import RegistryRoom

if TYPE_CHECKING:
    from functions.core.deployments.checking import Checking
    from functions.core.deployments.releasing import Releasing
    from functions.core.deployments.serving import Serving
    from functions.core.ports.staging import Plans


class DeploymentRoom(RegistryRoom):
    """Releasing and serving."""

    @cached_property
    def releasing(self) -> Releasing:
        """Deployments and rollback."""
        from functions.core.deployments.releasing import Releasing
        from functions.core.deployments.serving import ServerlessTarget

        targets = {"serverless": ServerlessTarget(self.objects, self._world.load_model)}
        return Releasing(
            self.models, self.objects, self.signing, self.policies, dict(targets), self._contention
        )

    @cached_property
    def checking(self) -> Checking:
        """The bytes of deployments."""
        from functions.core.deployments.checking import Checking

        return Checking(self.models, self.objects, self.signing, self._deployment_notes)

    @cached_property
    def _deployment_notes(self) -> Plans:
        from functions.adapters.registrations import S3Plans
        from lineal_contract.deployments import NOTES

        return S3Plans(self._s3, self._given("artifacts_bucket"), NOTES)

    @cached_property
    def serving(self) -> Serving:
        """Predictions."""
        from functions.core.deployments.serving import Serving

        return Serving(self.models, self.objects, self._world.load_model)
