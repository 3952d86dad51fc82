"""What the server tells of itself, and its endpoints."""

from lineal_contract.mlflow.endpoint import TEXT, Endpoint
from lineal_contract.mlflow.messages import Answer, Request

PROTOCOL_VERSION = "3.3.0"
"""The version of MLflow that is answered as ours: the last one without what lineal does not have."""


class Ask(Request):
    """Asks without saying anything."""


class Text(Answer):
    """A plain text."""

    text: str


class ServerInfo(Answer):
    """What clients may rely on; both kinds of multipart transfer are presigned."""

    store_type: str
    workspaces_enabled: bool
    trace_archival_enabled: bool
    multipart_uploads_enabled: bool
    multipart_downloads_enabled: bool
    presigned_upload_run_id_supported: bool
    presigned_upload_model_id_supported: bool
    features_enabled: dict[str, bool]


HEALTH = Endpoint(
    "health", "GET", "health", Ask, Text, "Say that the surface answers", bare=True, gives=TEXT,
)  # fmt: skip
VERSION = Endpoint(
    "version", "GET", "version", Ask, Text, "The version of MLflow that is spoken", bare=True, gives=TEXT,
)  # fmt: skip
SERVER_INFO = Endpoint(
    "server_info", "GET", "mlflow/server-info", Ask, ServerInfo, "What clients may rely on", version="3.0",
)  # fmt: skip
