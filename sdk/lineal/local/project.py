"""What a project needs before its first promotion: people and promotion rules, by the admin's own calls."""

from pathlib import Path

from lineal.client import Client
from lineal.errors import NotFoundError
from lineal.local.identities import user_arn
from lineal.local.sessions import session_for
from lineal.local.state import Identity, StackState
from lineal_contract.policies import Policy

STARTER_POLICY = Path(__file__).with_name("starter_policy.json")


def prepare(state: StackState) -> None:
    """Record a person for each identity, and the project with them as members and the starter policy.

    What is there already is left as it is.

    Raises ApiError or TransportError.
    """
    admin = Client(state.api_url, state.project, session_for(state.identities[Identity.ADMIN]))
    for identity in Identity:
        admin.people.put(identity, name=identity.title(), identities=[user_arn(identity)])
    _create_project(admin)
    if admin.policies.get().builtin:
        admin.policies.put(Policy.model_validate_json(STARTER_POLICY.read_bytes()))


def _create_project(admin: Client) -> None:
    try:
        admin.projects.get()
    except NotFoundError:
        admin.projects.create(admin.project, description="made by lineal local up")
        for identity in Identity:
            admin.projects.put_member(identity, [identity.role])
