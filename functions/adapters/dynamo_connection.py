"""Where DynamoDB is for a function, and as whom it asks: by botocore's own rules, without a client of its."""

from collections.abc import Mapping

from botocore.credentials import EnvProvider
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import NoCredentialsError, NoRegionError
from botocore.loaders import Loader

from functions.adapters.dynamo_client import Credentials, DynamoClient
from functions.adapters.kept_connections import KeptConnections


def connected(
    environment: Mapping[str, str], connect_seconds: float, read_seconds: float, kept: int
) -> DynamoClient:
    """Return a client for a function's environment that keeps so many connections.

    Raises NoRegionError, NoCredentialsError.
    """
    region = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")
    if not region:
        raise NoRegionError
    url = _url(region, environment)
    authorities = environment.get("AWS_CA_BUNDLE")
    connections = KeptConnections(url, connect_seconds, read_seconds, kept, authorities)
    return DynamoClient(region, url, _credentials(environment), connections)


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
