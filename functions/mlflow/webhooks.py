"""Webhooks in MLflow's words."""

from functions.core.webhooks.keeping import Wanted
from functions.mlflow.paging import page
from functions.mlflow.surface import Call, surface
from lineal_contract import webhooks as native
from lineal_contract.mlflow import webhook_endpoints as endpoints
from lineal_contract.mlflow import webhooks as wire
from lineal_contract.mlflow.messages import Empty


@surface.handles(endpoints.CREATE_WEBHOOK)
def create(call: Call[wire.CreateWebhook]) -> wire.OneWebhook:
    """Make a webhook."""
    wanted = Wanted(**dict(call.request))
    return _one(call.backend.webhooks.create(call.project, wanted, call.cause()))


@surface.handles(endpoints.LIST_WEBHOOKS)
def list_webhooks(call: Call[wire.ListWebhooks]) -> wire.Webhooks:
    """List a page of webhooks, oldest first."""
    found, token = page(
        call.backend.page_tokens,
        ["webhooks", call.project],
        call.backend.webhooks.list(call.project),
        lambda each: (each.webhook_id,),
        call.request.page_token,
        call.request.max_results,
    )
    return wire.Webhooks(webhooks=tuple(map(shown, found)), next_page_token=token)


@surface.handles(endpoints.GET_WEBHOOK)
def get(call: Call[wire.OfWebhook]) -> wire.OneWebhook:
    """Read a webhook."""
    return _one(call.backend.webhooks.get(call.project, call.request.webhook_id))


@surface.handles(endpoints.UPDATE_WEBHOOK)
def update(call: Call[wire.UpdateWebhook]) -> wire.OneWebhook:
    """Change a webhook."""
    said = {name: value for name, value in call.request if name != "webhook_id"}
    wanted = Wanted(**(said | {"events": call.request.events or None}))
    return _one(call.backend.webhooks.update(call.project, call.request.webhook_id, wanted, call.cause()))


@surface.handles(endpoints.DELETE_WEBHOOK)
def delete(call: Call[wire.OfWebhook]) -> Empty:
    """Delete a webhook."""
    call.backend.webhooks.delete(call.project, call.request.webhook_id, call.cause())
    return Empty()


@surface.handles(endpoints.TEST_WEBHOOK)
def test(call: Call[wire.TestWebhook]) -> wire.OneWebhookTestResult:
    """Send an example now, and say what came of it."""
    said = call.backend.webhooks.test(call.project, call.request.webhook_id, call.request.event)
    result = wire.WebhookTestResult(
        success=said.success,
        response_status=said.status,
        response_body=said.body or None,
        error_message=said.error or None,
    )
    return wire.OneWebhookTestResult(result=result)


def shown(webhook: native.Webhook) -> wire.Webhook:
    """Return a webhook as MLflow shows it."""
    return wire.Webhook(
        webhook_id=webhook.webhook_id,
        name=webhook.name,
        url=webhook.url,
        events=tuple(
            wire.WebhookEventShown(entity=each.entity.upper(), action=each.action.upper())
            for each in webhook.events
        ),
        description=webhook.description,
        status=webhook.status.value,
        creation_timestamp=webhook.created_at,
        last_updated_timestamp=webhook.updated_at,
    )


def _one(webhook: native.Webhook) -> wire.OneWebhook:
    return wire.OneWebhook(webhook=shown(webhook))
