"""What two runs differ in, and nothing else."""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lineal_contract.runs import SYSTEM_METRICS, Run

_CODE = ("commit", "branch", "remote", "script", "script_digest", "patch_digest")
_ENVIRONMENT = ("python", "implementation", "platform", "cpu_count")
_FIGURES = ("last", "min", "max")


@dataclass(frozen=True)
class Change:
    """Something that the runs have differently; None is what one of them does not have."""

    key: str
    left: Any
    right: Any


@dataclass(frozen=True)
class RunDiff:
    """What differs between two runs; what is empty is the same in both.

    The machine's own metrics are left out: they differ between any two runs. A metric's values are dicts with
    `last`, `min` and `max`, a dataset's its digests by name. `patch` is a unified diff from the left run's
    uncommitted changes to the right run's.
    """

    left: str
    right: str
    params: tuple[Change, ...]
    metrics: tuple[Change, ...]
    tags: tuple[Change, ...]
    code: tuple[Change, ...]
    environment: tuple[Change, ...]
    packages: tuple[Change, ...]
    data: tuple[Change, ...]
    patch: tuple[str, ...]

    @property
    def parts(self) -> dict[str, tuple[Change, ...]]:
        """The changes by part, without the patch."""
        names = ("params", "metrics", "tags", "code", "environment", "packages", "data")
        return {name: getattr(self, name) for name in names}

    def __bool__(self) -> bool:
        """Whether the runs differ at all."""
        return bool(self.patch) or any(self.parts.values())

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def compare(left: Run, right: Run) -> RunDiff:
    """Return what differs between two runs that were read whole."""
    return RunDiff(
        left=left.run_id,
        right=right.run_id,
        params=_changes(left.params, right.params),
        metrics=_changes(_metrics(left), _metrics(right)),
        tags=_changes(left.tags, right.tags),
        code=_changes(_fields(left.code, _CODE), _fields(right.code, _CODE)),
        environment=_changes(
            _fields(left.environment, _ENVIRONMENT), _fields(right.environment, _ENVIRONMENT)
        ),
        packages=_changes(_packages(left), _packages(right)),
        data=_changes(_data(left), _data(right)),
        patch=_patch(left, right),
    )


def _changes(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Change, ...]:
    keys = sorted(left.keys() | right.keys())
    pairs = ((key, left.get(key), right.get(key)) for key in keys)
    # By what they look like: two NaN are the same value here.
    return tuple(Change(key, a, b) for key, a, b in pairs if repr(a) != repr(b))


def _metrics(run: Run) -> dict[str, dict[str, float]]:
    logged = {key: m for key, m in run.metrics.items() if not key.startswith(SYSTEM_METRICS)}
    return {key: {name: getattr(m, name) for name in _FIGURES} for key, m in logged.items()}


def _fields(found: object, names: tuple[str, ...]) -> dict[str, Any]:
    values = ((name, getattr(found, name, None)) for name in names)
    return {name: value for name, value in values if value is not None}


def _packages(run: Run) -> dict[str, str]:
    return run.environment.packages if run.environment else {}


def _data(run: Run) -> dict[str, str]:
    """Digests by context and name; a name that was used with several has all of them."""
    found: dict[str, list[str]] = {}
    for each in run.datasets:
        found.setdefault(f"{each.context}/{each.name}", []).append(each.digest)
    return {name: ", ".join(sorted(digests)) for name, digests in found.items()}


def _patch(left: Run, right: Run) -> tuple[str, ...]:
    if left.code.patch_digest == right.code.patch_digest:
        return ()
    before, after = ((run.code.patch or "").splitlines() for run in (left, right))
    return tuple(difflib.unified_diff(before, after, left.run_id, right.run_id, lineterm=""))
