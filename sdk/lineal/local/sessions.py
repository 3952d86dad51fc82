"""boto3 sessions with the local stack's keys, deaf to the machine's own AWS settings."""

from typing import TYPE_CHECKING, Any

from lineal.local.state import REGION, AccessKey

_READ_SECONDS = 60

if TYPE_CHECKING:
    from boto3.session import Session


def session_for(key: AccessKey) -> "Session":
    """Return a session that signs with `key` and reads neither profile nor configuration file."""
    import os

    import boto3
    import botocore.session

    core = botocore.session.Session(
        session_vars={
            "profile": (None, [], None, None),
            "config_file": (None, [], os.devnull, None),
            "credentials_file": (None, [], os.devnull, None),
        }
    )
    return boto3.Session(
        aws_access_key_id=key.key_id,
        aws_secret_access_key=key.secret,
        region_name=REGION,
        botocore_session=core,
    )


def client_for(key: AccessKey, service: str, endpoint_url: str) -> Any:
    """Return the boto3 client of `service` at the emulator; proxies do not lead to the loopback."""
    from botocore.config import Config

    config = Config(proxies={}, retries={"mode": "standard", "max_attempts": 2}, read_timeout=_READ_SECONDS)
    return session_for(key).client(service, endpoint_url=endpoint_url, config=config)  # type: ignore[call-overload]
