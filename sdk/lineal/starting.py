"""Starting a run: everything that is known before the first line of training."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lineal.active_run import ActiveRun
from lineal.api import checked_input
from lineal.capture.code import capture_code
from lineal.capture.environment import capture_environment
from lineal.client import Client
from lineal.ids import new_id, now_millis
from lineal.metrics import BackgroundSender, Deliver, MetricSink
from lineal.params import as_params
from lineal_contract.runs import CreateRun, LogChunk

NewSink = Callable[[Deliver], MetricSink]
"""Makes the sink of a run from what delivers a chunk."""


def start_run(
    client: Client,
    *,
    experiment: str = "Default",
    name: str = "",
    params: Mapping[str, Any] | None = None,
    tags: Mapping[str, Any] | None = None,
    script: str | Path | None = None,
    sink: NewSink = BackgroundSender,
) -> ActiveRun:
    """Start a run with the code and environment of this process; `script` is the running one by default."""
    with checked_input():
        request = CreateRun(
            run_id=new_id(),
            experiment=experiment,
            name=name,
            params=as_params(params),
            tags=as_params(tags),
            code=capture_code(Path(script) if script else None),
            environment=capture_environment(),
            started_at=now_millis(),
        )
    return ActiveRun(client, client.runs.create(request), sink(_delivery(client, request.run_id)))


def _delivery(client: Client, run_id: str) -> Deliver:
    """Deliveries of one process: its chunks are told from others' by a random writer name."""
    writer = secrets.token_hex(8)

    def deliver(seq: int, data: bytes) -> None:
        client.runs.log_chunk(run_id, LogChunk(writer=writer, seq=seq, data=data))

    return deliver
