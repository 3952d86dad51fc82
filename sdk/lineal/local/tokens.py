"""Bearer tokens of the local stack's users: real ones, made by each user's own signed call."""

from lineal.ids import now_millis
from lineal.local import locks
from lineal.local import state as states
from lineal.local.directory import DataDirectory
from lineal.local.sessions import session_for
from lineal.local.state import BearerToken, Identity, StackState
from lineal.local.status import require_up

_DAYS = 30
_LEFT_MILLIS = 24 * 60 * 60 * 1000
_WAIT = 30.0


def token_for(data: DataDirectory, identity: Identity, project: str) -> str:
    """Return a user's token for a project, good for a day at least; made when first asked for.

    Raises NotRunningError, or what the API answers (ApiError, TransportError).
    """
    with locks.held(data.command_lock, busy=f"another lineal local command works on {data.root}", wait=_WAIT):
        state = require_up(data)
        known = state.tokens.get(_name(identity, project))
        if known is not None and known.expires_at - now_millis() > _LEFT_MILLIS:
            return known.secret
        made = _made(state, identity, project)
        tokens = {**state.tokens, _name(identity, project): made}
        states.save(data.state_file, state.model_copy(update={"tokens": tokens}))
        return made.secret


def _name(identity: Identity, project: str) -> str:
    return f"{identity}@{project}"


def _made(state: StackState, identity: Identity, project: str) -> BearerToken:
    from lineal.client import Client  # wheels are built without what the client stands on

    client = Client(state.api_url, project, session_for(state.identities[identity]))
    new = client.tokens.create("lineal local env", role=identity.role, days=_DAYS)
    return BearerToken(expires_at=new.token.expires_at, secret=new.secret)
