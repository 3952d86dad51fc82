"""Where DynamoDB is for a function, and as whom it asks: by botocore's own rules, without a client of its."""

import socket
from collections.abc import Mapping
from typing import Any

from botocore.credentials import EnvProvider
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import NoCredentialsError, NoRegionError
from botocore.httpsession import URLLib3Session
from botocore.loaders import Loader

from functions.adapters.dynamo_client import Credentials, DynamoClient


def connected(
    environment: Mapping[str, str], connect_seconds: float, read_seconds: float, kept: int
) -> DynamoClient:
    """Return a client for a function's environment that keeps so many connections.

    Raises NoRegionError, NoCredentialsError.
    """
    region = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")
    if not region:
        raise NoRegionError
    options: Any = {  # which botocore's stubs type more narrowly than it takes them
        "verify": environment.get("AWS_CA_BUNDLE") or True,
        "timeout": (connect_seconds, read_seconds),
        "max_pool_connections": kept,
        "socket_options": [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
    }
    connections = URLLib3Session(**options)
    return DynamoClient(region, _url(region, environment), _credentials(environment), connections)


def _url(region: str, environment: Mapping[str, str]) -> str:
    given = environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL")
    return f"{(given or _public_url(region, environment)).rstrip('/')}/"


def _public_url(region: str, environment: Mapping[str, str]) -> str:
    files = Loader(include_default_search_paths=True)
    rules = files.load_service_model("dynamodb", "endpoint-rule-set-1")
    wanted = {
        "Region": region,
        "UseFIPS": environment.get("AWS_USE_FIPS_ENDPOINT", "").lower() == "true",
        "UseDualStack": environment.get("AWS_USE_DUALSTACK_ENDPOINT", "").lower() == "true",
    }
    url: str = EndpointProvider(rules, files.load_data("partitions")).resolve_endpoint(**wanted).url
    return url


def _credentials(environment: Mapping[str, str]) -> Credentials:
    """Return those of the environment, where Lambda puts a function's, else what botocore finds elsewhere."""
    found = EnvProvider(environment).load()
    if found is None:
        from botocore.session import Session

        found = Session().get_credentials()
    if found is None:
        raise NoCredentialsError
    return found
