"""Staged files in the artifacts bucket."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adapters.s3 import AT_ONCE, translated, window
from functions.adapters.service_errors import ServiceError, code_of
from functions.core.errors import NotFoundError, UnavailableError, UploadIncompleteError
from functions.core.objects.hashing import digests_of
from functions.core.ports.staging import Digests, PartUrl, StagedEntry, StagedFile, StagedPage, Stretch

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

    def newest(self, start: str) -> Iterator[StagedFile]:
        """Follow the pages of versions: a thousand of them cost a request, the older ones included."""
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=start)
        with translated(start):
            for page in pages:
                for each in page.get("Versions", []):
                    if each["IsLatest"] and not each["Key"].endswith("/"):
                        key = each["Key"]
                        yield StagedFile(key, each["Size"], each["VersionId"], key, each["ETag"])

    def head(self, key: str) -> StagedFile | None:
        """Ask for size and version."""
        try:
            with translated(key):
                answer = self.client.head_object(Bucket=self.bucket, Key=key)
        except NotFoundError:
            return None
        return StagedFile(key, answer["ContentLength"], answer["VersionId"], key, answer["ETag"])

    def read(self, key: str) -> bytes:
        """Return the bytes."""
        with translated(key):
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def digests(self, wanted: Sequence[Stretch]) -> list[Digests | None]:
        """Hash as many at once as a client has connections."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._digests, wanted))

    def _digests(self, wanted: Stretch) -> Digests | None:
        try:
            length, digests = digests_of(self._blocks(wanted), wanted.room)
        except NotFoundError:
            return None
        if length != wanted.length:
            raise UnavailableError("the object store broke off")
        return digests

    def _blocks(self, wanted: Stretch) -> Iterator[bytes]:
        with translated(wanted.key):
            ranged = wanted.length != wanted.size
            end = wanted.start + wanted.length - 1
            extra: Any = {"Range": f"bytes={wanted.start}-{end}"} if ranged else {}
            answer = self.client.get_object(
                Bucket=self.bucket, Key=wanted.key, VersionId=wanted.version_id, **extra
            )
            if answer["ETag"] != wanted.etag:
                raise NotFoundError(wanted.key)
            blocks = answer["Body"].iter_chunks(_BLOCK)
            # A store may ignore a range and send everything; then the stretch begins further on.
            skip = 0 if not ranged or "ContentRange" in answer else wanted.start
            yield from window(blocks, skip, wanted.length) if ranged else blocks

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
