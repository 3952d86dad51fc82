"""Pulling: what a device needs to have the bytes of a version, and to prove that they are those."""

from lineal_contract.artifacts import ManifestEntry, StoredObject
from lineal_contract.base import Digest, ModelName, Tagged
from lineal_contract.lifecycle import VersionStatus


class Pull(Tagged):
    """What a name of a version means now, with all that is needed to fetch and check its bytes.

    A version with more than 200 files has them in the stored `manifest_object`. Its `signature` then leaves
    out the payload, which is `signatures.statement` of the files.
    """

    project: str
    model: ModelName
    version: int
    semver: str | None
    status: VersionStatus
    successor: int | None
    manifest: tuple[ManifestEntry, ...]
    manifest_digest: Digest
    manifest_object: StoredObject | None = None
    file_count: int | None = None
    signature: str | None = None

    def etag(self) -> str:
        """Return a tag of the version that is meant and of its standing."""
        return f'"{self.version}-{self.status}-{self.manifest_digest}"'
