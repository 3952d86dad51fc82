"""Reading all that a page tells; the server thins out long series and keeps their extremes."""

from lineal.client import Client
from lineal.errors import NotFoundError
from lineal.ids import now_millis
from lineal.report.page import Told
from lineal.resources.runs import Run

_POINTS = 1_500
_CHILDREN = 500
_LINES = 200


def collect(client: Client, run_id: str) -> Told:
    """Return a run with its series and the runs above and below it. Raises NotFoundError."""
    run = client.runs.get(run_id)
    return Told(
        run=run,
        series=client.runs.metrics([run_id], sorted(run.metrics), max_points=_POINTS),
        parent=_parent(client, run),
        children=list(client.runs.search(parent=run_id, limit=_CHILDREN)),
        lines=list(client.runs.logs(run_id, tail=_LINES)),
        read_at=now_millis(),
    )


def _parent(client: Client, run: Run) -> Run | None:
    """The parent, where the server knows it: it may still wait in another machine's spool."""
    if run.parent_run_id is None:
        return None
    try:
        return client.runs.get(run.parent_run_id)
    except NotFoundError:
        return None
