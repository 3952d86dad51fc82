"""Endpoints of artifacts: of runs and models, and the proxy's."""

from lineal_contract.mlflow import artifacts
from lineal_contract.mlflow.endpoint import FILE, Endpoint
from lineal_contract.mlflow.messages import Empty

_A = "mlflow/artifacts"
_PROXY = "mlflow-artifacts"

LIST_ARTIFACTS = Endpoint(
    "list_artifacts", "GET", f"{_A}/list", artifacts.ListArtifacts, artifacts.Artifacts,
    "What lies in a folder of a run",
)  # fmt: skip
PRESIGN_UPLOAD = Endpoint(
    "presign_upload", "POST", f"{_A}/presigned-upload-url", artifacts.PresignUpload,
    artifacts.PresignedUrl, "Where to PUT a file of a run or a logged model",
)  # fmt: skip
PRESIGN_DOWNLOAD = Endpoint(
    "presign_download", "POST", f"{_A}/presigned-download-url", artifacts.PresignDownload,
    artifacts.PresignedUrl, "Where to GET a file of a run from", reads=True,
)  # fmt: skip
GET_ARTIFACT = Endpoint(
    "get_artifact", "GET", "get-artifact", artifacts.RunFile, Empty, "A file of a run", bare=True,
    gives=FILE,
)  # fmt: skip
UPLOAD_ARTIFACT = Endpoint(
    "upload_artifact", "POST", "mlflow/upload-artifact", artifacts.RunFile, Empty,
    "Store a file of a run", carries_file=True,
)  # fmt: skip

LIST_FOLDER = Endpoint(
    "list_folder", "GET", f"{_PROXY}/artifacts", artifacts.ListFolder, artifacts.Files,
    "What lies in a folder of the project",
)  # fmt: skip
DOWNLOAD_FILE = Endpoint(
    "download_file", "GET", f"{_PROXY}/artifacts/{{artifact_path+}}", artifacts.OfFile, Empty,
    "A file of the project", gives=FILE,
)  # fmt: skip
UPLOAD_FILE = Endpoint(
    "upload_file", "PUT", f"{_PROXY}/artifacts/{{artifact_path+}}", artifacts.OfFile, Empty,
    "Store a file in the project", carries_file=True,
)  # fmt: skip
DELETE_FILE = Endpoint(
    "delete_file", "DELETE", f"{_PROXY}/artifacts/{{artifact_path+}}", artifacts.OfFile, Empty,
    "Hide a file or a folder of the project",
)  # fmt: skip
PRESIGNED_FILE = Endpoint(
    "presigned_file", "GET", f"{_PROXY}/presigned/{{artifact_path+}}", artifacts.OfFile,
    artifacts.PresignedDownload, "Where to GET a file of the project from",
)  # fmt: skip
CREATE_PARTS = Endpoint(
    "create_parts", "POST", f"{_PROXY}/mpu/create/{{artifact_path+}}", artifacts.CreateParts,
    artifacts.Parts, "Open an upload in parts",
)  # fmt: skip
COMPLETE_PARTS = Endpoint(
    "complete_parts", "POST", f"{_PROXY}/mpu/complete/{{artifact_path+}}", artifacts.CompleteParts,
    Empty, "Join the parts of an upload",
)  # fmt: skip
ABORT_PARTS = Endpoint(
    "abort_parts", "POST", f"{_PROXY}/mpu/abort/{{artifact_path+}}", artifacts.AbortParts, Empty,
    "Give an upload up",
)  # fmt: skip
