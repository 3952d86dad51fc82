"""Words that people read about numbers, and names in the order in which people count."""

import re


def counted(count: int, what: str) -> str:
    """Return a number of things, in the plural where it is not one."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def counting(name: str) -> tuple[tuple[str, int], ...]:
    """Return what puts names in the order in which people count: `layer/2` before `layer/10`."""
    return tuple((text, int(number or -1)) for text, number in re.findall(r"(\D*)(\d{0,18})", name))
