"""Tracking: runs and experiments, their metrics, logs and files."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from functions.bootstrap.stores import Stores

if TYPE_CHECKING:
    from functions.core.objects.batches import Batches
    from functions.core.objects.uploads import Uploads
    from functions.core.runs.editing import Editing
    from functions.core.runs.experiment_search import ExperimentSearch
    from functions.core.runs.experiments import Experiments
    from functions.core.runs.folding import Folding
    from functions.core.runs.listing import Listing
    from functions.core.runs.logged_models import LoggedModels
    from functions.core.runs.logs import Logs
    from functions.core.runs.recording import Recording
    from functions.core.runs.searching import Searching
    from functions.core.runs.series import Reading
    from functions.core.runs.tracking import Tracking


class TrackingRoom(Stores):
    """What training code writes, and what is read of it."""

    @cached_property
    def tracking(self) -> Tracking:
        """Runs."""
        from functions.core.runs.tracking import Tracking

        stores = self.runs, self.experiments, self.uploads, self.manifests
        return Tracking(*stores, self._contention, self._world.clock, self.quotas)

    @cached_property
    def editing(self) -> Editing:
        """Changes of runs."""
        from functions.core.runs.editing import Editing

        return Editing(self.runs, self._contention, self._world.clock, self.folding_list)

    @cached_property
    def experiments(self) -> Experiments:
        """Experiments."""
        from functions.adapters.experiments import DynamoExperiments
        from functions.core.runs.experiments import Experiments

        return Experiments(DynamoExperiments(self._runs_table), self._contention, self._world.clock)

    @cached_property
    def experiment_search(self) -> ExperimentSearch:
        """Lists and searches of experiments."""
        from functions.core.runs.experiment_search import ExperimentSearch

        return ExperimentSearch(self.experiments, self.page_tokens)

    @cached_property
    def uploads(self) -> Uploads:
        """Uploads by content address."""
        from functions.core.objects.uploads import Uploads

        return Uploads(self.objects, self._counted_objects)

    @cached_property
    def batches(self) -> Batches:
        """Many small files at once."""
        from functions.core.objects.batches import Batches

        return Batches(self.objects, self._counted_objects)

    @cached_property
    def recording(self) -> Recording:
        """What clients record who number nothing."""
        from functions.core.runs.recording import Recording

        return Recording(self.runs, self._contention, self.quotas)

    @cached_property
    def logged_models(self) -> LoggedModels:
        """Models that runs made, before and besides the registry."""
        from functions.adapters.logged_models import DynamoLoggedModels
        from functions.core.runs.logged_models import LoggedModels

        store, world = DynamoLoggedModels(self._runs_table), self._world
        return LoggedModels(store, self.experiments, self._contention, world.clock, world.new_id)

    @cached_property
    def logs(self) -> Logs:
        """What runs print."""
        from functions.adapters.logs import DynamoLogs
        from functions.core.runs.logs import Logs

        return Logs(DynamoLogs(self._runs_table))

    @cached_property
    def reading(self) -> Reading:
        """Metrics."""
        from functions.core.runs.series import Reading

        return Reading(self.runs, self.page_tokens)

    @cached_property
    def listing(self) -> Listing:
        """Lists and searches of runs."""
        from functions.core.runs.listing import Listing

        return Listing(self.runs, self.searching, self.page_tokens, self._world.clock)

    @cached_property
    def searching(self) -> Searching:
        """Searches of runs."""
        from functions.core.runs.block_cache import BlockCache
        from functions.core.runs.searching import Searching

        return Searching(self.runs, BlockCache(self.blocks), self.folding_list, self._world.clock)

    @cached_property
    def folding(self) -> Folding:
        """What goes into blocks."""
        from functions.core.runs.folding import Folding

        return Folding(self.runs, self.blocks, self.folding_list, self._world.clock)
