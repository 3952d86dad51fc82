"""What IAM policies let through, as far as the stack's policies need it."""

import re


def matches(pattern: str, value: str) -> bool:
    """Match as IAM does: `*` stands for any characters, slashes and none included."""
    expression = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None
