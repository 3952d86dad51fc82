"""Messages of artifacts: listed, through the proxy, in parts, by presigned addresses."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from lineal_contract.mlflow.messages import Answer, Int64, Name, PageToken, Request
from lineal_contract.mlflow.runs import OfRun

MAX_SECONDS = 43_200

FilePath = Annotated[str, StringConstraints(max_length=1_000)]
Seconds = Annotated[Int64, Field(ge=1, le=MAX_SECONDS)]


class FileInfo(Answer):
    """A file or a folder; `path` is relative to what was listed from."""

    path: str
    is_dir: bool
    file_size: int | None = None


class ListArtifacts(OfRun):
    """Asks what lies right in a folder of a run; without `path` in its root."""

    path: FilePath = ""
    page_token: PageToken = ""


class Artifacts(Answer):
    """A page of a folder."""

    root_uri: str
    files: tuple[FileInfo, ...] = ()
    next_page_token: str | None = None


class ListFolder(Request):
    """Asks what lies right in a folder of the project."""

    path: FilePath = ""


class Files(Answer):
    """What lies in a folder, by names."""

    files: tuple[FileInfo, ...] = ()


class OfFile(Request):
    """Names a file of the project."""

    artifact_path: FilePath


class RunFile(OfRun):
    """Names a file of a run."""

    path: FilePath


class ModelFile(Request):
    """Names a file of a logged model."""

    model_id: Name
    artifact_file_path: FilePath


class CreateParts(OfFile):
    """Opens an upload in parts; the folder is in the path, the file's name is the last part of `path`."""

    path: FilePath
    num_parts: Int64 = 1


class Part(Answer):
    """Where to PUT a part."""

    url: str
    part_number: int
    headers: dict[str, str] = {}


class Parts(Answer):
    """An upload in parts."""

    upload_id: str
    credentials: tuple[Part, ...]


class SentPart(Request):
    """The receipt of a part."""

    part_number: Int64
    etag: Name


class CompleteParts(OfFile):
    """Joins the parts of an upload."""

    path: FilePath
    upload_id: Name
    parts: Annotated[tuple[SentPart, ...], Field(min_length=1, max_length=10_000)]


class AbortParts(OfFile):
    """Gives an upload up."""

    path: FilePath
    upload_id: Name


class PresignedDownload(Answer):
    """Where to GET a file from."""

    url: str
    headers: dict[str, str] = {}
    file_size: int


class PresignUpload(Request):
    """Asks where to PUT a file of a run, or of a logged model."""

    synonyms: ClassVar[Mapping[str, str]] = {"run_uuid": "run_id"}

    run_id: str = ""
    model_id: str = ""
    path: FilePath
    expiration: Seconds = 900


class PresignDownload(OfRun):
    """Asks where to GET a file of a run from."""

    path: FilePath
    expiration: Seconds = 900


class PresignedUrl(Answer):
    """A presigned address; the headers are to be sent as they stand."""

    presigned_url: str
    headers: dict[str, str] = {}
    file_size: int | None = None
