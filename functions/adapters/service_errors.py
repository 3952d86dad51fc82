"""How AWS says no: the codes that adapters translate, read in one place."""

from botocore import exceptions

NO_ANSWER = (exceptions.ConnectionError, exceptions.HTTPClientError, exceptions.IncompleteReadError)
"""The service was not reached, or its answer was lost: the call may or may not have happened."""

ServiceError = exceptions.ClientError

BUSY = frozenset({
    "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
    "InternalServerError", "ServiceUnavailable", "TransactionInProgressException",
})  # fmt: skip
"""What DynamoDB says that has done nothing, and may soon."""


def code_of(error: exceptions.ClientError) -> str:
    """Return the stable code of a service's error."""
    return str(error.response["Error"]["Code"])
