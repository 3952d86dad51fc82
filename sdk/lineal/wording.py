"""Words that people read about numbers."""


def counted(count: int, what: str) -> str:
    """Return a number of things, in the plural where it is not one."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
