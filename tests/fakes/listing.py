"""Listings over fakes."""

from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock
from functions.core.runs.block_cache import BlockCache
from functions.core.runs.listing import Listing
from functions.core.runs.searching import Searching
from tests.fakes.blocks import MemoryBlocks, MemoryFoldingList
from tests.fakes.page_tokens import ClearPageTokens


def listing_of(runs: RunStore, clock: Clock) -> Listing:
    """Return a listing of runs of which none is folded."""
    searching = Searching(runs, BlockCache(MemoryBlocks()), MemoryFoldingList(), clock)
    return Listing(runs, searching, ClearPageTokens(), clock)
