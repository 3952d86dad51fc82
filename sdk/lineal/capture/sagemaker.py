"""A SageMaker training job, from the inside: what its container's environment and files say.

What the container is not told, where its data channels come from and which image it is, `DescribeTrainingJob`
says, if the job's role may ask: `sagemaker:DescribeTrainingJob` on the job itself.
"""

import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lineal.capture.redaction import redacted_param

logger = logging.getLogger("lineal")

_CONFIG = Path("/opt/ml/input/config")
_DATA = Path("/opt/ml/input/data")
_ARN = re.compile(r"arn:aws[a-z-]*:sagemaker:(?P<region>[a-z0-9-]+):\d{12}:training-job/(?P<name>[\w-]+)")
_OWN = "sagemaker_"
_SECONDS = 5

Describe = Callable[[str, str | None], Mapping[str, Any]]
"""From a job's name and region to what SageMaker knows of it."""


@dataclass(frozen=True)
class Channel:
    """A data channel: its folder in the container, and where the data is from, if that is known."""

    name: str
    folder: Path
    uri: str | None = None


@dataclass(frozen=True)
class TrainingJob:
    """What is known of the job that this process is a part of."""

    name: str
    arn: str | None = None
    host: str | None = None
    hosts: tuple[str, ...] = ()
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ()
    instance_type: str | None = None
    image: str | None = None

    @property
    def is_on_first_host(self) -> bool:
        """Whether this host logs by default; each job has one such host."""
        return not self.hosts or self.host == sorted(self.hosts)[0]

    @property
    def tags(self) -> dict[str, str]:
        """Return the tags of the job's run."""
        found = {
            "sagemaker.training_job_name": self.name,
            "sagemaker.training_job_arn": self.arn,
            "sagemaker.instance_type": self.instance_type,
            "sagemaker.instance_count": str(len(self.hosts)) if self.hosts else None,
        }
        return {key: value for key, value in found.items() if value}


def training_job(
    environment: Mapping[str, str] = os.environ, describe: Describe | None = None
) -> TrainingJob | None:
    """Return the job that this process is a part of; None elsewhere."""
    name = environment.get("TRAINING_JOB_NAME")
    if not name:
        return None
    arn = _ARN.fullmatch(environment.get("TRAINING_JOB_ARN", ""))
    config = Path(environment.get("SM_INPUT_CONFIG_DIR") or _CONFIG)
    resources = _read(config / "resourceconfig.json")
    known = _described(describe or ask, name, arn["region"] if arn else environment.get("AWS_REGION"))
    return TrainingJob(
        name=name,
        arn=arn[0] if arn else None,
        host=resources.get("current_host") or environment.get("SM_CURRENT_HOST"),
        hosts=tuple(resources.get("hosts") or _parsed(environment.get("SM_HOSTS"), [])),
        hyperparameters=_hyperparameters(config, environment),
        channels=_channels(config, environment, known),
        instance_type=resources.get("current_instance_type") or environment.get("SM_CURRENT_INSTANCE_TYPE"),
        image=known.get("AlgorithmSpecification", {}).get("TrainingImage"),
    )


def _hyperparameters(config: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The job's hyperparameters with their types, which travel as text; secrets are left out."""
    found = _read(config / "hyperparameters.json") or _parsed(environment.get("SM_HPS"), {})
    own = {key: value for key, value in found.items() if not key.startswith(_OWN)}
    return {key: _typed(key, value) for key, value in own.items()}


def _typed(key: str, value: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value)
    safe = redacted_param(key, text)
    return _parsed(text, text) if safe == text else safe


def _channels(config: Path, environment: Mapping[str, str], known: Mapping[str, Any]) -> tuple[Channel, ...]:
    uris = {each.get("ChannelName"): _uri(each) for each in known.get("InputDataConfig", ())}
    names = _read(config / "inputdataconfig.json").keys() or _parsed(environment.get("SM_CHANNELS"), [])
    data = config.parent / "data" if "SM_INPUT_CONFIG_DIR" in environment else _DATA
    return tuple(
        Channel(name, Path(environment.get(f"SM_CHANNEL_{name.upper()}") or data / name), uris.get(name))
        for name in sorted({*names, *filter(None, uris)})
    )


def _uri(channel: Mapping[str, Any]) -> str | None:
    uri = channel.get("DataSource", {}).get("S3DataSource", {}).get("S3Uri")
    return uri if isinstance(uri, str) else None


def _described(describe: Describe, name: str, region: str | None) -> Mapping[str, Any]:
    try:
        return describe(name, region)
    except Exception as error:  # the edge to another service; the job runs whatever it answers
        logger.info("SageMaker does not say where the job's channels are from: %s", error)
        return {}


def ask(name: str, region: str | None) -> Mapping[str, Any]:
    """Return what SageMaker knows of a job, by the caller's own AWS credentials."""
    import boto3
    from botocore.config import Config

    quick = Config(connect_timeout=_SECONDS, read_timeout=_SECONDS, retries={"total_max_attempts": 2})
    client = boto3.client("sagemaker", region_name=region, config=quick)
    found: Mapping[str, Any] = client.describe_training_job(TrainingJobName=name)
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _parsed(text: str | None, default: Any) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return default
