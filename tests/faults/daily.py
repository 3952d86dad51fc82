"""What admins and MLflow's clients ask, in an order in which each request is answered well."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lineal_contract.mlflow import model_version_endpoints as versions
from lineal_contract.mlflow import registered_model_endpoints as models
from lineal_contract.mlflow import webhook_endpoints as webhooks
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.routes import admin, tokens
from lineal_contract.routes.route import Route
from lineal_contract.tokens import secret_digest
from tests import builders
from tests.builders import MODEL, POLICY, PROJECT
from tests.faults.cloud import Cloud
from tests.faults.requests import Data, of_endpoint, of_route

ADMIN = "root"
"""Who administers; the routes of administration are IAM's alone to open."""


@dataclass(frozen=True)
class Request:
    """One request. `nameless` ones are new each time they are sent: they carry no id of their own."""

    what: Route[Any] | Endpoint[Any, Any]
    function: str
    event: Callable[[Cloud], Data]
    nameless: bool = False

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.what.status if isinstance(self.what, Route) else 200

    def ask(self, cloud: Cloud, **how: int) -> Data:
        """Ask, and let everything come to rest; return the answer."""
        answer = cloud.answered(self.function, self.event(cloud), **how)
        cloud.settle()
        return answer


def _ask(
    route: Route[Any], who: str, *, project: str = PROJECT, body: Data | None = None, **path: str
) -> Request:
    event = of_route(route, who, body or {}, {"project": project} | path)
    return Request(route, route.function, lambda _: event)


def _mlflow(endpoint: Endpoint[Any, Any], *, nameless: bool = False, **body: Any) -> Request:
    return Request(endpoint, "mlflow", lambda _: of_endpoint(endpoint, "ann", body), nameless)


def _webhook(endpoint: Endpoint[Any, Any], *, nameless: bool = False, **body: Any) -> Request:
    def event(cloud: Cloud) -> Data:
        with cloud.wire.aside():
            newest = cloud.backend().webhooks.store.list(PROJECT)[-1].webhook_id
        return of_endpoint(endpoint, "ann", body | {"webhook_id": newest})

    return Request(endpoint, "mlflow", event, nameless)


def _token(number: int) -> Data:
    digest, name = secret_digest(f"secret {number}"), f"job {number}"
    return {
        "token_id": builders.hex_id(number), "secret_digest": digest, "name": name, "role": "DataScientist",
    }  # fmt: skip


_DORA = {"person_id": "dora"}
_ARN = "arn:aws:iam::123456789012:user/dora"
_NEW_RULES = POLICY.model_copy(update={"name": "stricter", "commit": "c" * 40}).model_dump(mode="json")

ADMINISTRATION = (
    _ask(admin.PUT_PERSON, ADMIN, body={"name": "Dora", "identities": [_ARN]}, **_DORA),
    _ask(admin.UPDATE_PERSON, ADMIN, body={"link": [f"{_ARN}-2"], "unlink": [_ARN]}, **_DORA),
    _ask(admin.CREATE_PROJECT, "ann", project="beta", body={"description": "another"}),
    _ask(admin.PUT_RETENTION, ADMIN, body={"deleted_runs_days": 30}),
    _ask(admin.PUT_MLFLOW, ADMIN, body={"artifacts": "proxy"}),
    _ask(admin.PUT_MEMBER, ADMIN, body={"roles": ["Approver"]}, **_DORA),
    _ask(admin.PUT_POLICY, ADMIN, body=_NEW_RULES),
    _ask(admin.PUT_QUOTA, ADMIN, body={"runs": 5}),
    _ask(tokens.CREATE_TOKEN, "ann", body=_token(1)),
    _ask(tokens.REVOKE_TOKEN, "ann", token_id=builders.hex_id(1)),
    _ask(tokens.CREATE_TOKEN, "ann", body=_token(2)),
    _ask(admin.REVOKE_ANY_TOKEN, ADMIN, token_id=builders.hex_id(2)),
    _ask(admin.REMOVE_MEMBER, ADMIN, **_DORA),
    _ask(admin.REMOVE_PERSON, ADMIN, **_DORA),
    _mlflow(
        webhooks.CREATE_WEBHOOK, nameless=True, name="chat", url="https://8.8.8.8/", secret="hush",
        events=[{"entity": "MODEL_VERSION", "action": "CREATED"}],
    ),
    _webhook(webhooks.UPDATE_WEBHOOK, nameless=True, name="chat-2", secret="other"),
    _webhook(webhooks.DELETE_WEBHOOK, nameless=True),
)  # fmt: skip

_FIRST = {"name": MODEL, "version": "1"}
_FILES = f"runs:/{builders.hex_id(1)}/model"

MLFLOW = (
    _mlflow(models.CREATE_REGISTERED_MODEL, nameless=True, name=MODEL, tags=[{"key": "team", "value": "a"}]),
    _mlflow(models.UPDATE_REGISTERED_MODEL, name=MODEL, description="of patients"),
    _mlflow(models.SET_REGISTERED_MODEL_TAG, name=MODEL, key="site", value="north"),
    _mlflow(models.DELETE_REGISTERED_MODEL_TAG, name=MODEL, key="site"),
    _mlflow(
        versions.CREATE_MODEL_VERSION, nameless=True, name=MODEL, source=_FILES, run_id=builders.hex_id(1)
    ),
    _mlflow(versions.UPDATE_MODEL_VERSION, **_FIRST, description="the first"),
    _mlflow(versions.SET_MODEL_VERSION_TAG, **_FIRST, key="checked", value="yes"),
    _mlflow(versions.DELETE_MODEL_VERSION_TAG, **_FIRST, key="checked"),
    _mlflow(models.SET_ALIAS, **_FIRST, alias="blue"),
    _mlflow(versions.TRANSITION_STAGE, **_FIRST, stage="Staging"),
    _mlflow(models.DELETE_ALIAS, name=MODEL, alias="blue"),
    _mlflow(versions.DELETE_MODEL_VERSION, **_FIRST),
    _mlflow(models.DELETE_REGISTERED_MODEL, name=MODEL),
    _mlflow(models.CREATE_REGISTERED_MODEL, nameless=True, name="other"),
    _mlflow(models.RENAME_REGISTERED_MODEL, name="other", new_name="another"),
)
