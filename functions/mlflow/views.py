"""Whether what is deleted is looked at."""

from lineal_contract.mlflow.experiments import ViewType


def is_viewed(view: ViewType, deleted: bool) -> bool:
    """Say whether a thing is in a view."""
    return view is ViewType.ALL or deleted is (view is ViewType.DELETED_ONLY)
