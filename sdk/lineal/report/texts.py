"""Times, spans and sizes as people read them."""

from datetime import UTC, datetime

from lineal_contract.runs import ModelFacts


def model(facts: ModelFacts) -> str:
    """Return a model's type, what is at its core where that is another class, and its framework."""
    core = facts.algorithm if facts.algorithm != facts.model_type else None
    framework = " ".join(filter(None, (facts.framework, facts.framework_version)))
    return ", ".join(filter(None, (facts.model_type, core, framework)))


def moment(millis: int | None) -> str:
    """Return a time as UTC, to the second."""
    if millis is None:
        return ""
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def duration(millis: int) -> str:
    """Return a span in its two largest units."""
    seconds = max(0, millis) // 1000
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    found: list[str] = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count or found or name == "s":
            found.append(f"{count} {name}")
    return " ".join(found[:2])


def size(count: int) -> str:
    """Return a number of bytes."""
    value = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
