"""People, projects, rules and quotas."""

from lineal_contract import people, policies, projects, quotas, registry, tokens
from lineal_contract.base import Page
from lineal_contract.routes.route import Route

PUT_PERSON = Route(
    "put_person", "PUT", "/admin/people/{person_id}", "admin", people.Person,
    body=people.PutPerson, summary="Record a person and their identities", once=True,
)  # fmt: skip
UPDATE_PERSON = Route(
    "update_person", "PATCH", "/admin/people/{person_id}", "admin", people.Person,
    body=people.UpdatePerson, summary="Give a person identities, or take some away", once=True,
)  # fmt: skip
REMOVE_PERSON = Route(
    "remove_person", "DELETE", "/admin/people/{person_id}", "admin", people.Person,
    summary="Remove a person, their identities and their tokens", once=True,
)  # fmt: skip
LIST_PEOPLE = Route(
    "list_people", "GET", "/admin/people", "admin", Page[people.Person],
    query=registry.PageQuery, summary="List people",
)  # fmt: skip
LIST_PROJECTS = Route(
    "list_projects", "GET", "/admin/projects", "admin", Page[projects.Project],
    query=registry.PageQuery, summary="List projects",
)  # fmt: skip
CREATE_PROJECT = Route(
    "create_project", "PUT", "/admin/projects/{project}", "admin", projects.Project,
    body=projects.CreateProject, summary="Create a project", signed_only=True,
)  # fmt: skip
PUT_RETENTION = Route(
    "put_retention", "PUT", "/admin/projects/{project}/retention", "admin", projects.Project,
    body=projects.Retention, summary="Say for how long a project keeps runs that no version needs",
    once=True,
)  # fmt: skip
PUT_MLFLOW = Route(
    "put_mlflow", "PUT", "/admin/projects/{project}/mlflow", "admin", projects.Project,
    body=projects.MlflowSettings, summary="Choose how MLflow's clients reach a project's files",
    once=True,
)  # fmt: skip
PUT_MEMBER = Route(
    "put_member", "PUT", "/admin/projects/{project}/members/{person_id}", "admin", projects.Member,
    body=projects.PutMember, summary="Give a person roles in a project", once=True,
)  # fmt: skip
REMOVE_MEMBER = Route(
    "remove_member", "DELETE", "/admin/projects/{project}/members/{person_id}", "admin",
    projects.Member, summary="Take a person out of a project", once=True,
)  # fmt: skip
LIST_ALL_TOKENS = Route(
    "list_all_tokens", "GET", "/admin/projects/{project}/tokens", "admin", Page[tokens.Token],
    query=registry.PageQuery, summary="List everybody's tokens, newest first",
)  # fmt: skip
REVOKE_ANY_TOKEN = Route(
    "revoke_any_token", "DELETE", "/admin/projects/{project}/tokens/{token_id}", "admin", tokens.Token,
    summary="Revoke anybody's token",
)  # fmt: skip
PUT_POLICY = Route(
    "put_policy", "PUT", "/admin/projects/{project}/policy", "admin", policies.StoredPolicy,
    body=policies.Policy, summary="Put a project's promotion rules in force", once=True,
)  # fmt: skip
PUT_QUOTA = Route(
    "put_quota", "PUT", "/admin/projects/{project}/quota", "admin", quotas.StoredQuota,
    body=quotas.Quota, summary="Put a project's quota in force", once=True,
)  # fmt: skip
