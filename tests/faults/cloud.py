"""The handlers on their real adapters: tables and bucket in moto, workflows and bus in memory, one wire."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

import functions.http
import functions.mlflow.surface
import functions.steps
from functions import bootstrap, tables
from functions.adapters.dynamo import document
from functions.adapters.keys.registry import member, project
from functions.core.errors import CoreError
from functions.settings import Settings
from lineal_contract.events import DetailType
from lineal_contract.people import PutPerson
from lineal_contract.projects import Member, Project
from lineal_contract.roles import Role
from lineal_contract.routes.route import Route
from tests import builders
from tests.aws import BUCKET, moto_stack, shared_client
from tests.builders import PROJECT
from tests.conftest import set_ambient
from tests.engines.moto_direct import DirectDynamo
from tests.fakes.cloudtrail import MACHINE
from tests.faults.requests import of_route
from tests.faults.services import Post, Queue, Trail
from tests.faults.states import Data, States
from tests.faults.wire import KilledError, Wire
from tests.unit.core.town import Echo

WORKFLOWS = Path(__file__).parents[2] / "infra" / "workflows"
MINUTES = 60_000
_RETRIES = 4
ONCE = 1
"""How often somebody asks who is gone before the answer comes."""
_SWEEPS = 2


class Bus:
    """A client of EventBridge: keeps what is sent, and starts deployments as the rule of the bus does."""

    def __init__(self, approved: Callable[[Data, str], None]) -> None:
        self.sent: dict[str, str] = {}
        self.details: dict[str, Data] = {}
        """The newest of each type."""
        self._approved = approved
        self._deliveries = 0

    def put_events(self, **given: Any) -> Data:
        """Accept events, and deliver each."""
        for entry in given["Entries"]:
            detail = json.loads(entry["Detail"])
            self.sent[detail["metadata"]["event_id"]] = entry["DetailType"]
            self.details[entry["DetailType"]] = detail
            self._deliveries += 1
            if entry["DetailType"] == DetailType.VERSION_APPROVED:
                self._approved(detail, f"delivery-{self._deliveries}")
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "accepted"} for _ in given["Entries"]]}


class Cloud:
    """One project and all functions that act in it."""

    def __init__(self, settings: Settings) -> None:
        self.now = builders.NOW
        self.wire = Wire()
        self._settings = settings
        self._relayed: set[str] = set()
        machines = {
            settings.require("approval_workflow_arn"): _machine("approval", "approval_steps"),
            settings.require("deployment_workflow_arn"): _machine("deployment", "deployment_steps"),
            settings.require("registration_workflow_arn"): _machine("registration", "registration_steps"),
            MACHINE: _machine("decide", "console_decisions"),
        }
        self.states = States(machines, lambda: self.now)
        self.bus = Bus(self._deploy)
        self.trail = Trail(self.wire)
        self.post = Post()
        self.queue = Queue()
        self._dynamo = DirectDynamo(shared_client("dynamodb"))
        self._start_process()

    def client(self, service: str, config: object = None) -> Any:
        """Stand in for `boto3.client`."""
        own = {
            "stepfunctions": self.states,
            "events": self.bus,
            "cloudtrail": self.trail,
            "sns": self.post,
            "sqs": self.queue,
            "dynamodb": self._dynamo,
        }
        return self.wire.client(service, own.get(service) or shared_client(service))

    def backend(self) -> bootstrap.Backend:
        """Stand in for `bootstrap.backend`: the backend of the process that runs now."""
        return self._backend

    def ask(
        self, route: Route[Any], who: str, body: Data, path: dict[str, str], tries: int = _RETRIES
    ) -> Data:
        """Make a request until it is answered, as the SDK does: the same again after a 5xx or no answer."""
        event = of_route(route, who, body, {"project": PROJECT} | path)
        return self.answered(route.function, event, tries)

    def answered(self, function: str, event: Data, tries: int = _RETRIES) -> Data:
        """Give a function an event until it answers it with something better than a 5xx."""
        handler = import_module(f"functions.{function}.handler").handler
        answer: Data = {"statusCode": 504}
        for _ in range(tries):
            answer = self._in_a_process(lambda: handler(event, None)) or answer
            if answer["statusCode"] < 500:
                break
            self.now += 1_000
        return answer

    def do(self, act: Callable[[], Data]) -> Data | None:
        """Do something in a process that may fail or be killed; None where it was."""
        return self._in_a_process(act)

    def settle(self) -> None:
        """Let the stream, the bus and the workflows do all they have to."""
        while self._relay() or self.states.work():
            pass

    def sweep(self) -> None:
        """Let the schedule come round, some minutes later each time."""
        for _ in range(_SWEEPS):
            self.now += 15 * MINUTES
            self.sweep_now()
            self.settle()

    def sweep_now(self) -> None:
        """Let the schedule come round, once."""
        handler = import_module("functions.sweep.handler").handler
        self._in_a_process(lambda: handler({}, None))

    def save(self) -> Any:
        """Return all that is kept in the cloud, to go back to."""
        kept = {name: table.items for name, table in _tables().items()}
        objects = {name: list(versions) for name, versions in _objects().lists()}
        return objects, deepcopy((kept, self.states.runs, self.bus.sent, self._relayed, self.now))

    def load(self, saved: Any) -> None:
        """Go back, the bucket too: moto takes ever longer for an object that has ever more versions."""
        objects, rest = saved
        kept, self.states.runs, self.bus.sent, self._relayed, self.now = deepcopy(rest)
        for name, table in _tables().items():
            table.items = kept[name]
        _objects().clear()
        _objects().update({name: list(versions) for name, versions in objects.items()})
        self._start_process()

    def items(self, prefix: str) -> list[Data]:
        """Return the registry's items whose partition begins so."""
        kept = _tables()[tables.REGISTRY.name].items
        rows = (row for partition, row in kept.items() if partition.value.startswith(prefix))
        return [item.to_json()["Attributes"] for row in rows for item in row.values()]

    def _start_process(self) -> None:
        world = bootstrap.World(clock=lambda: self.now, client=self.client, load_model=Echo)
        self._backend = bootstrap.Backend(self._settings, world)

    def _in_a_process(self, act: Callable[[], Data]) -> Data | None:
        """Return the answer, or None from a process that failed; the next one is a new one."""
        try:
            return act()
        except KilledError:
            self._start_process()
        except (CoreError, _unfinished()):
            pass
        return None

    def _relay(self) -> bool:
        """Bring what is new in the outbox to the relay, as the stream does, some times at most."""
        handler = import_module("functions.relay.handler").handler
        new = [i for i in self.items(tables.OUTBOX_PREFIX) if _sort(i) not in self._relayed]
        records = [_record(item) for item in new]
        for _ in range(_RETRIES if new else 0):
            answer = self._in_a_process(lambda: handler({"Records": records}, None))
            if answer == {"batchItemFailures": []}:
                break
        self._relayed |= {_sort(item) for item in new}
        return bool(new)

    def _deploy(self, detail: Data, name: str) -> None:
        arn = self._settings.require("deployment_workflow_arn")
        self.states.start_execution(stateMachineArn=arn, name=name, input=json.dumps(detail))


@contextmanager
def cloud_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Yield a cloud with a project, its people and its rules."""
    set_ambient(monkeypatch)
    with moto_stack() as settings:
        cloud = Cloud(settings)
        for module in (functions.http, functions.steps, functions.mlflow.surface):
            monkeypatch.setattr(module, "now", lambda: cloud.now)
        for module in (functions.http, functions.mlflow.surface):
            monkeypatch.setattr(module, "backend", cloud.backend)
        folders = (
            "registry",
            "approvals",
            "approval_steps",
            "deployments",
            "deployment_steps",
            "registration_steps",
            "relay",
            "sweep",
            "tracking",
            "console_decisions",
            "notifications",
            "webhooks",
            "admin",
            "tokens",
        )
        for folder in folders:
            monkeypatch.setattr(import_module(f"functions.{folder}.handler"), "backend", cloud.backend)
        _populate(cloud)
        yield cloud


def _populate(cloud: Cloud) -> None:
    backend = cloud.backend()
    table = backend.models.table
    made = Project(project=PROJECT, created_at=cloud.now, created_by=builders.ANN)
    table.put(project(PROJECT), document(made))
    roles = {
        "ann": (Role.DATA_SCIENTIST,),
        "bob": (Role.APPROVER, Role.DEPLOYER),
        "cleo": (Role.APPROVER,),
    }
    for actor in (builders.ANN, builders.BOB, builders.CLEO):
        name = actor.person or ""
        known = PutPerson(name=name, identities=(actor.principal,))
        backend.people_administration.put_person(name, known, builders.cause())
        joined = Member(
            project=PROJECT, person=name, roles=roles[name], added_at=cloud.now, added_by=builders.BOB
        )
        table.put(member(PROJECT, name), document(joined))
    backend.rules_administration.put_policy(PROJECT, builders.POLICY, builders.cause())


def _machine(name: str, folder: str) -> Any:
    definition = json.loads((WORKFLOWS / f"{name}.asl.json").read_text(encoding="utf-8"))
    return definition, lambda event, context: import_module(f"functions.{folder}.handler").handler(
        event, context
    )


def _unfinished() -> type[Exception]:
    error: type[Exception] = import_module("functions.sweep.handler").UnfinishedError
    return error


def _tables() -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].tables


def _objects() -> Any:
    """Return the versions of each object of the bucket, by key."""
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys


def _sort(item: Data) -> str:
    return str(item[tables.REGISTRY.sort_key]["S"])


def _record(item: Data) -> Data:
    names = (tables.REGISTRY.partition_key, tables.REGISTRY.sort_key)
    change = {"Keys": {n: item[n] for n in names}, "NewImage": item, "SequenceNumber": _sort(item)}
    return {"eventName": "INSERT", "dynamodb": change}
