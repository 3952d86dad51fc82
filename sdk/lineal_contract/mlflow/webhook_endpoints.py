"""Endpoints of webhooks."""

from lineal_contract.mlflow import webhooks
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.messages import Empty

_W = "mlflow/webhooks"

CREATE_WEBHOOK = Endpoint(
    "create_webhook", "POST", _W,
    webhooks.CreateWebhook, webhooks.OneWebhook,
    "Make a webhook", once=True,
)  # fmt: skip
LIST_WEBHOOKS = Endpoint(
    "list_webhooks", "GET", _W,
    webhooks.ListWebhooks, webhooks.Webhooks,
    "List webhooks",
)  # fmt: skip
GET_WEBHOOK = Endpoint(
    "get_webhook", "GET", f"{_W}/{{webhook_id}}",
    webhooks.OfWebhook, webhooks.OneWebhook,
    "Read a webhook",
)  # fmt: skip
UPDATE_WEBHOOK = Endpoint(
    "update_webhook", "PATCH", f"{_W}/{{webhook_id}}",
    webhooks.UpdateWebhook, webhooks.OneWebhook,
    "Change a webhook", once=True,
)  # fmt: skip
DELETE_WEBHOOK = Endpoint(
    "delete_webhook", "DELETE", f"{_W}/{{webhook_id}}",
    webhooks.OfWebhook, Empty,
    "Delete a webhook", once=True,
)  # fmt: skip
TEST_WEBHOOK = Endpoint(
    "test_webhook", "POST", f"{_W}/{{webhook_id}}/test",
    webhooks.TestWebhook, webhooks.OneWebhookTestResult,
    "Send an example to a webhook",
)  # fmt: skip
