"""S3 prefixes, by the checksums that S3 has: nothing is downloaded unless it is asked for.

The caller's own credentials are used; they need s3:ListBucket and s3:GetObject, and s3:GetObjectVersion where
the bucket is versioned.
"""

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineal.data.sources import Located
from lineal.errors import ConfigurationError, ConnectionFailedError, InputError, StorageError
from lineal_contract.datasets import DatasetFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?", re.DOTALL)
_PARALLEL = 16
_READ_BYTES = 1024 * 1024
MAX_OBJECTS = 100_000


def read_prefix(uri: str, *, hash_remote: bool = False, client: "S3Client | None" = None) -> Located:
    """Return the object, or all objects below the prefix, that `uri` names.

    A plain or composite SHA-256 of S3 stands for the bytes; where there is none the ETag does, or, with
    `hash_remote`, the SHA-256 of the bytes as they are read. Raises InputError for a URI that names nothing.
    """
    named = _URI.fullmatch(uri)
    if named is None:
        raise InputError(f"{uri!r:.200} is not s3://bucket/prefix")
    bucket, prefix = named["bucket"], named["prefix"] or ""
    with _translated(uri):
        reader = _Reader(client or _new_client(), bucket, hash_remote)
        if prefix and not prefix.endswith("/") and (single := reader.object(prefix, ".")):
            return Located((single,), uri)
        return Located(tuple(reader.below(prefix, uri)), uri)


@dataclass(frozen=True)
class _Reader:
    client: "S3Client"
    bucket: str
    hash_remote: bool

    def below(self, prefix: str, uri: str) -> list[DatasetFile]:
        """The objects in the folder `prefix`; where there is no such folder, those that begin with it."""
        folder = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
        keys, root = self._keys(folder), folder
        if not keys and folder != prefix:
            keys, root = self._keys(prefix), prefix.rpartition("/")[0] + "/" * ("/" in prefix)
        if not keys:
            raise InputError(f"there is no object at {uri}")
        with ThreadPoolExecutor(_PARALLEL, thread_name_prefix="lineal-s3") as pool:
            found = list(pool.map(lambda key: self.object(key, key[len(root) :]), keys))
        if None in found:
            raise InputError(f"objects at {uri} were deleted while they were being read; try again")
        return [file for file in found if file]

    def _keys(self, prefix: str) -> list[str]:
        """The keys below a prefix, but for the empty objects that stand for folders."""
        keys: list[str] = []
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            listed = page.get("Contents", [])
            keys += [each["Key"] for each in listed if each["Size"] or not each["Key"].endswith("/")]
            if len(keys) > MAX_OBJECTS:
                raise InputError(f"s3://{self.bucket}/{prefix} has more than {MAX_OBJECTS:,} objects")
        return keys

    def object(self, key: str, path: str) -> DatasetFile | None:
        """One object as S3 has it now; None where there is none."""
        from botocore.exceptions import ClientError

        try:
            head = self.client.head_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        version = None if head.get("VersionId") == "null" else head.get("VersionId")
        known = _known(head)
        if self.hash_remote and "sha256" not in known:
            known = {"sha256": self._sha256(key, version, head["ETag"])}
        return DatasetFile(path=path, size=head["ContentLength"], version=version, **known)

    def _sha256(self, key: str, version: str | None, etag: str) -> str:
        pinned: Any = {"VersionId": version} if version else {"IfMatch": etag}
        digest = hashlib.sha256()
        answer = self.client.get_object(Bucket=self.bucket, Key=key, **pinned)
        for block in answer["Body"].iter_chunks(_READ_BYTES):
            digest.update(block)
        return digest.hexdigest()


def _known(head: Any) -> dict[str, str]:
    """What S3 knows of an object's bytes. A composite checksum is the SHA-256 over those of the parts."""
    value, _, parts = head.get("ChecksumSHA256", "").partition("-")
    if value and not parts:
        return {"sha256": b64decode(value).hex()}
    if value:
        return {"checksum": f"sha256-parts:{b64decode(value).hex()}-{parts}"}
    return {"checksum": "etag:" + head["ETag"].strip('"')}


def _new_client() -> "S3Client":
    import boto3
    from botocore.config import Config

    return boto3.Session().client("s3", config=Config(max_pool_connections=_PARALLEL))


@contextmanager
def _translated(uri: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
    from botocore.exceptions import ConnectionError as NoConnection

    try:
        yield
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        code = error.response["Error"]["Code"]
        raise StorageError(f"S3 refuses to read {uri}: {code} (HTTP {status})", status=status) from error
    except (NoCredentialsError, NoRegionError) as error:
        raise ConfigurationError(f"{uri} cannot be read: {error}") from error
    except NoConnection as error:
        raise ConnectionFailedError(f"no answer from S3 for {uri}") from error
    except BotoCoreError as error:
        raise ConfigurationError(f"{uri} cannot be read: {error}") from error
