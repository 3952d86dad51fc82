"""MLflow as a source: a running server, or a local store by the installed `mlflow` package."""

from urllib.parse import urlsplit

from lineal.errors import InputError
from lineal.importing.source import Source


def open_source(uri: str, *, token: str | None = None, registry_uri: str | None = None) -> Source:
    """Return the reader of a tracking URI: `http(s)://…`, `sqlite:///…` and other databases, or a folder.

    Raises InputError for an address that is none, SourceError where `mlflow` is needed and not installed.
    """
    scheme = urlsplit(uri).scheme
    if scheme in ("http", "https"):
        from lineal.importing.mlflow.server import Server

        return Server(uri, token=token)
    if scheme == "databricks":
        raise InputError("databricks:// is not read: copy the workspace to an MLflow server first")
    from lineal.importing.mlflow.store import LocalStore

    return LocalStore(uri, registry_uri)
