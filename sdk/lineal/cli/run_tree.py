"""lineal runs children, lineal runs tree: a run and those below it"""

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from lineal.cli.app import Json, Limit, client_of
from lineal.cli.output import label, print_json, print_table, print_tree
from lineal.resources.runs import Run, Runs
from lineal_contract.runs import SYSTEM_METRICS, MetricSummary

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    example = "0192f0c1a2b37c4d8e5f60718293a4b5"
    app.command(epilog=f"Example: lineal runs children {example} --order-by metrics.mae")(children)
    app.command(epilog=f"Example: lineal runs tree {example}")(tree)


def children(
    context: typer.Context,
    run_id: RunId,
    condition: Annotated[str, typer.Option("--filter", help="Only those that fit.")] = "",
    order_by: Annotated[str, typer.Option(help="Fields in order: metrics.mae ASC, params.lr DESC")] = "",
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List the runs below a run, such as the trials of a sweep, ranked by any metric."""
    found = client_of(context).runs.search(condition, parent=run_id, order_by=order_by, limit=limit)
    if as_json:
        return print_json(found)
    ranked = list(found)
    columns = _columns(ranked, order_by)
    heads = ("RANK", "RUN", "NAME", "STATUS", *(column.upper() for column in columns))
    rows = ((n, r.id, r.name, r.status, *(_value(r, c) for c in columns)) for n, r in enumerate(ranked, 1))
    return print_table(heads, rows)


def tree(
    context: typer.Context,
    run_id: RunId,
    order_by: Annotated[str, typer.Option(help="How runs below the same one are ordered.")] = "",
    depth: Annotated[int, typer.Option(min=1, max=10, help="How many levels to show.")] = 2,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Show a run with those above and below it; at most so many below each."""
    runs = client_of(context).runs
    run = runs.get(run_id)
    root = _root(runs, run)

    def below(parent: Run, level: int) -> list[Branch]:
        if level == depth:
            return []
        found = runs.search(parent=parent.id, order_by=order_by, limit=limit)
        return [Branch(child, below(child, level + 1)) for child in found]

    top = Branch(root, below(root, 0))
    return print_json(top.document()) if as_json else print_tree(top.tree(run.id))


@dataclass(frozen=True)
class Branch:
    """A run and what is below it."""

    run: Run
    below: list["Branch"]

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"run": self.run, "children": [branch.document() for branch in self.below]}

    def tree(self, marked: str) -> Tree:
        """Return it as it is printed, with one run in bold."""
        tree = Tree(_label(self.run, marked), guide_style="dim")
        tree.children += [branch.tree(marked) for branch in self.below]
        return tree


def _root(runs: Runs, run: Run) -> Run:
    """Climb up; ids are made by clients, so a circle is possible and ends here."""
    seen = {run.id}
    while run.parent_run_id is not None and run.parent_run_id not in seen:
        seen.add(run.parent_run_id)
        run = runs.get(run.parent_run_id)
    return run


def _label(run: Run, marked: str) -> Text:
    metrics = " ".join(f"{key}={m.last:.6g}" for key, m in _own_metrics(run)[:3])
    style = "bold" if run.id == marked else ""
    return label(run.id, run.name or None, run.status, metrics or None, style=style)


def _columns(runs: list[Run], order_by: str) -> list[str]:
    """What they were ordered by, then what they differ in."""
    ordered = [part.split()[0].strip("`") for part in order_by.split(",") if part.split()]
    metrics = [f"metrics.{key}" for key in dict.fromkeys(k for r in runs for k in r.metrics)]
    params = [
        f"params.{key}"
        for key in dict.fromkeys(k for r in runs for k in r.params)
        if len({r.params.get(key) for r in runs}) > 1
    ]
    return list(
        dict.fromkeys(
            [*(o for o in ordered if o.startswith(("metrics.", "params."))), *params[:6], *metrics[:4]]
        )
    )


def _value(run: Run, column: str) -> str | None:
    namespace, _, key = column.partition(".")
    key = key.strip("`")
    if namespace == "params":
        return run.params.get(key)
    metric = run.metrics.get(key)
    return None if metric is None else f"{metric.last:.6g}"


def _own_metrics(run: Run) -> list[tuple[str, MetricSummary]]:
    """What the training logged, without the machine's metrics."""
    return [(key, m) for key, m in run.metrics.items() if not key.startswith(SYSTEM_METRICS)]
