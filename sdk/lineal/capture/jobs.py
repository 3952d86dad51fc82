"""A run of a SageMaker job: which host starts it, which join it, and its channels as datasets."""

import logging
import os
import time
from collections.abc import Collection
from pathlib import Path

from lineal.capture.sagemaker import Channel, TrainingJob, training_job
from lineal.capture.switches import Item
from lineal.client import Client
from lineal.data.datasets import Described, describe
from lineal.errors import ConfigurationError, LinealError
from lineal.tracking.recording import Recording

logger = logging.getLogger("lineal")

_HOSTS_VARIABLE = "LINEAL_SAGEMAKER_HOSTS"
_JOIN_SECONDS = 120.0
_LOOK_SECONDS = 2.0


def job_of(items: Collection[Item]) -> TrainingJob | None:
    """Return the SageMaker job that this process is a part of, if that is to be captured."""
    return training_job() if Item.SAGEMAKER in items else None


def logs_here(job: TrainingJob | None) -> bool:
    """Whether this host records: the first one of a job, or with LINEAL_SAGEMAKER_HOSTS=all each of them."""
    return job is None or job.is_on_first_host or _all_hosts()


def run_of_first_host(job: TrainingJob | None, client: Client | None) -> str | None:
    """Return the run that the job's first host has started, to join it; None on that host itself.

    Waits up to two minutes for it. Raises ConfigurationError if there is none by then, or no way to ask.
    """
    if job is None or job.is_on_first_host:
        return None
    if client is None or job.arn is None:
        raise ConfigurationError("the hosts of a job find their run through the server: give LINEAL_RUN_ID")
    end = time.monotonic() + _JOIN_SECONDS
    while time.monotonic() < end:
        wanted = f"tags.`sagemaker.training_job_arn` = '{job.arn}'"
        for run in client.runs.search(wanted, limit=1):
            return run.id
        time.sleep(_LOOK_SECONDS)
    raise ConfigurationError(f"the first host of {job.name} has not started a run")


def record_channels(job: TrainingJob | None, recording: Recording) -> None:
    """Record the data of each channel by digest: as S3 has it, or as it lies in the container."""
    for channel in job.channels if job is not None else ():
        try:
            recording.use_dataset(_described(channel))
        except (LinealError, OSError) as error:
            logger.warning("the channel %s is not recorded as a dataset: %s", channel.name, error)


def _described(channel: Channel) -> Described:
    if channel.uri is not None:
        try:
            return describe(channel.name, channel.uri, context=channel.name)
        except LinealError as error:
            logger.info("%s cannot be listed, its files are hashed instead: %s", channel.uri, error)
    return describe(
        channel.name,
        Path(channel.folder),
        context=channel.name,
        source=channel.uri or f"sagemaker:{channel.name}",
    )


def _all_hosts() -> bool:
    value = os.environ.get(_HOSTS_VARIABLE) or "first"
    if value not in ("first", "all"):
        raise ConfigurationError(f"{_HOSTS_VARIABLE} is first or all, not {value!r:.40}")
    return value == "all"
