"""Staged files become part of a version: each is pinned by its VersionId, as it is there now.

What is written to the same path later is another version of the object: the pinned bytes stay.
"""

from dataclasses import dataclass

from functions.core.errors import NotFoundError
from functions.core.objects.file_paths import inside
from functions.core.objects.plans import Plan, PlannedFile, check_size
from functions.core.objects.staging import Staging
from functions.core.ports.staging import StagedFile


@dataclass(frozen=True)
class Pinning:
    """Says which versions of which objects the files below a path are."""

    staging: Staging

    def pin(self, project: str, path: str) -> Plan:
        """Return all files below a folder, or the one file of this path, pinned.

        Raises NotFoundError where there is none, TooLargeError, InvalidRequestError.
        """
        found: list[StagedFile] = []
        size = 0
        for file in self.staging.every(project, path):
            found.append(file)
            size += file.size
            check_size(len(found), size)
        if not found:
            found = [self._one(project, path)]
            check_size(1, found[0].size)
        found.sort(key=lambda file: file.path)
        return Plan(
            bucket=self.staging.store.bucket,
            files=tuple(
                PlannedFile(
                    path=inside(file.path),
                    key=file.key,
                    version_id=file.version_id,
                    size=file.size,
                    etag=file.etag,
                )
                for file in found
            ),
        )

    def _one(self, project: str, path: str) -> StagedFile:
        try:
            file = self.staging.find(project, path)
        except NotFoundError as error:
            raise NotFoundError(
                f"there are no files below {path!r}: log them before they are registered"
            ) from error
        return StagedFile(path.rpartition("/")[2], file.size, file.version_id, file.key, file.etag)
