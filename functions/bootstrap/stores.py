"""The records and bytes that several rooms work with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from functions.bootstrap.foundation import Foundation

if TYPE_CHECKING:
    from functions.adapters.blocks import DynamoFoldingList, S3Blocks
    from functions.adapters.models import DynamoModels
    from functions.adapters.object_records import DynamoObjects
    from functions.adapters.objects import S3Objects
    from functions.adapters.page_tokens import SealedPageTokens
    from functions.adapters.projects import DynamoProjects
    from functions.adapters.records import DynamoPeople, DynamoPolicies
    from functions.adapters.runs import DynamoRuns
    from functions.adapters.trails import DynamoTrails
    from functions.core.objects.manifests import Manifests
    from functions.core.runs.quotas import CountedObjects, Quotas


class Stores(Foundation):
    """Adapters, and the quotas that everything stored counts against."""

    @cached_property
    def people(self) -> DynamoPeople:
        """Person records."""
        from functions.adapters.records import DynamoPeople

        return DynamoPeople(self._registry_table)

    @cached_property
    def projects(self) -> DynamoProjects:
        """Projects and members."""
        from functions.adapters.projects import DynamoProjects

        return DynamoProjects(self._registry_table)

    @cached_property
    def policies(self) -> DynamoPolicies:
        """Promotion rules."""
        from functions.adapters.records import DynamoPolicies

        return DynamoPolicies(self._registry_table)

    @cached_property
    def trails(self) -> DynamoTrails:
        """The trails of projects and of the installation."""
        from functions.adapters.trails import DynamoTrails

        return DynamoTrails(self._registry_table)

    @cached_property
    def models(self) -> DynamoModels:
        """The registry's records."""
        from functions.adapters.models import DynamoModels

        return DynamoModels(self._registry_table)

    @cached_property
    def runs(self) -> DynamoRuns:
        """The runs' records."""
        from functions.adapters.runs import DynamoRuns

        return DynamoRuns(self._runs_table)

    @cached_property
    def blocks(self) -> S3Blocks:
        """Columns of folded runs."""
        from functions.adapters.blocks import S3Blocks

        return S3Blocks(self._runs_table, self._s3, self._given("artifacts_bucket"))

    @cached_property
    def folding_list(self) -> DynamoFoldingList:
        """Experiments whose runs are to be folded."""
        from functions.adapters.blocks import DynamoFoldingList

        return DynamoFoldingList(self._runs_table)

    @cached_property
    def objects(self) -> S3Objects:
        """Stored bytes."""
        from functions.adapters.objects import S3Objects

        return S3Objects(self._s3, self._given("artifacts_bucket"))

    @cached_property
    def manifests(self) -> Manifests:
        """Files by path, however many."""
        from functions.core.objects.manifests import Manifests

        return Manifests(self.objects, self._object_records)

    @cached_property
    def page_tokens(self) -> SealedPageTokens:
        """Where pages of runs begin."""
        from functions.adapters.page_tokens import SealedPageTokens

        return SealedPageTokens(self._runs_table)

    @cached_property
    def quotas(self) -> Quotas:
        """What projects may use."""
        from functions.adapters.quotas import DynamoQuotas
        from functions.core.runs.quotas import Quotas

        return Quotas(DynamoQuotas(self._registry_table, self._runs_table), self._world.clock)

    @cached_property
    def _object_records(self) -> DynamoObjects:
        from functions.adapters.object_records import DynamoObjects

        return DynamoObjects(self._runs_table)

    @cached_property
    def _counted_objects(self) -> CountedObjects:
        from functions.core.runs.quotas import CountedObjects

        return CountedObjects(self._object_records, self.quotas)
