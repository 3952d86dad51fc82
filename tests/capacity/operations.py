"""Each operation that matters, done once by the functions' own handlers on metered tables."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

from pydantic import BaseModel

from functions.adapters.dynamo import Table, document
from functions.adapters.keys import registry as registry_keys
from functions.adapters.keys import runs as run_keys
from functions.bootstrap import Backend, World
from functions.core.causes import Cause
from functions.core.models.adopting import Adoption
from functions.core.objects.staging import Staging
from functions.core.objects.uploads import object_key
from functions.core.runs.experiments import experiment_id
from functions.settings import Settings
from functions.tables import REGISTRY, RUNS
from lineal_contract.chunks import Point, encode
from lineal_contract.digests import content_address
from lineal_contract.ids import new_id
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.people import Actor
from lineal_contract.projects import Member, Project
from lineal_contract.registry import CreateModel
from lineal_contract.routes import tracking as routes
from lineal_contract.routes.route import IDEMPOTENCY_KEY, Route
from lineal_contract.runs import CreateRun, LogChunk, RunQuery, RunStatus, UpdateRun
from lineal_contract.series import MetricQuery
from tests.builders import sha
from tests.capacity.meter import Meter
from tests.capacity.shelved import METRIC, BlocksInMemory, shelve, show
from tests.capacity.units import Units
from tests.fakes.backend import TEAM
from tests.fakes.objects import MemoryObjects
from tests.fakes.records import MemoryWorkflows
from tests.fakes.registrations import MemoryPlans, MemoryRegistrationRuns
from tests.fakes.staging import MemoryStaging
from tests.fakes.webhooks import MemoryTester, Names
from tests.unit.functions.calls import event
from tests.unit.functions.test_samples import APPROVAL, BYTES, NOW, WAY, Sum, sample

SEARCHED_RUNS = 1_000
FOLDED_RUNS = (2_000, 1_000_000)
STAGED_FILES = 500
_MOMENT = 1_767_225_600_000
_ENDS_IN_REFUSAL = {"deployment_steps/fail", "deployments/rollback"}


class MeteredBackend(Backend):
    """The backend on metered tables; stored bytes and workflows, which cost no units, are in memory."""

    def __init__(self, meter: Meter) -> None:
        # The clock stands still: a minute that ends in between would take another block of the quota.
        super().__init__(Settings(), World(clock=lambda: NOW, new_id=lambda: APPROVAL, load_model=Sum))
        self.memory_objects, workflows = MemoryObjects(), MemoryWorkflows()
        self.__dict__ |= {
            "_runs_table": Table(meter, RUNS.name),  # type: ignore[arg-type]
            "_registry_table": Table(meter, REGISTRY.name),  # type: ignore[arg-type]
            "_approval_workflow": workflows,
            "waiting": workflows,
            "objects": self.memory_objects,
            "blocks": BlocksInMemory(Table(meter, RUNS.name), None, ""),  # type: ignore[arg-type]
            "staging": Staging(MemoryStaging()),
            "_plans": MemoryPlans(),
            "_deployment_notes": MemoryPlans(),
            "_registration_workflow": MemoryRegistrationRuns(),
            "_resolver": Names({"ci.example.com": ("93.184.215.14",)}),
            "_tester": MemoryTester(),
        }
        _make_project(Table(meter.client, REGISTRY.name))


def _make_project(registry: Table) -> None:
    """Put the project of the samples and its members where admission looks, unmetered."""
    made: dict[str, Any] = {"created_at": 0, "created_by": Actor(principal="setup", person=None)}
    registry.put(registry_keys.project("team"), document(Project(project="team", **made)))
    for person, roles in TEAM.items():
        member = Member(project="team", person=person, roles=roles, added_at=0, added_by=made["created_by"])
        registry.put(registry_keys.member("team", person), document(member))


class Operations:
    """Does things through the handlers and notes the units of each."""

    def __init__(self, client: Any) -> None:
        self.meter = Meter(client)
        self.backend = MeteredBackend(self.meter)
        self.figures: dict[str, Units] = {}
        self.gets: dict[int, int] = {}
        """Requests of the bucket that a search of so many folded runs takes."""

    def measure(self) -> dict[str, Units]:
        """Return the units of each operation, by name."""
        with self._in_handlers():
            self._the_way_of_a_version()
            self._runs()
            self._searches()
            self._pending_version()
        return self.figures

    def call(self, route: Route[Any], body: BaseModel | None = None, **path: str) -> Any:
        """Answer a request and return what its route answers."""
        query = body if route.query else None
        asked = event(route, project="team", **path) | {
            "body": body.model_dump_json() if route.body and body else None,
            "queryStringParameters": query
            and {k: str(v) for k, v in query.model_dump(exclude_none=True).items() if v != ""},
        }
        if route.once:  # as the SDK sends it
            asked["headers"] = {**asked.get("headers", {}), IDEMPOTENCY_KEY.lower(): new_id()}
        answer = import_module(f"functions.{route.function}.handler").handler(asked, None)
        assert answer["statusCode"] == route.status, answer["body"]
        return route.answer.model_validate_json(answer["body"])

    @contextmanager
    def _noted(self, name: str) -> Iterator[None]:
        with self.meter.counting() as so_far:
            yield
            self.figures[name] = so_far()

    def _the_way_of_a_version(self) -> None:
        """The functions' raw inputs, from a run to its endpoint."""
        for name, expected in WAY:
            handler = import_module(f"functions.{name.split('/')[0]}.handler").handler
            with self._noted(name.replace("/", ".")):
                answer = handler(sample(name), None)
            assert expected in (answer.get("statusCode"), answer.get("outcome")), (name, answer)
            if name == "tracking/begin_upload":
                self.backend.memory_objects.put(object_key("team", content_address([sha(BYTES)])), BYTES)
        for name in _ENDS_IN_REFUSAL:
            del self.figures[name.replace("/", ".")]

    def _runs(self) -> None:
        """A run of some size: fifty metrics, a thousand points in a flush."""
        run_id = "0192f0c1a2b37c4d8e5f60718293a4b5"
        with self._noted("start a run"):
            self._start(run_id)
        with self._noted("log 1,000 points"):
            self._log(run_id, 0, ["loss"])
        for seq, name in ((1, "log 1,000 points of 50 metrics"), (2, "log them again, further on")):
            with self._noted(name):
                self._log(run_id, seq, [f"metric {n}" for n in range(50)])
        with self._noted("deliver the same points again"):
            self._log(run_id, 2, [f"metric {n}" for n in range(50)])
        with self._noted("read 1,000 points"):
            found = self.call(routes.GET_METRIC, MetricQuery(key="loss"), run_id=run_id)
        assert len(found.points) == 1_000
        with self._noted("set tags"):
            self.call(routes.UPDATE_RUN, UpdateRun(tags={"a": "b"}), run_id=run_id)
        with self._noted("end a run"):
            self.call(
                routes.UPDATE_RUN, UpdateRun(status=RunStatus.FINISHED, ended_at=_MOMENT), run_id=run_id
            )
        with self._noted("read a run"):
            self.call(routes.GET_RUN, run_id=run_id)

    def _searches(self) -> None:
        """Runs as small ones are: ten params, ten metrics."""
        first = "0" * 32
        self._start(first, "sweep", {f"param {n}": f"{n / 7:.6f}" for n in range(10)})
        self._log(first, 0, [f"metric {n}" for n in range(10)], count=10)
        self._copy(first)
        with self._noted("list 20 runs of 1,000"):
            self.call(routes.LIST_RUNS, RunQuery(experiment="sweep", page_size=20))
        with self._noted("search 1,000 runs"):
            query = RunQuery(experiment="sweep", filter="metrics.`metric 3` < 2", order_by="params.`param 2`")
            assert len(self.call(routes.LIST_RUNS, query).items) == query.page_size
        for count in FOLDED_RUNS:
            self._folded_search(count, first)

    def _folded_search(self, count: int, like: str) -> None:
        """A filter and an order over runs in blocks, by a function that has read none of them yet."""
        name, runs = f"{count} folded", Table(self.meter.client, RUNS.name)
        self._start(f"{count:x}".rjust(32, "f"), name)
        at = experiment_id("team", name)
        shelve(self.backend.blocks, "team", at, count)
        made = runs.get(run_keys.run("team", experiment_id("team", "sweep"), like))
        assert made is not None
        show(runs, made, "team", at, range(count - 20, count))
        query = RunQuery(
            experiment=name,
            filter=f"metrics.`{METRIC}` > 2",
            order_by=f"metrics.`{METRIC}` DESC",
            page_size=20,
        )
        BlocksInMemory.gets.clear()
        with self._noted(f"search {count:,} folded runs"):
            assert len(self.call(routes.LIST_RUNS, query).items) == query.page_size
        self.gets[count] = len(BlocksInMemory.gets)

    def _pending_version(self) -> None:
        """A version of many staged files, all different."""
        backend, cause = self.backend, Cause(Actor(principal="setup"), _MOMENT, "request")
        backend.curating.create("team", CreateModel(model="staged"), cause)
        for number in range(STAGED_FILES):
            backend.staging.write("team", f"0/staged/{number}", b"%d" % number)
        plan = backend.pinning.pin("team", "0/staged")
        with self._noted(f"ask for a version of {STAGED_FILES} staged files"):
            made = backend.adopting.register(
                "team", "staged", Adoption("", "staged", plan, None, "", {}), cause
            )
        assert made.status is VersionStatus.PENDING
        with self._noted(f"hash {STAGED_FILES} files"):
            assert backend.completing.hash("team", APPROVAL, 0) == STAGED_FILES
        with self._noted("make the version ready"):
            assert backend.completing.finish("team", APPROVAL, cause)

    def _copy(self, run_id: str) -> None:
        """Put copies of a run beside it, unmetered: to make each would take a minute and show nothing."""
        runs, experiment = Table(self.meter.client, RUNS.name), experiment_id("team", "sweep")
        made = runs.get(run_keys.run("team", experiment, run_id))
        assert made is not None
        for number in range(1, SEARCHED_RUNS):
            copy_id = f"{number:032x}"
            state = made | {"doc": {"S": made["doc"]["S"].replace(run_id, copy_id)}}
            runs.put(
                run_keys.run("team", experiment, copy_id),
                {k: v for k, v in state.items() if k not in ("PK", "SK")},
            )

    def _start(self, run_id: str, experiment: str = "Default", params: dict[str, str] | None = None) -> None:
        wanted = CreateRun(run_id=run_id, experiment=experiment, params=params or {}, started_at=_MOMENT)
        self.call(routes.CREATE_RUN, wanted)

    def _log(self, run_id: str, seq: int, keys: list[str], count: int = 1_000) -> None:
        points = [curve_point(keys[n % len(keys)], seq * count + n) for n in range(count)]
        self.call(routes.LOG_CHUNK, LogChunk(writer="0", seq=seq, data=encode(points)), run_id=run_id)

    @contextmanager
    def _in_handlers(self) -> Iterator[None]:
        folders = {name.split("/")[0] for name, _ in WAY}
        with ExitStack() as stack:
            handlers = (f"functions.{folder}.handler" for folder in sorted(folders - {"mlflow"}))
            for module in ("functions.http", "functions.mlflow.surface", *handlers):
                stack.enter_context(patch(f"{module}.backend", lambda: self.backend))
            yield


def curve_point(key: str, n: int) -> Point:
    """Return a point of a noisy loss curve: its float64 has no digits to spare."""
    noise = math.modf(math.sin(n * 12.9898) * 43_758.5453)[0]
    return Point(key, n, _MOMENT + n * 137 + int(noise * 9), math.exp(-n / 300) + noise * 0.01)
