"""The import from end to end: experiments, logged models, runs, then the registry."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lineal.client import Client
from lineal.importing import experiments, logged_models, registry, runs
from lineal.importing.job import Job
from lineal.importing.journal import Journal, default_folder
from lineal.importing.plan import Plan
from lineal.importing.report import Ledger, Report
from lineal.importing.source import Source
from lineal_contract.policies import Stage

Record = TypeVar("Record")


@dataclass(frozen=True)
class Options:
    """How an import goes: where its journal is, how many runs at once, and who is told of each step."""

    journal: Path | None = None
    parallel: int = 4
    dry_run: bool = False
    advance: Callable[[], None] = lambda: None


def run_import(client: Client, source: Source, plan: Plan, options: Options | None = None) -> Report:
    """Bring over what is planned, and return what came of it.

    What was brought before is not written again. Raises SourceError where the source does not answer,
    LinealError where the API refuses; a second call goes on.
    """
    options = options or Options()
    report = Report(source=source.uri, kind=source.kind, project=client.project, dry_run=options.dry_run)
    ledger = Ledger(report)
    _count_found(ledger, plan)
    if options.dry_run:
        return report
    journal = Journal(options.journal or default_folder(), source.uri, client.api_url, client.project)
    with closing(journal):
        job = Job(client, source, plan, ledger, journal, options.advance)
        _bring(job, options.parallel)
    return ledger.close()


def _bring(job: Job, parallel: int) -> None:
    plan = job.plan
    for experiment in plan.experiments.values():
        experiments.bring(job, experiment)
    logged_models.begin_all(job)
    _each(lambda run: runs.bring(job, run), plan.runs.values(), parallel)
    alone = [model for model in plan.logged_models.values() if model.source_run_id not in plan.runs]
    _each(lambda model: logged_models.finish_alone(job, model), alone, parallel)
    _each(lambda model: registry.bring(job, model), plan.models, parallel)
    for experiment in plan.experiments.values():
        experiments.close(job, experiment)


def _each(work: Callable[[Record], None], records: Iterable[Record], parallel: int) -> None:
    """Do several at once; the first error ends it, and what has begun is finished."""
    with ThreadPoolExecutor(parallel, thread_name_prefix="lineal-import") as pool:
        futures = [pool.submit(work, record) for record in records]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        for future in done:
            future.result()


def _count_found(ledger: Ledger, plan: Plan) -> None:
    counts = {
        "experiments": len(plan.experiments),
        "runs": len(plan.runs),
        "logged models": len(plan.logged_models),
        "models": len(plan.models),
        "versions": len(plan.versions),
        "aliases": sum(len(model.aliases) for model in plan.models),
        "stages": sum(version.stage is not Stage.DEVELOPMENT for version in plan.versions),
    }
    for kind, count in counts.items():
        ledger.count(kind, found=count)
    for model, number, why in plan.skipped:
        ledger.problem("version", f"{model}/{number}", f"not chosen: {why}")
