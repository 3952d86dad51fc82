"""What the server tells of itself."""

from functions.mlflow.replies import Reply, of_text
from functions.mlflow.surface import Call, surface
from lineal_contract.mlflow import server
from lineal_contract.mlflow.server import Ask, ServerInfo


@surface.handles(server.HEALTH)
def health(call: Call[Ask]) -> Reply:
    """Answer."""
    return of_text("OK")


@surface.handles(server.VERSION)
def version(call: Call[Ask]) -> Reply:
    """Say what is spoken."""
    return of_text(server.PROTOCOL_VERSION)


@surface.handles(server.SERVER_INFO)
def server_info(call: Call[Ask]) -> ServerInfo:
    """Say what clients may rely on."""
    return ServerInfo(
        store_type="lineal",
        workspaces_enabled=False,
        trace_archival_enabled=False,
        multipart_uploads_enabled=True,
        multipart_downloads_enabled=True,
        presigned_upload_run_id_supported=True,
        presigned_upload_model_id_supported=True,
        features_enabled={"gateway": False},
    )
