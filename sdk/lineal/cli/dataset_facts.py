"""A dataset of a run in one line."""

from lineal.wording import counted
from lineal_contract.datasets import Dataset


def dataset_facts(dataset: Dataset) -> str:
    """Return digest, place, state, version and extent of a dataset, as far as they are known."""
    facts = [
        dataset.digest,
        f"from {dataset.source}" if dataset.source else None,
        f"at {dataset.revision}" if dataset.revision else None,
        _versions(dataset),
        counted(dataset.file_count, "file") if dataset.file_count is not None else None,
        counted(dataset.rows, "row") if dataset.rows is not None else None,
        _schema(dataset),
    ]
    return ", ".join(fact for fact in facts if fact)


def _versions(dataset: Dataset) -> str | None:
    """The store's own version of a single file; of many, how many have one."""
    versions = [file.version for file in dataset.files if file.version]
    if len(dataset.files) == 1 and versions:
        return f"version {versions[0]}"
    return f"{len(versions)} of them versioned" if versions else None


def _schema(dataset: Dataset) -> str | None:
    if dataset.schema_valid is None:
        return None
    return "keeps its schema" if dataset.schema_valid else "BREAKS its schema"
