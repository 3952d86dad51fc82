"""What an MLflow client is told to work with a project."""

from collections.abc import Mapping

from lineal.mlflow_plugin.parts import THROUGH_PROXY
from lineal_contract.base import TOKEN_ROOT


def mlflow_variables(api_url: str, project: str, token: str) -> Mapping[str, str]:
    """Return the environment of a client that has a token alone.

    The first two are all it needs. The others let files that do not fit through the proxy go to S3 in parts,
    which clients do of themselves only for much larger ones.
    """
    return {
        "MLFLOW_TRACKING_URI": f"{api_url}{TOKEN_ROOT}/mlflow/{project}",
        "MLFLOW_TRACKING_TOKEN": token,
        "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
        "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(THROUGH_PROXY),
    }
