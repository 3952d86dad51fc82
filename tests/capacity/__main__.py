"""Measures all operations and publishes what they take: run `python -m tests.capacity` after a change."""

import json
import os
from datetime import UTC, datetime

from tests.aws import moto_tables, shared_client
from tests.capacity.figures import DATA, PAGE, published, rows
from tests.capacity.operations import Operations

os.environ |= {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
with moto_tables():
    measured = Operations(shared_client("dynamodb")).measure()
before = rows(published())
operations = {name: {"read": each.read, "write": each.write} for name, each in measured.items()}
DATA.write_text(
    json.dumps({"measured": f"{datetime.now(UTC):%Y-%m-%d}", "operations": operations}, indent=2) + "\n"
)
page = PAGE.read_text()
PAGE.write_text(page.replace("\n".join(before), "\n".join(rows(measured))))
