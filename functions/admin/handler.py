"""People, projects with their members, tokens, promotion rules and quotas."""

from functions.bootstrap import backend
from functions.http import Api, Call
from lineal_contract.base import Page
from lineal_contract.people import Person
from lineal_contract.policies import StoredPolicy
from lineal_contract.projects import Member, Project
from lineal_contract.quotas import StoredQuota
from lineal_contract.routes import admin as routes
from lineal_contract.tokens import Token

handler = Api()


@handler.handles(routes.PUT_PERSON)
def put_person(call: Call) -> Person:
    """Record a person."""
    return backend().people_administration.put_person(call.path["person_id"], call.body, call.cause())


@handler.handles(routes.UPDATE_PERSON)
def update_person(call: Call) -> Person:
    """Link and unlink identities."""
    return backend().people_administration.update_person(call.path["person_id"], call.body, call.cause())


@handler.handles(routes.REMOVE_PERSON)
def remove_person(call: Call) -> Person:
    """Remove a person."""
    return backend().people_administration.remove_person(call.path["person_id"], call.cause())


@handler.handles(routes.LIST_PEOPLE)
def list_people(call: Call) -> Page[Person]:
    """List people."""
    return backend().people_administration.list_people(call.query.page_size, call.query.page_token)


@handler.handles(routes.LIST_PROJECTS)
def list_projects(call: Call) -> Page[Project]:
    """List projects."""
    return backend().project_administration.list_projects(call.query.page_size, call.query.page_token)


@handler.handles(routes.CREATE_PROJECT)
def create_project(call: Call) -> Project:
    """Create a project."""
    return backend().project_administration.create_project(call.project, call.body, call.cause())


@handler.handles(routes.PUT_RETENTION)
def put_retention(call: Call) -> Project:
    """Say for how long runs are kept."""
    return backend().project_administration.put_retention(call.project, call.body, call.cause())


@handler.handles(routes.PUT_MLFLOW)
def put_mlflow(call: Call) -> Project:
    """Choose how MLflow's clients reach files."""
    return backend().project_administration.put_mlflow(call.project, call.body, call.cause())


@handler.handles(routes.PUT_MEMBER)
def put_member(call: Call) -> Member:
    """Give a person roles."""
    return backend().project_administration.put_member(
        call.project, call.path["person_id"], call.body, call.cause()
    )


@handler.handles(routes.REMOVE_MEMBER)
def remove_member(call: Call) -> Member:
    """Take a person out."""
    return backend().project_administration.remove_member(call.project, call.path["person_id"], call.cause())


@handler.handles(routes.PUT_POLICY)
def put_policy(call: Call) -> StoredPolicy:
    """Put rules in force."""
    return backend().rules_administration.put_policy(call.project, call.body, call.cause())


@handler.handles(routes.PUT_QUOTA)
def put_quota(call: Call) -> StoredQuota:
    """Put a quota in force."""
    return backend().rules_administration.put_quota(call.project, call.body, call.cause())


@handler.handles(routes.LIST_ALL_TOKENS)
def list_all_tokens(call: Call) -> Page[Token]:
    """List everybody's tokens."""
    return backend().tokens.list(call.project, None, call.query.page_size, call.query.page_token)


@handler.handles(routes.REVOKE_ANY_TOKEN)
def revoke_any_token(call: Call) -> Token:
    """Revoke anybody's token."""
    return backend().tokens.revoke(call.project, call.path["token_id"], None, call.cause())
