"""What IAM policies let through, as far as the stack's policies need it."""

import re
from functools import cache


def matches(pattern: str, value: str) -> bool:
    """Match as IAM does: `*` stands for any characters, slashes and none included."""
    return _expression(pattern).fullmatch(value) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    expression = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile(expression, re.DOTALL)
