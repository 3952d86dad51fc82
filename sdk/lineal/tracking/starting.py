"""Starting a run: everything that is known before the first line of training."""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from lineal.capture.jobs import job_of, logs_here, run_of_first_host
from lineal.capture.running import Capturing
from lineal.capture.start import Found, capture_start
from lineal.capture.switches import Item, Wanted, switched_on
from lineal.client import Client
from lineal.errors import ConnectionFailedError, InputError, LinealError
from lineal.http.api import checked_input
from lineal.ids import now_millis
from lineal.resources.runs import Run
from lineal.spool import operations
from lineal.spool.delivering import Server
from lineal.spool.folders import About, default_spool
from lineal.spool.live import Spool
from lineal.tracking.active_run import ActiveRun
from lineal.tracking.checkpoints import Checkpoint
from lineal.tracking.metrics import NoSink, SpoolSink
from lineal.tracking.modes import Mode, current_mode
from lineal.tracking.originals import keep_original
from lineal.tracking.params import Params, as_params, as_tags
from lineal.tracking.recording import MEANWHILE, UNREACHABLE, NoRecording, SpoolRecording
from lineal.tracking.run_context import RunContext
from lineal.tracking.signals import Signals
from lineal_contract.ids import new_id
from lineal_contract.runs import CreateRun, StartAttempt, UpdateRun

T = TypeVar("T")

_START_SECONDS = 20.0


def start_run(
    client: Client | None,
    *,
    experiment: str = "Default",
    name: str = "",
    params: Any = None,
    tags: Mapping[str, Any] | None = None,
    note: str = "",
    script: str | Path | None = None,
    parent: str | None = None,
    run_id: str | None = None,
    capture: Wanted = None,
) -> ActiveRun:
    """Start a run with the code and environment of this process; `script` is the running one by default.

    With `run_id`, or LINEAL_RUN_ID, this process joins that run: it adds to it and does not end it. Only
    `params`, `tags` and `note` count then. A run with a `parent` is a new one whatever LINEAL_RUN_ID says.
    The client may be None where LINEAL_MODE is not online.
    """
    joined = run_id or (None if parent else os.environ.get("LINEAL_RUN_ID"))
    if current_mode() is Mode.DISABLED:
        return ActiveRun(joined or new_id(), NoRecording(), NoSink(), owned=not joined)
    given, items = as_params(params), switched_on(capture)
    job = None if joined else job_of(items)
    if not logs_here(job):
        return ActiveRun(new_id(), NoRecording(), NoSink(), owned=False)
    joined = joined or run_of_first_host(job, client)
    if joined:
        return _join(client, joined, _labels(given, tags, note), given, items)
    found = capture_start(items, Path(script) if script else None, job)
    both = given.over(found.params)
    with checked_input():
        request = CreateRun(
            run_id=new_id(),
            experiment=experiment,
            name=name,
            parent_run_id=parent,
            params=both.values,
            param_types=both.types,
            tags=found.tags | as_tags(tags),
            note=note,
            code=found.code,
            environment=found.environment,
            started_at=now_millis(),
            heartbeat=Item.HEARTBEAT in items,
        )
    return _create(client, request, given, items, found)


def resume_run(
    client: Client | None,
    run_id: str,
    *,
    params: Any = None,
    tags: Mapping[str, Any] | None = None,
    note: str = "",
    restored: Checkpoint | None = None,
    capture: Wanted = None,
) -> ActiveRun:
    """Continue a run whose process ended, however that was: it is running again, and this process ends it.

    Steps that are not given go on behind those that are recorded, where the server can be asked for them.
    """
    if current_mode() is Mode.DISABLED:
        return ActiveRun(run_id, NoRecording(), NoSink(), context=RunContext(restored=restored))
    given, signals, items = as_params(params), Signals(), switched_on(capture)
    change = _labels(given, tags, note)
    spool, recording = _spool_of(client, _checked_id(run_id), signals)
    with checked_input():
        attempt = StartAttempt(attempt_id=new_id(), host=socket.gethostname(), started_at=now_millis())
    record = _now(client, recording, lambda c: c.runs.resume(run_id, attempt))
    if record is None:
        spool.put(operations.Resume(attempt=attempt).model_dump_json().encode())
    context = RunContext(
        client,
        record.experiment if record else "Default",
        signals,
        attempt.attempt_id,
        restored,
        _capturing(client, run_id, spool, signals, items),
        left=lambda: spool.left,
    )
    run = ActiveRun(run_id, recording, SpoolSink(spool, _next_steps(record)), record=record, context=context)
    _record(recording, change, given)
    return run


def _create(
    client: Client | None, request: CreateRun, given: Params, items: frozenset[Item], found: Found
) -> ActiveRun:
    signals = Signals()
    spool, recording = _spool_of(client, request.run_id, signals)
    # A child's parent was begun with these credentials, so they were good.
    transient = MEANWHILE if request.parent_run_id else UNREACHABLE
    record = _now(client, recording, lambda c: c.runs.create(request), transient)
    if record is None:
        spool.put(operations.Create(request=request).model_dump_json().encode(), creates=True)
    capturing = _capturing(client, request.run_id, spool, signals, items)
    context = RunContext(
        client,
        request.experiment,
        signals,
        capturing=capturing,
        found_params={k: v for k, v in found.params.values.items() if k not in given.values},
        left=lambda: spool.left,
    )
    run = ActiveRun(request.run_id, recording, SpoolSink(spool), record=record, context=context)
    keep_original(recording, given.original)
    found.record(recording)
    return run


def _join(
    client: Client | None, run_id: str, change: UpdateRun, given: Params, items: frozenset[Item]
) -> ActiveRun:
    signals = Signals()
    spool, recording = _spool_of(client, _checked_id(run_id), signals)
    record = _now(client, recording, lambda c: c.runs.get(run_id))
    experiment = record.experiment if record else "Default"
    capturing = _capturing(client, run_id, spool, signals, items, owned=False)
    context = RunContext(client, experiment, signals, capturing=capturing, left=lambda: spool.left)
    run = ActiveRun(run_id, recording, SpoolSink(spool), record=record, owned=False, context=context)
    _record(recording, change, given)
    return run


def _capturing(
    client: Client | None,
    run_id: str,
    spool: Spool,
    signals: Signals,
    items: frozenset[Item],
    *,
    owned: bool = True,
) -> Capturing:
    """Return what is captured while the run goes on."""

    def beat() -> None:
        assert client is not None  # noqa: S101 - asked for only where there is a client
        signals.hear(client.runs.heartbeat(run_id).stop)

    online = client is not None and current_mode() is Mode.ONLINE
    return Capturing(items, run_id, spool, beat if online else None, owned)


def _checked_id(run_id: str) -> str:
    if len(run_id) != 32 or not set(run_id) <= set("0123456789abcdef"):
        raise InputError(f"a run's id is 32 hex digits, not {run_id!r:.80}")
    return run_id


def _labels(given: Params, tags: Mapping[str, Any] | None, note: str) -> UpdateRun:
    with checked_input():
        return UpdateRun(params=given.values, param_types=given.types, tags=as_tags(tags), note=note or None)


def _record(recording: SpoolRecording, change: UpdateRun, given: Params) -> None:
    """Add to a run that is there already."""
    if change.params or change.tags or change.note:
        recording.update(change)
    keep_original(recording, given.original)


def _next_steps(record: Run | None) -> dict[str, int]:
    return {key: metric.step + 1 for key, metric in record.metrics.items()} if record else {}


def _spool_of(client: Client | None, run_id: str, signals: Signals) -> tuple[Spool, SpoolRecording]:
    """Return the run's spool in this process, and what else is recorded beside it."""
    online = client if current_mode() is Mode.ONLINE else None

    def server(about: About) -> Server:
        assert online is not None  # noqa: S101 - asked for only where there is a client
        return Server(online, about.run_id, about.writer, signals)

    spool = Spool(
        default_spool(),
        run_id,
        api_url=client.api_url if client else os.environ.get("LINEAL_API_URL"),
        project=client.project if client else os.environ.get("LINEAL_PROJECT"),
        destination=server if online else None,
    )
    return spool, SpoolRecording(online, run_id, spool, signals)


def _now(
    client: Client | None,
    recording: SpoolRecording,
    call: Callable[[Client], Run],
    transient: tuple[type[LinealError], ...] = UNREACHABLE,
) -> Run | None:
    """Return the server's answer; None where there is none in time, so that the run goes on in the spool."""
    if client is None or current_mode() is not Mode.ONLINE:
        return None
    try:
        return _within(_START_SECONDS, lambda: call(client))
    except transient as error:
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
