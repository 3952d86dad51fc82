"""People and promotion rules."""

from functions.bootstrap import backend
from functions.core.access import put_policy as put_policy_in_force
from functions.http import Api, Call
from lineal_contract import routes
from lineal_contract.base import Page
from lineal_contract.people import Person
from lineal_contract.policies import StoredPolicy
from lineal_contract.quotas import StoredQuota
from lineal_contract.tokens import Token

handler = Api()


@handler.handles(routes.PUT_PERSON)
def put_person(call: Call) -> Person:
    """Record a person."""
    return backend().access.put_person(call.path["person_id"], call.body)


@handler.handles(routes.LIST_PEOPLE)
def list_people(call: Call) -> Page[Person]:
    """List people."""
    return backend().access.list_people(call.query.page_size, call.query.page_token)


@handler.handles(routes.PUT_POLICY)
def put_policy(call: Call) -> StoredPolicy:
    """Put rules in force."""
    return put_policy_in_force(backend().policies, call.project, call.body)


@handler.handles(routes.PUT_QUOTA)
def put_quota(call: Call) -> StoredQuota:
    """Put a quota in force."""
    return backend().quota_settings.set(call.project, call.body)


@handler.handles(routes.LIST_ALL_TOKENS)
def list_all_tokens(call: Call) -> Page[Token]:
    """List everybody's tokens."""
    return backend().tokens.list(call.project, None, call.query.page_size, call.query.page_token)


@handler.handles(routes.REVOKE_ANY_TOKEN)
def revoke_any_token(call: Call) -> Token:
    """Revoke anybody's token."""
    return backend().tokens.revoke(call.project, call.path["token_id"], call.actor, None)
