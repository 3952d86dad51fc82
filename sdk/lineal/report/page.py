"""The page: what was recorded of a run, in the order in which people ask for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from xml.etree.ElementTree import Element

from lineal.cost.training import training_cost
from lineal.report import machine, parts
from lineal.report.chart import chart, figure
from lineal.report.elements import Node, document, el
from lineal.report.series import charts, curve
from lineal.report.texts import duration, model, moment
from lineal.wording import counting
from lineal_contract.logs import LogLine
from lineal_contract.runs import Run
from lineal_contract.series import RunSeries

SYSTEM = "system/"


@dataclass(frozen=True)
class Told:
    """What a page tells: a run, its series, the last it printed, and the runs above and below it."""

    run: Run
    series: Sequence[RunSeries] = ()
    parent: Run | None = None
    children: Sequence[Run] = ()
    lines: Sequence[LogLine] = ()
    read_at: int = 0


def page(told: Told) -> str:
    """Return the page as HTML."""
    run = told.run
    sections = [(name, title, body) for name, title, body in _sections(told) if body]
    name = run.name or run.run_id
    body = [
        el("a", "Skip to the content", href="#content", class_="skip"),
        _header(run),
        el(
            "nav",
            el("ul", (el("li", el("a", t, href=f"#{n}")) for n, t, _ in sections)),
            aria_label="Sections",
        ),
        el("main", (_section(*each) for each in sections), id="content"),
        el(
            "footer", f"Read {moment(told.read_at)} from project {run.project}. This page is whole in itself."
        ),
    ]
    home = files("lineal.report")
    style, script = (home.joinpath(f).read_text(encoding="utf-8") for f in ("style.css", "script.js"))
    return document(f"{name} · {run.experiment} · lineal", style, script, body)


def _header(run: Run) -> Element:
    ended = (
        f"{moment(run.ended_at)} · {duration(run.ended_at - run.started_at)}" if run.ended_at else "not ended"
    )
    facts: dict[str, Node] = {
        "Run": el("code", run.run_id),
        "By": run.actor.display_name,
        "Started": moment(run.started_at),
        "Ended": ended,
        "Host": run.environment.hostname if run.environment else None,
        "Cost": str(cost) if (cost := training_cost(run.tags)) else None,
        "Model": model(run.model) if run.model else None,
        "Commit": el("code", run.code.commit[:12]) if run.code.commit else None,
    }
    return el(
        "header",
        el("p", f"{run.project} / {run.experiment}", class_="path"),
        el(
            "h1",
            run.name or run.run_id,
            " ",
            el("span", run.status.value, class_=f"status {run.status.value}"),
            el("span", "deleted", class_="status lost") if run.lifecycle == "deleted" else None,
        ),
        el("dl", (node for k, v in facts.items() if v is not None for node in _fact(k, v)), class_="facts"),
        el("ul", (_tag(k, v) for k, v in sorted(run.tags.items())), class_="tags", aria_label="Tags")
        if run.tags
        else None,
    )


def _fact(name: str, value: Node) -> Iterable[Element]:
    yield el("div", el("dt", name), el("dd", value))


def _tag(name: str, value: str) -> Element:
    return el("li", el("b", name), f" {value}" if value else None)


def _section(name: str, title: str, body: Sequence[Node]) -> Element:
    return el("section", el("h2", title, id=f"{name}-title"), *body, id=name, aria_labelledby=f"{name}-title")


def _sections(told: Told) -> Iterable[tuple[str, str, Sequence[Node]]]:
    run = told.run
    own = [each for each in told.series if not each.key.startswith(SYSTEM)]
    system = [each for each in told.series if each.key.startswith(SYSTEM)]
    yield "error", "Error", parts.error(run)
    yield "note", "Note", parts.note(run.note)
    yield "metrics", "Metrics", [*_controls(own), *_charts(own), *_glance(run)]
    yield "params", "Params", parts.params(run)
    yield "runs", "Runs above and below", parts.relatives(told.parent, told.children)
    yield "data", "Data", parts.datasets(run)
    yield "artifacts", "Artifacts", parts.artifacts(run)
    yield "system", "System", _charts(system)
    yield "logs", "Logs", machine.logs(told.lines, run.run_id)
    yield "code", "Code", parts.code(run.code)
    yield "environment", "Environment", machine.environment(run.environment)
    yield "history", "History", parts.history(run)


def _controls(series: Sequence[RunSeries]) -> list[Node]:
    if not series:
        return []
    smooth = el("input", type="range", id="smoothing", min="0", max="99", value="0", step="1")
    log = el("input", type="checkbox", id="log")
    return [
        el(
            "div",
            el("label", "Smoothing ", smooth, " ", el("output", "off", for_="smoothing")),
            el("label", log, " Logarithmic axis"),
            class_="controls",
            hidden="hidden",
        )
    ]


def _charts(series: Sequence[RunSeries]) -> list[Node]:
    found = charts(map(curve, sorted(series, key=lambda each: counting(each.key))))
    if not found:
        return []
    return [el("div", (chart(name, found[name]) for name in sorted(found, key=counting)), class_="charts")]


def _glance(run: Run) -> list[Node]:
    rows = [
        (key, figure_of(m.last), figure_of(m.min), figure_of(m.max), str(m.step), str(m.count))
        for key, m in sorted(run.metrics.items(), key=lambda each: counting(each[0]))
        if not key.startswith(SYSTEM)
    ]
    heads = ("metric", "last", "least", "greatest", "last step", "points")
    return [parts.table(heads, rows, numbers=range(1, 6), caption="All metrics at a glance")] if rows else []


def figure_of(value: float) -> str:
    """Return any float as text, those that are no finite numbers too."""
    return figure(value) if abs(value) != float("inf") and value == value else str(value)
