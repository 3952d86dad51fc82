"""lineal policy"""

from pathlib import Path
from typing import Annotated

import typer

from lineal.cli.app import Json, client_of, group
from lineal.cli.completing import stages
from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import complain, moment, print_facts, print_json, print_table, say
from lineal.errors import InputError
from lineal.governance.policy_files import commit_of, read_policy
from lineal_contract.policies import Policy, RuleResult, StagePolicy, StoredPolicy
from lineal_contract.rehearsals import Backtested, PolicyCheck
from lineal_contract.stages import Stage, stages_of

app = group("The promotion rules of the project, and files of rules under review.")

_FILE = "Rules as .toml, .json or .yaml."
File = Annotated[Path, typer.Argument(metavar="FILE", help=_FILE, dir_okay=False)]


@app.command(epilog="Example: lineal policy show --json")
def show(context: typer.Context, as_json: Json = False) -> None:
    """Show the rules in force."""
    _print(client_of(context).policies.get(), as_json)


@app.command(epilog="Example: lineal policy put rules/diabetes.toml")
def put(
    context: typer.Context,
    file: File,
    commit: Annotated[
        str | None, typer.Option(metavar="SHA", help="The commit they come from, if not the file's last one.")
    ] = None,
    committed: Annotated[
        bool, typer.Option("--committed", help="Refuse a file that differs from its last commit.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put the rules of a file in force, with the Git commit that has them."""
    policy = read_policy(file)
    found = commit or policy.commit or commit_of(file)
    if found is None and committed:
        raise InputError(f"{file} differs from what is committed, or is in no repository")
    named = Policy.model_validate(policy.model_dump() | {"commit": found})
    policies = client_of(context).policies
    before = stages_of(policies.get().policy.graph())
    _print(policies.put(named), as_json)
    for gone in [stage for stage in before if stage not in stages_of(named.graph())]:
        complain(f"there is no stage {gone} any more: versions in it go on as from development")


@app.command(epilog="Example: lineal policy check rules/diabetes.toml --model diabetes --version 2")
def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help=_FILE, dir_okay=False)],
    model: Annotated[str | None, typer.Option(help="Also try them on a version of this model.")] = None,
    version: Annotated[int | None, typer.Option(help="Which version.")] = None,
    to: Annotated[
        str, typer.Option(help="The stage it would enter.", autocompletion=stages)
    ] = Stage.PRODUCTION.value,
    as_json: Json = False,
) -> None:
    """Check files of rules, without a server; with a version, say how the rules come out (exit 4 for no)."""
    if (model is None) != (version is None):
        raise InputError("--model and --version go together")
    policies = _readable(files)
    if model is None or version is None:
        return _valid(files, policies, as_json)
    checks = [client_of(context).policies.check(policy, model, version, to) for policy in policies]
    if as_json:
        print_json(checks)
    for each in () if as_json else checks:
        print_facts(_check_facts(each))
    if not all(each.passed for each in checks):
        raise typer.Exit(ExitCode.REFUSED)
    return None


@app.command(epilog="Example: lineal policy backtest rules/diabetes.toml")
def backtest(
    context: typer.Context,
    file: File,
    model: Annotated[str | None, typer.Option(help="Only requests of this model.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what comes out as it did.")] = False,
    as_json: Json = False,
) -> None:
    """Judge the requests of the past by other rules, and show what would have come out differently."""
    found = list(client_of(context).policies.backtest(read_policy(file), model))
    shown = [each for each in found if everything or each.differs]
    if as_json:
        return print_json(shown)
    print_table(("APPROVAL", "ASKED", "MODEL", "VERSION", "STAGE", "THEN", "NOW", "WHY"), map(_row, shown))
    return say(f"{sum(each.differs for each in found)} of {len(found)} would have come out differently")


@app.command(epilog="Example: lineal policy schema > policy.schema.json")
def schema(as_json: Json = True) -> None:
    """Print the JSON schema of a file of rules, which lets editors complete and check it."""
    from lineal_contract.schemas import policy_schema

    del as_json  # a schema is JSON in any case
    print_json(policy_schema())


def _readable(files: list[Path]) -> list[Policy]:
    """Read all files, and name each that is wrong, not the first alone."""
    policies, wrong = [], 0
    for file in files:
        try:
            policies.append(read_policy(file))
        except InputError as error:
            wrong += 1
            complain(error)
    if wrong:
        raise typer.Exit(ExitCode.USAGE)
    return policies


def _valid(files: list[Path], policies: list[Policy], as_json: bool) -> None:
    found = [
        {"file": str(file), "name": policy.name, "digest": policy.digest()}
        for file, policy in zip(files, policies, strict=True)
    ]
    if as_json:
        return print_json(found)
    for each in found:
        say("{file}: policy {name} {digest}".format_map(each))
    return None


def _check_facts(checked: PolicyCheck) -> list[tuple[str, object]]:
    return [
        ("policy", f"{checked.policy.name} {checked.policy.digest}"),
        ("version", f"{checked.model} {checked.version} to {checked.stage}"),
        ("compared with", checked.baseline_version),
        *(("rule", _ruling(result)) for result in checked.rule_results),
        ("outcome", _outcome(checked.passed, checked.approvals_needed)),
    ]


def _row(tested: Backtested) -> tuple[object, ...]:
    broken = [result.message for result in tested.rule_results if not result.passed]
    then = _outcome(tested.passed_then, tested.approvals_then)
    now = _outcome(tested.passed_now, tested.approvals_now)
    version = (tested.model, tested.version, tested.stage)
    return (tested.approval_id, moment(tested.requested_at), *version, then, now, "; ".join(broken))


def _outcome(passed: bool, people: int) -> str:
    return f"holds, {people} to agree" if passed else "refused"


def _ruling(result: RuleResult) -> str:
    return f"{'holds' if result.passed else 'BROKEN'}: {result.message}"


def _print(stored: StoredPolicy, as_json: bool) -> None:
    if as_json:
        return print_json(stored)
    return print_facts(
        [
            ("policy", stored.ref.name),
            ("digest", stored.ref.digest),
            ("commit", stored.ref.commit),
            ("stages", " ".join(stages_of(stored.policy.graph()))),
            *(
                (f"from {stage}", " ".join(targets))
                for stage, targets in stored.policy.graph().items()
                if targets
            ),
            *((f"to {stage}", _in_words(rules)) for stage, rules in stored.policy.stages.items()),
        ]
    )


def _in_words(stage: StagePolicy) -> str:
    rules = [" ".join(f"{k}={v}" for k, v in r.model_dump(exclude_none=True).items()) for r in stage.rules]
    return "; ".join([*rules, f"approvals={stage.approvals}"])
