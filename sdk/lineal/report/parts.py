"""The sections of the page that are text and tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, ParseError, fromstring

from lineal.report.elements import Node, el, legible
from lineal.report.texts import moment, size
from lineal.wording import counted, counting
from lineal_contract.runs import Code, Run

_LINE_KINDS = (
    ("+++", "file"),
    ("---", "file"),
    ("diff ", "file"),
    ("@@", "hunk"),
    ("+", "add"),
    ("-", "del"),
)


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Node]],
    *,
    numbers: Collection[int] = (),
    caption: str | None = None,
) -> Element:
    """Return a table that scrolls by itself; `numbers` says which columns stand to the right."""
    kinds = ["number" if n in numbers else None for n in range(len(heads))]
    head = el("tr", (el("th", h, scope="col", class_=k) for h, k in zip(heads, kinds, strict=True)))
    body = (el("tr", (el("td", c, class_=k) for c, k in zip(row, kinds, strict=True))) for row in rows)
    whole = el("table", el("caption", caption) if caption else None, el("thead", head), el("tbody", body))
    return el("div", whole, class_="table", tabindex="0", role="region", aria_label=caption or heads[0])


def error(run: Run) -> list[Node]:
    """Why a run failed."""
    if not run.error:
        return []
    trace = el("pre", run.traceback, tabindex="0") if run.traceback else None
    return [el("p", run.error, class_="error"), trace]


def note(text: str) -> list[Node]:
    """A note as Markdown, without raw HTML and without images."""
    if not text.strip():
        return []
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table").disable("image")
    try:
        return [fromstring(f'<div class="note">{reader.render(legible(text))}</div>')]  # noqa: S314 - made here
    except ParseError:
        return [el("pre", text)]


def params(run: Run) -> list[Node]:
    """Params with what their text stands for."""
    rows = [
        (key, el("code", value), run.param_types[key].value if key in run.param_types else "text")
        for key, value in sorted(run.params.items(), key=lambda each: counting(each[0]))
    ]
    return [filter_field("params"), table(("param", "value", "type"), rows)] if rows else []


def filter_field(what: str) -> Element:
    box = el(
        "input", type="search", class_="filter", aria_label=f"Filter {what}", placeholder=f"Filter {what}"
    )
    return el("p", box, class_="filtering", hidden="hidden")


def relatives(parent: Run | None, children: Sequence[Run]) -> list[Node]:
    """The runs above and below."""
    found: list[Node] = []
    if parent is not None:
        name = f"{parent.name} " if parent.name else ""
        found.append(el("p", "Parent: ", name, el("code", parent.run_id), f" {parent.status.value}"))
    if children:
        varied = [k for k in sorted({k for c in children for k in c.params}) if _differs(children, k)][:6]
        metrics = sorted({k for c in children for k in c.metrics})[:5]
        rows = [
            (
                child.name or el("code", child.run_id),
                child.status.value,
                *(child.params.get(k, "") for k in varied),
                *(f"{child.metrics[k].last:.6g}" if k in child.metrics else "" for k in metrics),
            )
            for child in children
        ]
        first = 2 + len(varied)
        numbers = range(first, first + len(metrics))
        caption = f"{counted(len(children), 'run')} below"
        found.append(table(("run", "status", *varied, *metrics), rows, numbers=numbers, caption=caption))
    return found


def _differs(runs: Sequence[Run], key: str) -> bool:
    return len({run.params.get(key) for run in runs}) > 1


def datasets(run: Run) -> list[Node]:
    """What the run has read."""
    rows = [
        (
            d.name,
            d.context,
            d.source,
            f"{d.rows:,}" if d.rows is not None else "",
            size(d.size) if d.size is not None else "",
            {True: "kept", False: "broken", None: ""}[d.schema_valid],
            short_digest(d.digest),
        )
        for d in run.datasets
    ]
    heads = ("dataset", "context", "source", "rows", "size", "schema", "digest")
    return [table(heads, rows, numbers=(3, 4))] if rows else []


def artifacts(run: Run) -> list[Node]:
    """What the run has made."""
    rows = [
        (
            a.name,
            f"{a.kind.value} at step {a.step}" if a.step is not None else a.kind.value,
            str(a.count),
            size(a.size),
            short_digest(a.digest),
        )
        for a in sorted(run.artifacts, key=lambda a: (a.kind.value, a.step or 0, a.name))
    ]
    return [table(("artifact", "kind", "files", "size", "digest"), rows, numbers=(2, 3))] if rows else []


def code(source: Code) -> list[Node]:
    """What was run: commit, script, and the changes that were in no commit."""
    facts: dict[str, Node] = {
        "Commit": el("code", source.commit) if source.commit else None,
        "Branch": source.branch,
        "Remote": source.remote,
        "Script": source.script,
        "Digest of the script": short_digest(source.script_digest) if source.script_digest else None,
    }
    found: list[Node] = pairs(facts)
    if source.patch:
        found += [el("h3", "Uncommitted changes"), patch(source.patch)]
    elif source.dirty:
        found.append(el("p", "There were uncommitted changes, too long to be kept.", class_="quiet"))
    return found


def pairs(facts: Mapping[str, Node]) -> list[Node]:
    """Names and values; what is None or empty is left out. An element without children counts as false."""
    told = [(name, value) for name, value in facts.items() if value is not None and value != ""]
    nodes = (node for name, value in told for node in (el("dt", name), el("dd", value)))
    return [el("dl", nodes, class_="pairs")] if told else []


def patch(text: str) -> Element:
    """A patch, line by line; what was added and removed is marked for eyes and for screen readers."""
    lines: list[Node] = []
    for line in text.splitlines():
        kind = next((kind for start, kind in _LINE_KINDS if line.startswith(start)), None)
        lines += [_line(line, kind), "\n"]
    return el("pre", lines, class_="patch", tabindex="0", aria_label="Patch")


def _line(line: str, kind: str | None) -> Node:
    if kind is None:
        return line
    return el({"add": "ins", "del": "del"}.get(kind, "span"), line, class_=kind)


def history(run: Run) -> list[Node]:
    """Who has begun it, gone on with it, asked it to stop and edited it."""
    who = run.actor.display_name
    events = [(run.started_at, f"started by {who}")]
    for a in run.attempts:
        on = f" on {a.host}" if a.host else ""
        by = a.actor.display_name
        events.append((a.started_at, f"resumed by {by}{on}, having been {a.found.value}"))
    if run.stop:
        why = f": {run.stop.reason}" if run.stop.reason else ""
        by = run.stop.actor.display_name
        events.append((run.stop.requested_at, f"asked to stop by {by}{why}"))
    if run.edited:
        by = run.edited.actor.display_name
        events.append((run.edited.at, f"tags, note or lifecycle edited by {by}"))
    if run.ended_at:
        events.append((run.ended_at, f"{run.status.value}"))
    return [
        el(
            "ol",
            (el("li", el("time", moment(at)), " ", what) for at, what in sorted(events)),
            class_="history",
        )
    ]


def short_digest(digest: str) -> Element:
    return el("code", f"{digest[:12]}…", title=digest)
