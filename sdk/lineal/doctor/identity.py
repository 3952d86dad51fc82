"""Checks of the AWS credentials and the region."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from lineal.doctor.findings import Finding, failed, ok
from lineal.errors import ConfigurationError
from lineal.http.transport.signing import region_for
from lineal_contract.tokens import PREFIX, is_token

if TYPE_CHECKING:
    from boto3.session import Session

CREDENTIALS = "credentials"
REGION = "region"
_LOG_IN = (
    "run `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID; on a local stack: "
    'eval "$(lineal local env)"'
)


def token(secret: str) -> Finding:
    """Say whether LINEAL_TOKEN has the form of a token; whether it holds is for the API to say."""
    if not is_token(secret):
        advice = f"copy it whole: it begins with {PREFIX}; or unset LINEAL_TOKEN to sign with AWS credentials"
        return failed(CREDENTIALS, "LINEAL_TOKEN is no token", advice)
    return ok(CREDENTIALS, f"the bearer token …{secret[-4:]} of LINEAL_TOKEN")


def credentials(session: Callable[[], "Session"]) -> Finding:
    """Say whether the ordinary chain gives credentials, and where it found them."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = session().get_credentials()
        if found is None:
            return failed(CREDENTIALS, "no AWS credentials were found", _LOG_IN)
        frozen = found.get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        return failed(CREDENTIALS, f"they cannot be read: {error}", _LOG_IN)
    return ok(CREDENTIALS, f"access key {_masked(frozen.access_key)} from {_source(found.method)}")


def _masked(key: str | None) -> str:
    """An access key's id is no secret, but its end is enough to know it by."""
    return f"…{(key or '')[-4:]}"


def _source(method: str | None) -> str:
    profile = os.environ.get("AWS_PROFILE")
    return f"{method or 'the session'}, profile {profile}" if profile else method or "the session"


def region(api_url: str | None, session: Callable[[], "Session"]) -> Finding:
    """Say which region requests are signed for."""
    from botocore.exceptions import BotoCoreError

    advice = "set AWS_REGION to the region of the stack"
    try:
        return ok(REGION, region_for(api_url or "", session()))
    except (ConfigurationError, BotoCoreError) as error:
        return failed(REGION, str(error), advice)
