"""Which version is meant, and which semantic version comes next."""

from collections.abc import Iterator

from functions.core.errors import AlreadyExistsError, InvalidRequestError, NotFoundError, StaleError
from functions.core.ledger import ModelHead
from functions.core.ports.registry import ModelStore
from lineal_contract.artifacts import ModelInfo
from lineal_contract.deployments import Endpoint
from lineal_contract.lifecycle import UNFINISHED, VersionStatus
from lineal_contract.references import Kind, Selector, selector
from lineal_contract.registry import ModelVersion, RegisterVersion
from lineal_contract.runs import Run
from lineal_contract.semver import Bump, bumped, precedence

_PAGE = 50
_NEVER_LATEST = UNFINISHED | {VersionStatus.RETIRED}
_ENDPOINTS = 200


def head_of(models: ModelStore, project: str, model: str) -> ModelHead:
    """Return a model's head. Raises NotFoundError, also for a deleted model."""
    return there(models.head(project, model), project, model)


def there(head: ModelHead | None, project: str, model: str) -> ModelHead:
    """Return a head that is there. Raises NotFoundError, which says what has become of it."""
    if head is not None and head.deleted_at is None:
        return head
    if head is None:
        was = ""
    elif head.renamed_to is not None:
        was = f"; it was renamed to {head.renamed_to!r}"
    else:
        was = "; it was deleted, and registering makes it anew"
    raise NotFoundError(f"project {project} has no model {model!r}{was}")


def version_of(models: ModelStore, head: ModelHead, number: int) -> ModelVersion:
    """Return a version that is not deleted. Raises NotFoundError."""
    if number > head.buried:
        version = models.version(head.project, head.model, number)
        if version.status is not VersionStatus.DELETED:
            return version
    raise NotFoundError(f"model {head.model!r} has no version {number}: it was deleted")


def every_version(models: ModelStore, head: ModelHead) -> Iterator[ModelVersion]:
    """Yield a model's versions that are not deleted, newest first."""
    token: str | None = None
    while True:
        page = models.versions(head.project, head.model, _PAGE, token)
        for version in page.items:
            if version.version <= head.buried:
                return
            if version.status is not VersionStatus.DELETED:
                yield version
        if (token := page.next_page_token) is None:
            return


def endpoints_of(models: ModelStore, head: ModelHead) -> list[Endpoint]:
    """Return a model's endpoints. Read after the head: whatever deploys from then on changes its revision."""
    found: list[Endpoint] = []
    token: str | None = None
    while True:
        page = models.endpoints(head.project, _ENDPOINTS, token)
        found += [endpoint for endpoint in page.items if endpoint.model == head.model]
        if (token := page.next_page_token) is None:
            return found


def resolve(models: ModelStore, head: ModelHead, text: str) -> int:
    """Return the number of the version that a selector means now.

    Raises NotFoundError, InvalidRequestError.
    """
    try:
        wanted = selector(text)
    except ValueError as error:
        raise InvalidRequestError(str(error)) from error
    number = _found(models, head, wanted)
    if number is None:
        raise NotFoundError(f"model {head.model!r} has no version by the {wanted.kind} {wanted.value!r}")
    return number


def _found(models: ModelStore, head: ModelHead, wanted: Selector) -> int | None:
    match wanted.kind:
        case Kind.NUMBER:
            return wanted.number
        case Kind.ALIAS:
            return head.aliases.get(wanted.value)
        case Kind.PRODUCTION:
            return head.production_version
        case Kind.LATEST:
            return _newest(models, head)
        case Kind.SEMVER:
            return models.by_semver(head.project, head.model, wanted.value)
        case Kind.COMMIT:
            return _of_commit(models, head, wanted.value)


def _newest(models: ModelStore, head: ModelHead) -> int | None:
    """The newest one that is neither deleted nor retired, and whose bytes are known."""
    lasting = (v for v in every_version(models, head) if v.status not in _NEVER_LATEST)
    return next((version.version for version in lasting), None)


def _of_commit(models: ModelStore, head: ModelHead, prefix: str) -> int | None:
    found = [(c, n) for c, n in models.by_commit(head.project, head.model, prefix) if n > head.buried]
    commits = sorted({commit for commit, _ in found})
    if len(commits) > 1:
        raise InvalidRequestError(f"{prefix} is the beginning of several commits", legal=tuple(commits))
    return max((number for _, number in found), default=None)


def next_semver(
    head: ModelHead,
    wanted: RegisterVersion,
    made: ModelVersion,
    run: Run | None,
    base: tuple[ModelVersion, Run | None] | None,
) -> str | None:
    """Return the semantic version that a registration asks for, or None where it asks for none.

    `base` is the version that holds the highest one, with its run.
    """
    if wanted.bump is None:
        return wanted.semver
    if wanted.bump is not Bump.AUTO:
        return bumped(head.semver, wanted.bump)
    if base is None:
        return bumped(head.semver, Bump.MAJOR)
    return bumped(head.semver, what_changed(made, run, *base))


def what_changed(made: ModelVersion, run: Run | None, base: ModelVersion, base_run: Run | None) -> Bump:
    """Return how far a version is from the one it follows.

    Major: callers notice, since format, inputs or outputs differ. Minor: it was made in another way, by other
    code, params, algorithm or type of model. Patch: the same once more, on other data or with another seed.
    """
    if _interface(made.info) != _interface(base.info):
        return Bump.MAJOR
    if _kind(made.info) != _kind(base.info) or _recipe(made, run) != _recipe(base, base_run):
        return Bump.MINOR
    return Bump.PATCH


def check_free(models: ModelStore, head: ModelHead, semver: str, *, found: bool) -> None:
    """Raise AlreadyExistsError where another version has this semantic version; deleted ones keep theirs.

    One that was `found` above the highest is free: else the head was read before somebody took it.
    """
    holder = models.by_semver(head.project, head.model, semver)
    if holder is not None and found:
        raise StaleError
    if holder is not None:
        raise AlreadyExistsError(f"version {holder} of {head.model!r} is {semver} already")


def highest(head: ModelHead, semver: str | None, number: int) -> dict[str, object]:
    """Return the changes of the head where a new semantic version is the highest."""
    if semver is None or (head.semver is not None and precedence(semver) < precedence(head.semver)):
        return {}
    return {"semver": semver, "semver_version": number}


def _interface(info: ModelInfo | None) -> object:
    return info and (info.format, info.inputs, info.outputs)


def _kind(info: ModelInfo | None) -> object:
    return info and (info.model_type, info.algorithm)


def _recipe(version: ModelVersion, run: Run | None) -> object:
    if run is None:
        return version.commit, version.source
    return version.commit or run.code.script_digest, run.params
