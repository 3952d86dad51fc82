"""The bus that lineal speaks on.

Idle cost: none. The archive is billed by the gigabyte it takes in and keeps, some cents a month for a busy
registry.
"""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from lineal_contract.events import SOURCE

_ARCHIVE_KEPT = Duration.days(90)


class Bus(Construct):
    """A custom bus without a resource policy: only roles of this account that are granted it may send."""

    bus: events.EventBus

    def __init__(self, scope: Construct, construct_id: str, *, name: str, archive: bool) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(self, "Bus", event_bus_name=name)
        if archive:
            self.bus.archive(
                "Archive",
                event_pattern=events.EventPattern(source=[SOURCE]),
                retention=_ARCHIVE_KEPT,
                description="Everything lineal announced, for replays into new or repaired consumers",
            )

    def grant_send(self, role: iam.Role) -> None:
        """Let the role put events on the bus."""
        self.bus.grant_put_events_to(role)
