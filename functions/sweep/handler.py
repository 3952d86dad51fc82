"""Every few minutes: late events are sent, lost approvals restarted, audit chains anchored, runs folded."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from functions.bootstrap import backend
from functions.metrics import UNSENT_EVENT_AGE
from functions.observability import logger


class UnfinishedError(Exception):
    """Something could not be done, and will not by itself: a person has to look."""


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Do all that is due, then fail if there is something that only a person can mend."""
    swept = backend().sending.resend()
    restarted = backend().reconciling.restart_lost()
    redeployed = backend().redeploying.restart_lost()
    resumed = backend().resuming.restart_lost()
    anchored = backend().anchoring.anchor_grown()
    folded = backend().folding.fold_asked()  # the last, since it may take the longest
    done = {
        "sent": swept.sent,
        "restarted": restarted.count,
        "redeployed": redeployed.count,
        "resumed": resumed.count,
        "anchored": anchored.count,
        "folded": folded.count,
    }
    logger.info("swept", extra=done)
    if swept.oldest_unsent:
        # Written only then: a metric is billed for the hours it is written in.
        with single_metric(UNSENT_EVENT_AGE, MetricUnit.Seconds, swept.oldest_unsent / 1000) as metric:
            metric.add_dimension("service", "sweep")
    tended = (restarted, redeployed, resumed, anchored, folded)
    if left := (*swept.unreadable, *(failed for each in tended for failed in each.failed)):
        raise UnfinishedError(", ".join(left))
    return done
