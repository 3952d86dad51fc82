"""Runs, metrics and datasets."""

from typing import Any

from functions.core.runs.series import selected, thinned
from functions.core.runs.summarising import summarise
from lineal_contract import logs, runs, series
from lineal_contract.base import Page
from lineal_contract.chunks import Point, decode
from lineal_contract.datasets import digest_of
from lineal_contract.problems import ChangedParam, ProblemCode
from tests.unit.sdk.fake.state import ACTOR, PROJECT, Refusal, State, page_of


class Tracking(State):
    """The routes of runs."""

    def points(self, run_id: str) -> list[Point]:
        """All points that a run has."""
        return [p for (run, _, _), points in self.chunks.items() if run == run_id for p in points]

    def summarise(self, run_id: str) -> None:
        """Show a run's metrics at a glance, as the server does with each chunk."""
        self._change(self.runs[run_id], metrics=summarise(self.points(run_id)))

    def _create_run(self, asked: runs.CreateRun, **_: str) -> runs.Run:
        given = {name: value for name, value in asked if name in runs.Run.model_fields}
        self.runs.setdefault(
            asked.run_id,
            runs.Run(
                project=PROJECT,
                experiment_id="1",
                status=runs.RunStatus.RUNNING,
                metrics={},
                actor=ACTOR,
                **given,
            ),
        )
        return self.runs[asked.run_id]

    def _get_run(self, run_id: str, **_: str) -> runs.Run:
        if run_id not in self.runs:
            raise Refusal(404, ProblemCode.NOT_FOUND, f"there is no run {run_id}")
        return self.runs[run_id]

    def _update_run(self, asked: runs.UpdateRun, run_id: str, **_: str) -> runs.Run:
        run = self.runs[run_id]
        changed = {k: v for k, v in asked.params.items() if run.params.get(k, v) != v}
        if changed:
            told = [ChangedParam(key=k, recorded=run.params[k], sent=v) for k, v in changed.items()]
            raise Refusal(409, ProblemCode.PARAM_CHANGED, "a param has another value", changed=tuple(told))
        tags = {k: v for k, v in (run.tags | asked.tags).items() if k not in asked.remove_tags}
        changes: dict[str, Any] = {"params": run.params | asked.params, "tags": tags}
        changes["param_types"] = run.param_types | asked.param_types
        for field in ("status", "note", "lifecycle", "ended_at", "error", "traceback", "model"):
            changes |= {field: getattr(asked, field)} if getattr(asked, field) is not None else {}
        if asked.stop is not None:
            changes["stop"] = runs.Stop(actor=ACTOR, requested_at=1, reason=asked.stop.reason)
        return self._change(run, **changes)

    def _resume_run(self, asked: runs.StartAttempt, run_id: str, **_: str) -> runs.Run:
        run = self._get_run(run_id)
        attempt = runs.Attempt(actor=ACTOR, found=run.status, **dict(asked))
        return self._change(
            run,
            status=runs.RunStatus.RUNNING,
            error=None,
            ended_at=None,
            stop=None,
            attempt_id=asked.attempt_id,
            attempts=(*run.attempts, attempt),
        )

    def _heartbeat(self, run_id: str, **_: str) -> runs.Run:
        self.beats.append(run_id)
        return self._get_run(run_id)

    def _log_lines(self, asked: logs.LogLines, run_id: str, **_: str) -> logs.LogReceipt:
        lines = logs.unpack(asked.data)
        self.logs[run_id, lines[0].timestamp, asked.writer, asked.seq] = asked
        return logs.LogReceipt(lines=len(lines))

    def _get_logs(self, asked: logs.LogQuery, run_id: str, **_: str) -> Page[logs.LogPart]:
        found = [
            (at, part)
            for at, part in sorted(self.logs.items(), key=lambda i: i[0])
            if at[0] == run_id and at[1] >= asked.since
        ]
        parts = [logs.LogPart.model_validate(part.model_dump()) for _, part in found]
        return page_of(parts[::-1] if asked.newest_first else parts, asked.page_token, Page[logs.LogPart])

    def _change(self, run: runs.Run, **changes: Any) -> runs.Run:
        self.runs[run.run_id] = run.model_copy(update=changes)
        return self.runs[run.run_id]

    def _list_runs(self, asked: runs.RunQuery, **_: str) -> Page[runs.Run]:
        found = [
            r
            for r in reversed(self.runs.values())
            if asked.experiment in (None, r.experiment)
            and asked.status in (None, r.status)
            and asked.parent_run_id in (None, r.parent_run_id)
            and asked.lifecycle in ("all", r.lifecycle)
        ]
        return page_of(found, asked.page_token, Page[runs.Run])

    def _log_chunk(self, asked: runs.LogChunk, run_id: str, **_: str) -> runs.ChunkReceipt:
        points = decode(asked.data)
        if bad := sorted({p.key for p in points} & self.bad_keys)[:2]:
            raise Refusal(400, ProblemCode.INVALID_REQUEST, "keys", refused=tuple(bad))
        self.chunks[run_id, asked.writer, asked.seq] = points
        return runs.ChunkReceipt(points=len(points), stop=self.runs[run_id].stop)

    def _get_metric(self, asked: series.MetricQuery, run_id: str, **_: str) -> series.MetricSeries:
        found = self._series(run_id, asked.key, asked)
        end = asked.start + asked.page_size
        points = found[asked.start : end]
        return series.MetricSeries(
            key=asked.key, points=points, total=len(found), next=end if end < len(found) else None
        )

    def _get_series(self, asked: series.SeriesQuery, **_: str) -> Page[series.RunSeries]:
        page = page_of(list(asked.wanted), asked.page_token, Page[tuple[str, str]])
        read = [(run_id, key, self._series(run_id, key, asked)) for run_id, key in page.items]
        items = tuple(
            series.RunSeries(run_id=run_id, key=key, points=points, total=len(points))
            for run_id, key, points in read
        )
        return Page[series.RunSeries](items=items, next_page_token=page.next_page_token)

    def _series(self, run_id: str, key: str, asked: series.Selection) -> tuple[series.MetricPoint, ...]:
        found = thinned(selected((p for p in self.points(run_id) if p.key == key), asked), asked.max_points)
        return tuple(series.MetricPoint(step=p.step, timestamp=p.timestamp, value=p.value) for p in found)

    def _use_dataset(self, asked: runs.UseDataset, run_id: str, **_: str) -> runs.Dataset:
        assert asked.digest == digest_of(asked.files) if asked.files else asked.manifest
        dataset = runs.Dataset(**dict(asked))
        run = self.runs[run_id]
        self._change(run, datasets=(*run.datasets, dataset))
        return dataset
