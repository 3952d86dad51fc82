"""Telling trouble once, in the log: a warning that is turned into an error would stop the training."""

import logging

logger = logging.getLogger("lineal")

_MAX_MESSAGES = 100


class Once:
    """Logs each message the first time it is told."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def warn(self, message: str) -> None:
        """Log a warning, unless it was logged before."""
        if message not in self._told and len(self._told) < _MAX_MESSAGES:
            self._told.add(message)
            logger.warning(message)
