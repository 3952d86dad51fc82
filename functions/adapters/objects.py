"""Artifact bytes in the versioned bucket."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adapters.s3 import AT_ONCE, translated, window
from functions.adapters.service_errors import ServiceError, code_of
from functions.core.errors import (
    ChecksumMismatchError,
    NotFoundError,
    UnavailableError,
    UploadIncompleteError,
)
from functions.core.ports.objects import Head, SentPart
from lineal_contract.artifacts import PartUpload, StoredObject
from lineal_contract.digests import part_length, part_size

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PartTypeDef

_MINUTES_15 = 900
_READ = 1024 * 1024
_NO_UPLOAD = "NoSuchUpload"
_WRONG_PARTS = frozenset({"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML"})
_WRONG_CHECKSUMS = frozenset({"BadDigest", "InvalidRequest"})


@dataclass(frozen=True)
class S3Objects:
    """The `ObjectStore` port. The client must sign with s3v4: the older form leaves checksums out."""

    client: "S3Client"
    bucket: str

    def begin_multipart(self, key: str) -> str:
        """Open a multipart upload whose checksum is composed of its parts'."""
        with translated("the bucket is not there"):
            answer = self.client.create_multipart_upload(
                Bucket=self.bucket, Key=key, ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE"
            )
        return answer["UploadId"]

    def presign_object(self, key: str, size: int, sha256: str) -> PartUpload:
        """Presign a PUT that creates the object once; where it is already, S3 answers 412."""
        headers = {
            "Content-Length": str(size),
            "If-None-Match": "*",
            "x-amz-checksum-sha256": _base64(sha256),
        }
        parameters = {
            "Bucket": self.bucket,
            "Key": key,
            "ContentLength": size,
            "ChecksumSHA256": _base64(sha256),
            "IfNoneMatch": "*",
        }
        return PartUpload(number=1, url=self._presign("put_object", parameters), headers=headers)

    def presign_part(self, key: str, upload_id: str, number: int, size: int, sha256: str) -> PartUpload:
        """Presign the PUT of a part."""
        headers = {"Content-Length": str(size), "x-amz-checksum-sha256": _base64(sha256)}
        parameters = {
            "Bucket": self.bucket,
            "Key": key,
            "UploadId": upload_id,
            "PartNumber": number,
            "ContentLength": size,
            "ChecksumSHA256": _base64(sha256),
        }
        return PartUpload(number=number, url=self._presign("upload_part", parameters), headers=headers)

    def sent_parts(self, key: str, upload_id: str) -> tuple[SentPart, ...] | None:
        """Return the parts that have arrived; None for an upload that is gone. A thousand cost a request."""
        pages = self.client.get_paginator("list_parts")
        try:
            with translated(key):
                found = pages.paginate(Bucket=self.bucket, Key=key, UploadId=upload_id)
                return tuple(_sent(part) for page in found for part in page.get("Parts", []))
        except ServiceError as error:
            if code_of(error) == _NO_UPLOAD:
                return None
            raise

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Give up a multipart upload."""
        try:
            with translated(key):
                self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except ServiceError as error:
            if code_of(error) != _NO_UPLOAD:
                raise

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[SentPart]) -> Head | None:
        """Join the parts; None for an upload that is gone: it was joined before, as `head` will show."""
        joined: Any = [
            {"PartNumber": p.number, "ETag": p.etag, "ChecksumSHA256": _base64(p.sha256)}
            for p in sorted(parts, key=lambda part: part.number)
        ]
        try:
            with translated("the bucket is not there"), _refused_parts():
                answer = self.client.complete_multipart_upload(
                    Bucket=self.bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": joined}
                )
        except ServiceError as error:
            if code_of(error) != _NO_UPLOAD:
                raise
            return None
        version_id, checksum = answer.get("VersionId"), answer.get("ChecksumSHA256")
        if not version_id or not checksum:
            return None
        return Head(self.bucket, version_id, sum(part.size for part in parts), checksum)

    def write(self, key: str, data: bytes) -> Head:
        """Put bytes once; where they are already, S3 answers 412."""
        try:
            with translated(key):
                answer = self.client.put_object(
                    Bucket=self.bucket, Key=key, Body=data, IfNoneMatch="*", ChecksumAlgorithm="SHA256"
                )
        except ServiceError as error:
            if code_of(error) != "PreconditionFailed":
                raise
            found = self.head(key)
            if found is None:
                raise UnavailableError("the object store changed its mind") from error
            return found
        return Head(self.bucket, answer["VersionId"], len(data), answer.get("ChecksumSHA256"))

    def head(self, key: str) -> Head | None:
        """Return what is stored under a key."""
        try:
            with translated(key):
                answer = self.client.head_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")
        except NotFoundError:
            return None
        return Head(
            bucket=self.bucket,
            version_id=answer["VersionId"],
            size=answer["ContentLength"],
            checksum=answer.get("ChecksumSHA256"),
        )

    def heads(self, keys: Sequence[str]) -> list[Head | None]:
        """Return what is stored under each key, some asked for at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self.head, keys))

    def presign_download(self, stored: StoredObject) -> str:
        """Presign a GET of one version, never shown in a browser's own page."""
        parameters = self._at(stored) | {
            "ResponseContentDisposition": "attachment",
            "ResponseContentType": "application/octet-stream",
        }
        return self._presign("get_object", parameters)

    def part_digest(self, stored: StoredObject, number: int) -> str:
        """Hash one part of a version as it streams in."""
        start = (number - 1) * part_size(stored.size)
        hasher = hashlib.sha256()
        for block in self._stream(stored, start, part_length(stored.size, number)):
            hasher.update(block)
        return hasher.hexdigest()

    def read(self, stored: StoredObject) -> bytes:
        """Return a version's bytes."""
        return b"".join(self._stream(stored, 0, stored.size))

    def _stream(self, stored: StoredObject, start: int, length: int) -> Iterator[bytes]:
        whole = length == stored.size
        extra: Any = {} if whole else {"Range": f"bytes={start}-{start + length - 1}"}
        with translated(f"{stored.key} version {stored.version_id} is not in the bucket"):
            answer = self.client.get_object(**self._at(stored), **extra)
            body = answer["Body"]
            if whole:
                yield from body.iter_chunks(_READ)  # to its end: more bytes than recorded must show too
            else:
                # A store may ignore a range and send everything; then the part begins further on.
                skip = 0 if "ContentRange" in answer else start
                yield from window(body.iter_chunks(_READ), skip, length)

    def _at(self, stored: StoredObject) -> Any:
        return {"Bucket": stored.bucket, "Key": stored.key, "VersionId": stored.version_id}

    def _presign(self, operation: str, parameters: dict[str, Any]) -> str:
        return self.client.generate_presigned_url(operation, Params=parameters, ExpiresIn=_MINUTES_15)


@contextmanager
def _refused_parts() -> Iterator[None]:
    """Say in the words of the core what S3 does not like about the parts of an upload."""
    try:
        yield
    except ServiceError as error:
        code = code_of(error)
        if code in _WRONG_PARTS:
            raise UploadIncompleteError("a part is missing or not the one that was sent") from error
        if code in _WRONG_CHECKSUMS:
            raise ChecksumMismatchError("the parts do not have the announced checksums") from error
        raise


def _sent(part: "PartTypeDef") -> SentPart:
    checksum = b64decode(part.get("ChecksumSHA256", "")).hex()
    return SentPart(number=part["PartNumber"], size=part["Size"], sha256=checksum, etag=part["ETag"])


def _base64(hex_digest: str) -> str:
    return b64encode(bytes.fromhex(hex_digest)).decode()
