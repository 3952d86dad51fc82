"""What the server tells a run beside its answers: whether somebody has asked it to stop."""

import logging

from lineal_contract.runs import Stop

logger = logging.getLogger("lineal")


class Signals:
    """What was heard last. Whoever gets an answer about the run tells it; the training reads memory."""

    def __init__(self) -> None:
        self.stop: Stop | None = None

    def hear(self, stop: Stop | None) -> None:
        """Note a wish to stop; the first one stays, for a training that heard it may be ending already."""
        if stop is None or self.stop is not None:
            return
        self.stop = stop
        who = stop.actor.display_name
        logger.warning("%s has asked this run to stop%s", who, f": {stop.reason}" if stop.reason else "")
