"""Artifacts: of runs, and the proxy for whoever has no AWS credentials.

What fits through API Gateway and Lambda goes through; a larger file is read from an address that a redirect
leads to, and written in parts or to an address.
"""

import re
from typing import Any

from functions.bodies import body_bytes
from functions.core.errors import InvalidRequestError
from functions.core.ports.staging import StagedEntry
from functions.core.runs.recording import present
from functions.mlflow import locations, run_files, version_files
from functions.mlflow.refusals import RefusedError
from functions.mlflow.replies import MAX_FILE_BYTES, Reply
from functions.mlflow.runs import read
from functions.mlflow.surface import Call, surface
from lineal_contract.digests import json_digest
from lineal_contract.mlflow import artifact_endpoints as endpoints
from lineal_contract.mlflow import artifacts as wire
from lineal_contract.mlflow.errors import ErrorCode
from lineal_contract.mlflow.messages import Empty

_MAX_LISTED = 20_000
_TOO_LARGE = (
    f"a file that passes through the server has {MAX_FILE_BYTES} bytes at most. Send larger ones in parts: "
    "set MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD=true and MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE=4000000. "
    "Or use AWS credentials, with MLFLOW_TRACKING_AUTH=lineal: then clients write to S3 themselves"
)


@surface.handles(endpoints.LIST_ARTIFACTS)
def list_artifacts(call: Call[wire.ListArtifacts]) -> wire.Artifacts:
    """List a page of a run's folder."""
    run = read(call)
    experiment = call.backend.experiments.get(call.project, run.experiment_id)
    at = call.locations
    root = locations.run_path(experiment, at.root, run.run_id)
    return page_of(call, root, call.request.path, call.request.page_token, at.of_run(experiment, run))


@surface.handles(endpoints.GET_ARTIFACT)
def get_artifact(call: Call[wire.RunFile]) -> Reply:
    """Give a run's file."""
    return run_files.sent(call, f"{run_root(call, read(call).run_id)}/{call.request.path}")


@surface.handles(endpoints.PRESIGN_UPLOAD)
def presign_upload(call: Call[wire.PresignUpload]) -> wire.PresignedUrl:
    """Say where to PUT a file."""
    wanted = call.request
    if bool(wanted.run_id) == bool(wanted.model_id):
        raise InvalidRequestError("either run_id or model_id is given")
    root = model_root(call, wanted.model_id) if wanted.model_id else run_root(call, wanted.run_id)
    url = call.backend.staging.upload(call.project, f"{root}/{wanted.path}", wanted.expiration)
    return wire.PresignedUrl(presigned_url=url)


@surface.handles(endpoints.PRESIGN_DOWNLOAD)
def presign_download(call: Call[wire.PresignDownload]) -> wire.PresignedUrl:
    """Say where to GET a run's file from."""
    path = f"{run_root(call, call.request.run_id)}/{call.request.path}"
    size, url = run_files.address(call, path, call.request.expiration)
    return wire.PresignedUrl(presigned_url=url, file_size=size)


@surface.handles(endpoints.LIST_FOLDER)
def list_folder(call: Call[wire.ListFolder]) -> wire.Files:
    """List a folder of the project, whole."""
    if version_files.is_of_version(call.request.path):
        entries = version_files.listed(call, call.request.path)
        return wire.Files(files=tuple(_shown(each, "") for each in entries))
    found: list[StagedEntry] = []
    after = None
    while True:
        page = call.backend.staging.listed(call.project, call.request.path.rstrip("/"), after)
        found += page.entries
        after = page.after
        if after is None:
            both = run_files.added(call, call.request.path, found)
            return wire.Files(files=tuple(_shown(each, "") for each in both))
        if len(found) > _MAX_LISTED:
            raise InvalidRequestError(f"a folder with more than {_MAX_LISTED} files is listed by run alone")


@surface.handles(endpoints.DOWNLOAD_FILE)
def download(call: Call[wire.OfFile]) -> Reply:
    """Give a file, or the way to it."""
    if version_files.is_of_version(call.request.artifact_path):
        return version_files.sent(call, call.request.artifact_path)
    return run_files.sent(call, call.request.artifact_path)


@surface.handles(endpoints.UPLOAD_FILE)
def upload(call: Call[wire.OfFile]) -> Empty:
    """Store a file."""
    version_files.check_writable(call.request.artifact_path)
    call.backend.staging.write(call.project, call.request.artifact_path, _carried(call))
    return Empty()


@surface.handles(endpoints.UPLOAD_ARTIFACT)
def upload_artifact(call: Call[wire.RunFile]) -> Empty:
    """Store a file of a run, as MLflow's pages do."""
    path = f"{run_root(call, read(call).run_id)}/{call.request.path}"
    call.backend.staging.write(call.project, path, _carried(call))
    return Empty()


@surface.handles(endpoints.DELETE_FILE)
def delete(call: Call[wire.OfFile]) -> Empty:
    """Hide a file or a folder."""
    version_files.check_writable(call.request.artifact_path)
    call.backend.staging.delete(call.project, call.request.artifact_path)
    return Empty()


@surface.handles(endpoints.PRESIGNED_FILE)
def presigned(call: Call[wire.OfFile]) -> wire.PresignedDownload:
    """Say where to GET a file from."""
    if version_files.is_of_version(call.request.artifact_path):
        stored = version_files.stored_at(call, call.request.artifact_path)
        url = call.backend.objects.presign_download(stored)
        return wire.PresignedDownload(url=url, file_size=stored.size)
    size, url = run_files.address(call, call.request.artifact_path, run_files.SECONDS)
    return wire.PresignedDownload(url=url, file_size=size)


@surface.handles(endpoints.CREATE_PARTS)
def create_parts(call: Call[wire.CreateParts]) -> wire.Parts:
    """Open an upload in parts."""
    version_files.check_writable(call.request.artifact_path)
    upload_id, parts = call.backend.staging.begin_parts(
        call.project, _part_path(call.request), call.request.num_parts
    )
    credentials = tuple(wire.Part(url=part.url, part_number=part.number) for part in parts)
    return wire.Parts(upload_id=upload_id, credentials=credentials)


@surface.handles(endpoints.COMPLETE_PARTS)
def complete_parts(call: Call[wire.CompleteParts]) -> Empty:
    """Join the parts."""
    wanted = call.request
    etags = [(part.part_number, part.etag) for part in wanted.parts]
    call.backend.staging.complete_parts(call.project, _part_path(wanted), wanted.upload_id, etags)
    return Empty()


@surface.handles(endpoints.ABORT_PARTS)
def abort_parts(call: Call[wire.AbortParts]) -> Empty:
    """Give an upload up."""
    call.backend.staging.abort_parts(call.project, _part_path(call.request), call.request.upload_id)
    return Empty()


def _carried(call: Call[Any]) -> bytes:
    data = body_bytes(call.event)
    if len(data) > MAX_FILE_BYTES:
        raise RefusedError(ErrorCode.INVALID_PARAMETER_VALUE, _TOO_LARGE, status=413)
    return data


def page_of(call: Call[Any], root: str, folder: str, token: str, uri: str) -> wire.Artifacts:
    """Return a page of a folder below a root, by paths relative to the root."""
    folder = folder.rstrip("/")
    scope = json_digest(["artifacts", call.project, root, folder])
    after = call.backend.page_tokens.open(scope, token) if token else None
    at = f"{root}/{folder}" if folder else root
    page = call.backend.staging.listed(call.project, at, after)
    entries = list(page.entries) if page.after else run_files.added(call, at, list(page.entries))
    return wire.Artifacts(
        root_uri=uri,
        files=tuple(_shown(each, folder) for each in entries),
        next_page_token=call.backend.page_tokens.seal(scope, page.after) if page.after else None,
    )


def run_root(call: Call[Any], run_id: str) -> str:
    """Return the path of a run's files. Raises NotFoundError, ConflictError for a deleted run."""
    run = present(call.backend.runs.glance(call.project, run_id))
    experiment = call.backend.experiments.get(call.project, run.experiment_id)
    return locations.run_path(experiment, call.locations.root, run.run_id)


def model_root(call: Call[Any], model_id: str) -> str:
    """Return the path of a logged model's files. Raises NotFoundError."""
    model = call.backend.logged_models.get(call.project, model_id)
    experiment = call.backend.experiments.get(call.project, model.experiment_id)
    return locations.model_path(experiment, call.locations.root, model.model_id)


def _part_path(wanted: wire.CreateParts | wire.CompleteParts | wire.AbortParts) -> str:
    """The folder, and behind it the name that the client's own path ends in, in whichever system's style."""
    name = re.split(r"[\\/]", wanted.path)[-1]
    return f"{wanted.artifact_path}/{name}"


def _shown(entry: StagedEntry, folder: str) -> wire.FileInfo:
    path = f"{folder}/{entry.name}" if folder else entry.name
    return wire.FileInfo(path=path, is_dir=entry.size is None, file_size=entry.size)
