"""Starting a run: everything that is known before the first line of training."""

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from lineal.active_run import ActiveRun
from lineal.api import checked_input
from lineal.capture.code import capture_code
from lineal.capture.environment import capture_environment
from lineal.client import Client
from lineal.errors import ConnectionFailedError, InputError, LinealError
from lineal.ids import now_millis
from lineal.metrics import NoSink, SpoolSink
from lineal.modes import Mode, current_mode
from lineal.params import as_params
from lineal.recording import UNREACHABLE, NoRecording, SpoolRecording
from lineal.resources.runs import Run
from lineal.spool import operations
from lineal.spool.delivering import Server
from lineal.spool.folders import About, default_spool
from lineal.spool.live import Spool
from lineal_contract.ids import new_id
from lineal_contract.runs import CreateRun, UpdateRun

T = TypeVar("T")

_START_SECONDS = 20.0


def start_run(
    client: Client | None,
    *,
    experiment: str = "Default",
    name: str = "",
    params: Mapping[str, Any] | None = None,
    tags: Mapping[str, Any] | None = None,
    script: str | Path | None = None,
    run_id: str | None = None,
) -> ActiveRun:
    """Start a run with the code and environment of this process; `script` is the running one by default.

    With `run_id`, or LINEAL_RUN_ID, this process joins that run: it adds to it and does not end it. Only
    `params` and `tags` count then. The client may be None where LINEAL_MODE is not online.
    """
    joined = run_id or os.environ.get("LINEAL_RUN_ID")
    if current_mode() is Mode.DISABLED:
        return ActiveRun(joined or new_id(), NoRecording(), NoSink(), owned=not joined)
    if joined:
        return _join(client, joined, params, tags)
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
    return _create(client, request)


def _create(client: Client | None, request: CreateRun) -> ActiveRun:
    spool, recording = _spool_of(client, request.run_id)
    record = _now(client, recording, lambda c: c.runs.create(request))
    if record is None:
        spool.put(operations.Create(request=request).model_dump_json().encode(), creates=True)
    return ActiveRun(request.run_id, recording, SpoolSink(spool), record=record)


def _join(
    client: Client | None, run_id: str, params: Mapping[str, Any] | None, tags: Mapping[str, Any] | None
) -> ActiveRun:
    if len(run_id) != 32 or not set(run_id) <= set("0123456789abcdef"):
        raise InputError(f"a run's id is 32 hex digits, not {run_id!r:.80}")
    spool, recording = _spool_of(client, run_id)
    record = _now(client, recording, lambda c: c.runs.get(run_id))
    run = ActiveRun(run_id, recording, SpoolSink(spool), record=record, owned=False)
    if params or tags:
        with checked_input():
            change = UpdateRun(params=as_params(params), tags=as_params(tags))
        recording.update(change)
    return run


def _spool_of(client: Client | None, run_id: str) -> tuple[Spool, SpoolRecording]:
    """Return the run's spool in this process, and what else is recorded beside it."""
    online = client if current_mode() is Mode.ONLINE else None

    def server(about: About) -> Server:
        assert online is not None  # noqa: S101 - asked for only where there is a client
        return Server(online, about.run_id, about.writer)

    spool = Spool(
        default_spool(),
        run_id,
        api_url=client.api_url if client else os.environ.get("LINEAL_API_URL"),
        project=client.project if client else os.environ.get("LINEAL_PROJECT"),
        destination=server if online else None,
    )
    return spool, SpoolRecording(online, run_id, spool)


def _now(client: Client | None, recording: SpoolRecording, call: Callable[[Client], Run]) -> Run | None:
    """Return the server's answer; None where there is none in time, so that the run goes on in the spool."""
    if client is None or current_mode() is not Mode.ONLINE:
        return None
    try:
        return _within(_START_SECONDS, lambda: call(client))
    except UNREACHABLE as error:
        recording.tell(error)
        return None


def _within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns: where packets vanish, a training would wait for minutes to begin."""
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(call())
        except LinealError as error:
            answer.set_exception(error)

    threading.Thread(target=ask, name="lineal-start", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError as error:
        raise ConnectionFailedError(f"no answer within {seconds:g} seconds") from error
