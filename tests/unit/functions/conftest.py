"""What functions log."""

from io import StringIO

import pytest

from functions.observability import logger


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Everything that is logged in a test, a JSON object per line."""
    lines = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", lines)
    return lines
