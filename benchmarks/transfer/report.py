"""What the turns come to: medians of each contender, and the ratio round by round with its quartiles."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """One thing that one contender did in one round: seconds on the wall, and of the client's processor."""

    round: int
    load: str
    contender: str
    what: str
    seconds: float
    cpu: float


def table(turns: list[Turn]) -> str:
    """Return a line for each load and direction."""
    lines = []
    for load in dict.fromkeys(turn.load for turn in turns):
        here = [turn for turn in turns if turn.load == load]
        for what in ("upload", "download"):
            lines += [
                f"{load:10} {what:9} {measure:8}" + _line(here, what, measure)
                for measure in ("seconds", "cpu")
            ]
        again = [turn.seconds for turn in here if turn.what == "unchanged"]
        lines.append(f"{load:10} unchanged seconds  lineal {statistics.median(again):7.3f}, nothing sent")
    return "\n".join(lines)


def _line(turns: list[Turn], what: str, measure: str) -> str:
    taken = {
        name: {t.round: getattr(t, measure) for t in turns if t.what == what and t.contender == name}
        for name in ("lineal", "boto3")
    }
    both = sorted(taken["lineal"].keys() & taken["boto3"].keys())
    ratios = [taken["boto3"][number] / taken["lineal"][number] for number in both]
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    ours, theirs = (statistics.median(taken[name].values()) for name in ("lineal", "boto3"))
    return f" lineal {ours:7.3f}, boto3 {theirs:7.3f}, ratio {middle:.2f} (quartiles {low:.2f} to {high:.2f})"
