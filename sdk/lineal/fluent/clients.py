"""The client of the environment: one for each address and project."""

import threading

from lineal.client import Client
from lineal.tracking.modes import Mode, current_mode

_clients: dict[tuple[str, str], Client] = {}
_lock = threading.Lock()


def default_client() -> Client:
    """Return the client for LINEAL_API_URL and LINEAL_PROJECT as they are set now.

    Each pair has one client, which keeps the credentials that it found at its first request.
    """
    client = Client()
    with _lock:
        return _clients.setdefault((client.api_url, client.project), client)


def client_of_mode() -> Client | None:
    """Return that client where runs go to a server now; None where they stay here."""
    return default_client() if current_mode() is Mode.ONLINE else None
