"""What an operator does to a project's data by their own hands stands in its trail, like any other change."""

from typing import Any

from lineal.errors import LinealError
from lineal.keeping.stores import Stores
from lineal_contract.audit import GENESIS, AuditRecord, chained
from lineal_contract.people import Actor

_ATTEMPTS = 20
_ABSENT = "attribute_not_exists(PK)"
_OVERTAKEN = "TransactionCanceledException"


class TrailBusyError(LinealError):
    """Others append to the trail faster than this."""


def note(stores: Stores, project: str, action: str, details: dict[str, Any], at: int) -> AuditRecord:
    """Append a record by the operator to a project's trail. Raises TrailBusyError while others are faster."""
    from botocore.exceptions import ClientError

    actor = Actor(principal=stores.operator())
    for _ in range(_ATTEMPTS):
        sequence, digest = _end(stores, project)
        record = chained(digest, sequence + 1, actor, at, action, f"project/{project}", details)
        try:
            stores.dynamodb.transact_write_items(TransactItems=_writes(stores, project, record))
        except ClientError as error:
            if error.response["Error"]["Code"] != _OVERTAKEN:
                raise
        else:
            return record
    raise TrailBusyError(f"the trail of project {project} grows too fast to be written to: try again")


def _key(partition: str, sort: str) -> dict[str, Any]:
    return {"PK": {"S": partition}, "SK": {"S": sort}}


def _end(stores: Stores, project: str) -> tuple[int, str]:
    """Return the sequence and the digest of a trail's last record."""
    at = _key(f"P#{project}#TRAIL", "HEAD")
    answer = stores.dynamodb.get_item(TableName=stores.tables["registry"], Key=at, ConsistentRead=True)
    end = answer.get("Item")
    return (int(end["sequence"]["N"]), end["digest"]["S"]) if end else (0, GENESIS)


def _writes(stores: Stores, project: str, record: AuditRecord) -> list[dict[str, Any]]:
    """Return what appends a record if the trail still ends where it did, and has it anchored."""
    end = {"sequence": {"N": str(record.sequence)}, "digest": {"S": record.digest}}
    at = _key(f"P#{project}#AUD#", f"{record.sequence:010d}")
    waiting = _key("WORK#ANCHORS", f"#{project}") | {"grown_to": {"N": str(record.sequence)}}
    head = {"Item": _key(f"P#{project}#TRAIL", "HEAD") | end} | _where_it_was(record)
    puts: list[dict[str, Any]] = [
        head,
        {"Item": at | {"doc": {"S": record.model_dump_json()}}, "ConditionExpression": _ABSENT},
        {"Item": waiting},
    ]
    return [{"Put": {"TableName": stores.tables["registry"], **put}} for put in puts]


def _where_it_was(record: AuditRecord) -> dict[str, Any]:
    if record.sequence == 1:
        return {"ConditionExpression": _ABSENT}
    values = {":before": {"S": record.previous}}
    return {"ConditionExpression": "digest = :before", "ExpressionAttributeValues": values}
