"""The real template on the local stack, once for all end-to-end tests; each test has a project of its own."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import lineal.local
from lineal.client import Client
from lineal.local import Identity, Stack
from lineal.resources.approvals import Approval
from lineal.resources.versions import Version
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.policies import Policy
from tests.e2e.onnx_bytes import linear_model
from tests.patience import PATIENCE

WAIT = PATIENCE
_projects = itertools.count(1)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with lineal.local.running(data=tmp_path_factory.mktemp("stack")) as up:
        yield up


@dataclass(frozen=True)
class World:
    """A project and what people do in it, through the public SDK."""

    stack: Stack
    project: str
    folder: Path

    def as_(self, identity: Identity) -> Client:
        return Client(self.stack.api_url, self.project, self.stack.session(identity))

    @property
    def scientist(self) -> Client:
        return self.as_(Identity.SCIENTIST)

    @property
    def approver(self) -> Client:
        return self.as_(Identity.APPROVER)

    @property
    def deployer(self) -> Client:
        return self.as_(Identity.DEPLOYER)

    @property
    def auditor(self) -> Client:
        return self.as_(Identity.AUDITOR)

    def version(self, model: str, mae: float, weight: float = 1.0) -> Version:
        """Log a run with a linear model of two features and register it."""
        script = Path(__file__)
        client = self.scientist
        with lineal.run(params={"weight": weight}, client=client, script=script) as run:
            run.use_dataset("rows", b"1,2,3\n")
            run.log({"mae": mae}, step=0)
            artifact = run.log_model(linear_model(weight))
        return lineal.register(model, artifact, run=run, client=client)

    def asked(self, version: Version) -> Approval:
        """Ask for production and return the approval once people are to decide."""
        asked = version.promote("production", reason="a test asks")
        pending = asked.wait(timeout=WAIT, until={ApprovalStatus.PENDING})
        assert pending.status is ApprovalStatus.PENDING, pending.refusal
        return pending

    def live(self, version: Version) -> Approval:
        """Bring a version to production by another person, and wait until it is live."""
        pending = self.asked(version)
        self.approver.approvals.get(pending.id).approve("a test approves")
        applied = pending.wait(timeout=WAIT)
        assert applied.status is ApprovalStatus.APPLIED, applied
        self.scientist.endpoints.wait(version.model, version.version, timeout=WAIT)
        return applied

    def root(self, service: str) -> Any:
        """Return a client that may do anything, to look behind the API."""
        return self.stack.root_session().client(service, endpoint_url=self.stack.endpoint_url)


@pytest.fixture
def world(stack: Stack, tmp_path: Path) -> World:
    project = f"test-{next(_projects)}"
    policy = Path(lineal.local.__file__).with_name("starter_policy.json").read_bytes()
    admin = Client(stack.api_url, project, stack.session(Identity.ADMIN))
    admin.policies.put(Policy.model_validate_json(policy))
    return World(stack, project, tmp_path)
