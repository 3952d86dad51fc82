"""The assembly's file assets: what they are, and how they get into the emulator's bucket."""

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError

from lineal.local import shared_code
from lineal.local.errors import AssemblyError
from lineal.local.state import ACCOUNT, REGION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold
_PSEUDO_PARAMETERS = {"${AWS::AccountId}": ACCOUNT, "${AWS::Region}": REGION, "${AWS::Partition}": "aws"}


class _Source(BaseModel):
    path: Path
    packaging: str = "file"


class _Destination(BaseModel):
    bucket: str = Field(alias="bucketName")
    key: str = Field(alias="objectKey")


class FileAsset(BaseModel):
    """A file, or a folder that becomes a zip, and where CloudFormation will look for it."""

    source: _Source
    destinations: dict[str, _Destination]


class _Manifest(BaseModel):
    files: dict[str, FileAsset] = {}


def read_assets(assembly: Path, stack: str) -> list[FileAsset]:
    """Return the file assets of `stack`. Raises AssemblyError if the assembly does not tell them."""
    path = assembly / f"{stack}.assets.json"
    try:
        return list(_Manifest.model_validate(_resolved(path.read_text())).files.values())
    except (OSError, ValueError, ValidationError) as error:
        raise AssemblyError(f"{path} is not the asset manifest of a stack") from error


def _resolved(text: str) -> Any:
    for name, value in _PSEUDO_PARAMETERS.items():
        text = text.replace(name, value)
    return json.loads(text)


def upload(client: "S3Client", assembly: Path, assets: list[FileAsset]) -> None:
    """Store every asset that its bucket does not hold yet; keys tell the content apart."""
    for asset in assets:
        for destination in asset.destinations.values():
            ensure_bucket(client, destination.bucket)
            if not _is_stored(client, destination):
                body = packaged(assembly / asset.source.path, asset.source.packaging)
                client.put_object(Bucket=destination.bucket, Key=destination.key, Body=body)


def packaged(path: Path, packaging: str) -> bytes:
    """Return the asset's bytes; the zip of a folder depends on names and contents alone."""
    if packaging != "zip" or path.is_file():
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (shared_code.read(path) or contents(path)).items():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()


def contents(folder: Path) -> shared_code.Contents:
    """Return the files of a folder by their paths in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def ensure_bucket(client: "S3Client", bucket: str) -> None:
    """Create the bucket unless it is there."""
    if bucket not in {found["Name"] for found in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=bucket)


def _is_stored(client: "S3Client", destination: _Destination) -> bool:
    listed = client.list_objects_v2(Bucket=destination.bucket, Prefix=destination.key, MaxKeys=1)
    return any(found["Key"] == destination.key for found in listed.get("Contents", []))
