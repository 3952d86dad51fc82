"""What keeps a model's name: who goes by it, whose the other one is, and what one transaction writes."""

from collections.abc import Sequence

from functions.core.errors import AlreadyExistsError, ConflictError, TooLargeError
from functions.core.ledger import ModelHead
from functions.core.models import aliases
from lineal_contract.deployments import Endpoint
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.policies import Policy
from lineal_contract.registry import ModelVersion

MAX_RECORDS = 92
"""What DynamoDB's 100 writes of a transaction leave beside two heads, records and anchors, an event and
the request."""
MAX_BYTES = 3_500_000
"""Below the 4 MB of a transaction."""
INSTEAD = "copy a version to the other name instead: register it there, or MLflow's copy_model_version"
"""What to do where a model keeps its name."""


def check_free(head: ModelHead, target: ModelHead | None, name: str) -> None:
    """Raise AlreadyExistsError for a name that is another model's, or whose numbers were given to one.

    A model may have a name back that it left, while nobody has used that since.
    """
    if target is None:
        return
    if target.deleted_at is None:
        raise AlreadyExistsError(f"project {head.project} has a model {name!r} already")
    if target.latest_version == 0:
        return
    names = (*head.formerly, head.model)
    if name in head.formerly and target.renamed_to == names[names.index(name) + 1]:
        return
    raise AlreadyExistsError(
        f"another model was named {name!r}: its version numbers are not given again, so take another name"
    )


def check_unbound(head: ModelHead, endpoints: Sequence[Endpoint], policy: Policy) -> None:
    """Raise ConflictError for a model whose name is in use outside, ApprovalRequiredError for its aliases."""
    used = [f"endpoint {each.endpoint} serves it" for each in endpoints]
    used += [f"consumer {name} uses it" for name in sorted(head.consumers)]
    used += [f"approval {each} is open" for each in head.open_approvals.values()]
    if head.production_version is not None:
        used.append(f"version {head.production_version} is in production")
    if used:
        raise ConflictError(
            f"model {head.model!r} keeps its name: {'; '.join(used)}; {INSTEAD}", legal=tuple(used)
        )
    for alias, number in head.aliases.items():
        aliases.check_free_to_move(head, alias, number, policy)


def check_hashed(head: ModelHead, versions: Sequence[ModelVersion]) -> None:
    """Raise ConflictError while a workflow hashes files of a version, which it knows by its name."""
    for version in versions:
        if version.status is VersionStatus.PENDING:
            raise ConflictError(
                f"version {version.version} of {head.model!r} is pending: ask again when its files are hashed"
            )


def check_fits(head: ModelHead, records: int, size: int) -> None:
    """Raise TooLargeError for more than one transaction writes."""
    if records > MAX_RECORDS or size > MAX_BYTES:
        raise TooLargeError(
            f"model {head.model!r} has too much to be renamed: versions, signatures, names and cards "
            f"are more than {MAX_RECORDS} records or {MAX_BYTES:,} bytes; {INSTEAD}"
        )
