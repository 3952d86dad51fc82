"""What a stack costs in a month in which nobody uses it, option by option."""

from collections.abc import Sequence
from dataclasses import dataclass

from lineal.cost.prices import Prices, Quantities

ALARMS = 16
"""Of the default stack."""
FREE_ALARMS, FREE_DASHBOARDS = 10, 3
"""Of an account, not of a stack."""
SWEEPS = 12 * 24 * 30
"""A month's, one every five minutes."""
HOURS = 730
ENDPOINT_SERVICES = ("cloudtrail", "events", "kms", "lambda", "sns", "sqs", "stepfunctions", "xray")
"""What functions in private subnets need interface endpoints for, without NAT; KMS for signatures alone."""


@dataclass(frozen=True)
class Idle:
    """What an option takes in a month; `note` says what there is to know."""

    option: str
    taken: Quantities
    note: str = ""


def options() -> Sequence[Idle]:
    """Return the default stack's items, then what options add."""
    sweep = {
        "lambda_requests": SWEEPS,
        "lambda_gb_seconds": SWEEPS * 0.2,
        "dynamodb_reads": SWEEPS * 21,
    }
    return (
        Idle("API, functions, tables, workflows, queues, topics", {}, "nothing while nobody calls"),
        Idle("the sweep, every five minutes", sweep, "0.2 s and 21 read units each are assumed"),
        Idle("polling the webhooks' queue", {}, "some 650,000 requests of an account's free million"),
        Idle(f"{ALARMS} alarms", {"alarm_months": ALARMS}, f"{FREE_ALARMS} of an account are free"),
        Idle("the dashboard", {"dashboard_months": 1}, f"{FREE_DASHBOARDS} of an account are free"),
        Idle("`lineal:signing`", {"kms_key_months": 1}, "a key for signatures"),
        Idle("`lineal:object-lock-days`", {}, "nothing itself; versions that it keeps are stored"),
        Idle("`lineal:archive`", {}, "events are stored by the gigabyte"),
        Idle(
            "private subnets, one NAT gateway with its address",
            {"nat_gateway_hours": HOURS, "public_address_hours": HOURS},
            "and by the gigabyte",
        ),
        Idle(
            f"private subnets, {len(ENDPOINT_SERVICES)} interface endpoints in one zone",
            {"endpoint_hours": len(ENDPOINT_SERVICES) * HOURS},
            "and by the gigabyte; those of S3 and DynamoDB are free",
        ),
    )


def default_month(prices: Prices) -> float:
    """Return what the default stack costs in an account that has no other alarm and no other dashboard."""
    sweep = options()[1].taken
    return prices.of(sweep) + prices.units["alarm_months"].of(ALARMS - FREE_ALARMS)
