"""Messages of searches for datasets."""

from typing import Annotated

from pydantic import Field

from lineal_contract.mlflow.messages import Answer, Request


class SearchDatasets(Request):
    """Asks which datasets the runs of some experiments used."""

    experiment_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]


class DatasetSummary(Answer):
    """A dataset in an experiment, and what for it was used."""

    experiment_id: str
    name: str
    digest: str
    context: str | None = None


class Datasets(Answer):
    """Datasets, each once."""

    dataset_summaries: tuple[DatasetSummary, ...] = ()
