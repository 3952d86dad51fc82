"""Messages of metric histories."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from lineal_contract.mlflow.messages import Answer, Int64, Name, PageToken, Request
from lineal_contract.mlflow.runs import MetricValue, OfRun

MAX_HISTORY = 25_000
MAX_RUNS = 100
MAX_PER_RUN = 2_500


class MetricHistory(OfRun):
    """Asks for the values of one metric, in pages where `max_results` is given."""

    metric_key: Name
    max_results: Annotated[Int64, Field(ge=1, le=1_000_000)] | None = None
    page_token: PageToken = ""


class Metrics(Answer):
    """Values of a metric by (timestamp, step, value), each once."""

    metrics: tuple[MetricValue, ...] = ()
    next_page_token: str | None = None


class BulkHistory(Request):
    """Asks for the values of one metric in some runs."""

    synonyms: ClassVar[Mapping[str, str]] = {"run_id": "run_ids"}

    run_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_RUNS)]
    metric_key: Name
    max_results: Annotated[Int64, Field(ge=1)] = MAX_HISTORY


class BulkInterval(Request):
    """Asks for a sample of one metric in some runs, between two steps where they are given."""

    run_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_RUNS)]
    metric_key: Name
    start_step: Int64 | None = None
    end_step: Int64 | None = None
    max_results: Annotated[Int64, Field(ge=1, le=MAX_PER_RUN)] = 320
