"""Webhooks: who hears of what, and what they are sent."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from functions.bootstrap.access import AccessRoom
from functions.bootstrap.foundation import client_config

if TYPE_CHECKING:
    from functions.core.ports.webhooks import Notices, Outbound, Resolver, Tester, WebhookStore
    from functions.core.webhooks.addresses import Addresses
    from functions.core.webhooks.delivery import Announcing, Delivering
    from functions.core.webhooks.keeping import Webhooks


class WebhookRoom(AccessRoom):
    """Keeping, announcing, delivering."""

    @cached_property
    def webhooks(self) -> Webhooks:
        """Webhooks of projects."""
        from functions.core.webhooks.keeping import Webhooks

        return Webhooks(
            self._webhook_store, self._addresses, self._tester, self._recorder, self._world.new_id
        )

    @cached_property
    def announcing(self) -> Announcing:
        """Which webhooks hear of what."""
        from functions.core.webhooks.delivery import Announcing

        return Announcing(self._webhook_store, self.models, self._notices)

    @cached_property
    def delivering(self) -> Delivering:
        """What webhooks are sent."""
        from functions.core.webhooks.delivery import Delivering

        clock, jitter = self._world.clock, self._contention.jitter
        return Delivering(self._webhook_store, self._addresses, self._outbound, self._notices, clock, jitter)

    @cached_property
    def _webhook_store(self) -> WebhookStore:
        from functions.adapters.webhooks import DynamoWebhooks

        return DynamoWebhooks(self._registry_table)

    @cached_property
    def _notices(self) -> Notices:
        from functions.adapters.webhooks import NoticeQueue

        return NoticeQueue(self._client("sqs"), self._given("webhook_queue_url"))

    @cached_property
    def _tester(self) -> Tester:
        from functions.adapters.webhooks import SendingFunction

        # It is asked once, and waits for somebody else.
        once = client_config(read_timeout=20, retries={"total_max_attempts": 1})
        client = self._world.client("lambda", config=once)
        return SendingFunction(client, self._given("webhook_function"))

    @cached_property
    def _resolver(self) -> Resolver:
        from functions.adapters.outbound import NameServers

        return NameServers()

    @cached_property
    def _outbound(self) -> Outbound:
        import ssl

        from functions.adapters.outbound import PinnedOutbound

        return PinnedOutbound(ssl.create_default_context())

    @property
    def _addresses(self) -> Addresses:
        from functions.core.webhooks.addresses import Addresses

        return Addresses(self._resolver, self._settings.named_hosts())
