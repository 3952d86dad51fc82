"""Making versions: from a run's artifact, or from files that no run made."""

from collections.abc import Mapping
from typing import Any

from lineal.http.api import checked_input
from lineal.ids import new_id
from lineal.resources.artifacts import Artifacts
from lineal.resources.base import Resource
from lineal.resources.versions import Version
from lineal.transfer.file_lists import Listed, check_count
from lineal_contract.artifacts import MAX_INLINE_FILES, ArtifactFile, ManifestEntry, ModelInfo
from lineal_contract.registry import RegisterVersion
from lineal_contract.routes import registry as routes
from lineal_contract.semver import Bump


class Registering(Resource):
    """Makes versions, each once for its `request_id`."""

    def register(
        self,
        model: str,
        artifact: str,
        *,
        run_id: str,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        semver: str | None = None,
        bump: Bump | str | None = None,
        commit: str | None = None,
        request_id: str | None = None,
    ) -> Version:
        """Make the next version of `model` from an artifact of a run, and the model if it is new.

        With `semver`, or `bump` (major, minor, patch or auto) it gets a semantic version too; `commit` is the
        run's own where it is not given. A second call with the same `request_id` gives the same version.
        """
        return self._register(
            model,
            run_id=run_id,
            artifact=artifact,
            request_id=request_id,
            description=description,
            tags=tags,
            semver=semver,
            bump=bump,
            commit=commit,
        )

    def register_outside(
        self,
        model: str,
        files: Mapping[str, str],
        *,
        source: str,
        info: ModelInfo | None = None,
        metrics: Mapping[str, float] | None = None,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        semver: str | None = None,
        bump: Bump | str | None = None,
        commit: str | None = None,
        request_id: str | None = None,
    ) -> Version:
        """Make a version of stored files that no run of the project made, and mark it so.

        `files` maps paths to content addresses; `lineal.register_files` stores a file or folder first.
        """
        named = self._named(files)
        outside = {
            "source": source,
            "files": [file.model_dump() for file in named.files],
            "manifest": named.manifest,
            "info": info,
            "metrics": dict(metrics or {}),
        }
        return self._register(
            model,
            outside=outside,
            request_id=request_id,
            description=description,
            tags=tags,
            semver=semver,
            bump=bump,
            commit=commit,
        )

    def _named(self, files: Mapping[str, str]) -> Listed:
        """Return files as a request names them: one by one, or where they are many by a stored list."""
        artifacts, paths = Artifacts(self._api), sorted(files)
        check_count(len(paths))
        if len(paths) <= MAX_INLINE_FILES:
            return Listed(tuple(ArtifactFile.model_construct(path=p, digest=files[p]) for p in paths))
        stored = artifacts.stored(files[path] for path in paths)
        pins = zip(paths, stored, strict=True)
        return artifacts.store_list([ManifestEntry(path=path, object=each) for path, each in pins])

    def _register(
        self, model: str, *, request_id: str | None, tags: Mapping[str, str] | None, **fields: Any
    ) -> Version:
        wanted = {"request_id": request_id or new_id(), "tags": dict(tags or {}), **fields}
        with checked_input():
            request = RegisterVersion.model_validate(wanted)
        return Version.bind(self._api.call(routes.REGISTER_VERSION, body=request, model=model), self._api)
