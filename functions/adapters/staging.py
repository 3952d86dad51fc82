"""Staged files in the artifacts bucket."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adapters.s3 import translated
from functions.adapters.service_errors import ServiceError, code_of
from functions.core.errors import NotFoundError, UploadIncompleteError
from functions.core.ports.staging import PartUrl, StagedEntry, StagedFile, StagedPage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BLOCK = 1024 * 1024
_PART_SECONDS = 3_600
_PAGE = 1_000


@dataclass(frozen=True)
class S3Staging:
    """The `StagedStore` port. The client must sign with s3v4."""

    client: "S3Client"
    bucket: str

    def listed(self, folder: str, after: str | None) -> StagedPage:
        """List one level, in pages as S3 cuts them."""
        more: Any = {"ContinuationToken": after} if after else {}
        with translated(folder):
            answer = self.client.list_objects_v2(
                Bucket=self.bucket, Prefix=folder, Delimiter="/", MaxKeys=_PAGE, **more
            )
        folders = [
            StagedEntry(each["Prefix"].removeprefix(folder).rstrip("/"), None)
            for each in answer.get("CommonPrefixes", [])
        ]
        files = [
            StagedEntry(each["Key"].removeprefix(folder), each["Size"])
            for each in answer.get("Contents", [])
            if each["Key"] != folder  # the mark of an empty folder
        ]
        return StagedPage(
            sorted([*folders, *files], key=lambda e: e.name), answer.get("NextContinuationToken")
        )

    def every(self, start: str) -> Iterator[str]:
        """Follow the pages."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=start)
        with translated(start):
            for page in pages:
                for each in page.get("Contents", []):
                    if not each["Key"].endswith("/"):
                        yield each["Key"]

    def head(self, key: str) -> StagedFile | None:
        """Ask for size and version."""
        try:
            with translated(key):
                answer = self.client.head_object(Bucket=self.bucket, Key=key)
        except NotFoundError:
            return None
        return StagedFile(key, answer["ContentLength"], answer["VersionId"])

    def read(self, key: str) -> bytes:
        """Return the bytes."""
        with translated(key):
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def blocks(self, key: str, version_id: str) -> Iterator[bytes]:
        """Stream a version."""
        with translated(key):
            answer = self.client.get_object(Bucket=self.bucket, Key=key, VersionId=version_id)
            yield from answer["Body"].iter_chunks(_BLOCK)

    def write(self, key: str, data: bytes) -> None:
        """Put the bytes."""
        with translated(key):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=data)

    def delete(self, key: str) -> None:
        """Put a delete marker."""
        with translated(key):
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def presign_read(self, key: str, version_id: str, seconds: int) -> str:
        """Presign a GET of one version, never shown in a browser's own page."""
        parameters = {
            "Bucket": self.bucket,
            "Key": key,
            "VersionId": version_id,
            "ResponseContentDisposition": "attachment",
            "ResponseContentType": "application/octet-stream",
        }
        return self.client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)

    def presign_write(self, key: str, seconds: int) -> str:
        """Presign a PUT."""
        parameters = {"Bucket": self.bucket, "Key": key}
        return self.client.generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds)

    def begin_parts(self, key: str, count: int) -> tuple[str, list[PartUrl]]:
        """Open a multipart upload and presign each part."""
        with translated("the bucket is not there"):
            upload_id = self.client.create_multipart_upload(Bucket=self.bucket, Key=key)["UploadId"]
        return upload_id, [PartUrl(n, self._part_url(key, upload_id, n)) for n in range(1, count + 1)]

    def complete_parts(self, key: str, upload_id: str, etags: Sequence[tuple[int, str]]) -> None:
        """Join the parts; an upload that was joined before is no error."""
        parts: Any = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(etags)]
        try:
            with translated("there is no such upload"):
                self.client.complete_multipart_upload(
                    Bucket=self.bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}
                )
        except ServiceError as error:
            code = code_of(error)
            if code in ("InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML"):
                raise UploadIncompleteError(
                    "a part is missing, too small or not the one that was sent"
                ) from error
            if code != "NoSuchUpload":
                raise
            if self.head(key) is None:
                raise NotFoundError("there is no such upload") from error

    def abort_parts(self, key: str, upload_id: str) -> None:
        """Abort the upload."""
        try:
            with translated("there is no such upload"):
                self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except ServiceError as error:
            if code_of(error) != "NoSuchUpload":
                raise

    def _part_url(self, key: str, upload_id: str, number: int) -> str:
        parameters = {"Bucket": self.bucket, "Key": key, "UploadId": upload_id, "PartNumber": number}
        return self.client.generate_presigned_url("upload_part", Params=parameters, ExpiresIn=_PART_SECONDS)
