"""Webhooks: made, changed and deleted by people, each change in the project's trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.core.audit.trails import Note, Recorder
from functions.core.causes import Cause
from functions.core.errors import ConflictError, NotFoundError
from functions.core.ports.webhooks import Tested, Tester, WebhookStore
from functions.core.ports.world import NewId
from functions.core.webhooks.addresses import Addresses
from lineal_contract.webhooks import MAX_WEBHOOKS, Webhook, WebhookEvent, WebhookStatus

_TOLD = ("name", "url", "events", "status", "signed")
"""What the trail says of a webhook: never its secret."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a webhook shall be; None leaves a field as it is. An empty secret signs nothing."""

    name: str | None = None
    url: str | None = None
    events: tuple[WebhookEvent, ...] | None = None
    description: str | None = None
    secret: str | None = None
    status: WebhookStatus | None = None

    def said(self) -> dict[str, Any]:
        """Return the fields of the record that are given."""
        fields = {name: getattr(self, name) for name in ("name", "url", "events", "description", "status")}
        if self.secret is not None:
            fields["signed"] = bool(self.secret)
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class Webhooks:
    """Each change is one transaction with its record in the trail."""

    store: WebhookStore
    addresses: Addresses
    tester: Tester
    recorder: Recorder
    new_id: NewId

    def create(self, project: str, wanted: Wanted, cause: Cause) -> Webhook:
        """Return a new webhook. Raises InvalidRequestError for its address, ConflictError for too many."""
        said = wanted.said()
        self.addresses.check(said["url"])
        made = Webhook(
            project=project,
            webhook_id=self.new_id(),
            created_at=cause.at,
            updated_at=cause.at,
            created_by=cause.actor,
            **said,
        )

        def attempt(note: Note) -> Webhook:
            if self.store.get(project, made.webhook_id) is None:  # else stored, and the reply was lost
                if len(self.list(project)) >= MAX_WEBHOOKS:
                    raise ConflictError(f"a project has at most {MAX_WEBHOOKS} webhooks")
                self.store.put(made, wanted.secret or "", _entry(note, "webhook.created", made))
            return made

        return self.recorder.run(
            project, cause, attempt, repeated=lambda done: self.get(project, done.made), insistent=True
        )

    def get(self, project: str, webhook_id: str) -> Webhook:
        """Return a webhook. Raises NotFoundError."""
        found = self.store.get(project, webhook_id)
        if found is None or found.deleted_at is not None:
            raise _unknown(project, webhook_id)
        return found

    def list(self, project: str) -> Sequence[Webhook]:
        """Return a project's webhooks, oldest first."""
        return [each for each in self.store.list(project) if each.deleted_at is None]

    def update(self, project: str, webhook_id: str, wanted: Wanted, cause: Cause) -> Webhook:
        """Return a webhook with what is wanted. Raises NotFoundError, InvalidRequestError."""
        if wanted.url is not None:
            self.addresses.check(wanted.url)
        return self._change(project, webhook_id, "webhook.changed", wanted.said(), wanted.secret, cause)

    def delete(self, project: str, webhook_id: str, cause: Cause) -> None:
        """Delete a webhook and its secret. Raises NotFoundError."""
        said = {"deleted_at": cause.at, "signed": False}
        self._change(project, webhook_id, "webhook.deleted", said, "", cause)

    def test(self, project: str, webhook_id: str, event: WebhookEvent | None) -> Tested:
        """Send an example, of the webhook's first event if of no other.

        Raises NotFoundError, UnavailableError.
        """
        found = self.get(project, webhook_id)
        return self.tester.test(project, webhook_id, event or found.events[0])

    def _change(
        self,
        project: str,
        webhook_id: str,
        action: str,
        said: Mapping[str, Any],
        secret: str | None,
        cause: Cause,
    ) -> Webhook:
        written: list[Webhook] = []

        def attempt(note: Note) -> Webhook:
            before = self.store.get(project, webhook_id)
            if before is not None and before in written:  # stored, and the reply was lost
                return before
            if before is None or before.deleted_at is not None:
                raise _unknown(project, webhook_id)
            if secret is None and before.model_copy(update=said) == before:
                return before
            after = before.model_copy(
                update={**said, "updated_at": cause.at, "revision": before.revision + 1}
            )
            written.append(after)
            self.store.put(after, secret, _entry(note, action, after))
            return after

        return self.recorder.run(
            project,
            cause,
            attempt,
            repeated=lambda _: self.store.get(project, webhook_id) or self.get(project, webhook_id),
            insistent=True,
        )


def _unknown(project: str, webhook_id: str) -> NotFoundError:
    return NotFoundError(f"project {project} has no webhook {webhook_id}")


def _entry(note: Note, action: str, webhook: Webhook) -> Any:
    details = webhook.model_dump(mode="json", include=set(_TOLD))
    return note.entry(action, f"webhook/{webhook.webhook_id}", **details)
