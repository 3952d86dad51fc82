"""Names of requests: MLflow's client asks for headers once a request, and sends them with each attempt."""

from urllib.parse import urlsplit

from lineal.ids import new_id
from lineal_contract.routes.route import IDEMPOTENCY_KEY


class RequestHeaderProvider:
    """What MLflow looks for under the entry point `mlflow.request_header_provider`."""

    def in_context(self) -> bool:
        """Say whether the client speaks to a lineal: others are not told of this."""
        import mlflow

        return any(map(_is_surface, (mlflow.get_tracking_uri(), mlflow.get_registry_uri())))

    def request_headers(self) -> dict[str, str]:
        """Return a name for the next request."""
        return {IDEMPOTENCY_KEY: new_id()}


def _is_surface(uri: str) -> bool:
    """Whether an address is that of a project's MLflow surface: its path ends with /mlflow/PROJECT."""
    address = urlsplit(uri)
    parts = address.path.strip("/").split("/")
    return address.scheme in ("http", "https") and parts[-2:-1] == ["mlflow"]
