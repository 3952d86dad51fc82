"""Deployments: releasing versions to endpoints, and answering there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from functions.bootstrap.registry import RegistryRoom

if TYPE_CHECKING:
    from functions.core.deployments.releasing import Releasing
    from functions.core.deployments.serving import Serving


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
    def serving(self) -> Serving:
        """Predictions."""
        from functions.core.deployments.serving import Serving

        return Serving(self.models, self.objects, self._world.load_model)
