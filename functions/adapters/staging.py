"""Staged files in the artifacts bucket."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class S3Staging:
    """The `StagedStore` port. The client must sign with s3v4."""

    client: "S3Client"
    bucket: str
