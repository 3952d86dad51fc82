"""What the fake server keeps, and how it refuses and turns pages."""

from lineal.http.transport import Request
from lineal_contract import approvals, artifacts, audit, lineage, logs, people, policies, registry, runs
from lineal_contract.base import Item, Page
from lineal_contract.chunks import Point
from lineal_contract.experiments import Experiment
from lineal_contract.problems import ChangedParam, Problem, ProblemCode
from lineal_contract.projects import Project
from lineal_contract.quotas import StoredQuota

API_URL = "https://api.test/stage"
STORAGE = "https://storage.test"
PROJECT = "alpha"
ACTOR = people.Actor(principal="arn:aws:iam::123456789012:user/ada", person="ada")
POLICY = policies.Policy(name="plain", stages={policies.Stage.STAGING: policies.StagePolicy()})
PARTS_PER_PAGE = 2


class Refusal(Exception):  # noqa: N818 -- an answer, not a failure of the fake
    """An answer that is a problem."""

    def __init__(
        self, status: int, code: ProblemCode, detail: str = "", *,
        changed: tuple[ChangedParam, ...] = (), refused: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.status = status
        self.problem = Problem(
            type=f"urn:lineal:{code}",
            title=code,
            status=status,
            code=code,
            detail=detail,
            request_id="r-1",
            changed=changed,
            refused=refused,
        )


class State:
    """Everything that was stored."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.refusals: dict[str, Refusal] = {}
        self.bad_keys: set[str] = set()
        self.experiments: dict[str, Experiment] = {}
        self.runs: dict[str, runs.Run] = {}
        self.chunks: dict[tuple[str, str, int], list[Point]] = {}
        self.logs: dict[tuple[str, int, str, int], logs.LogLines] = {}
        self.beats: list[str] = []
        self.objects: dict[str, bytes] = {}
        self.stored: dict[str, artifacts.StoredObject] = {}
        self.parts: dict[tuple[str, int], bytes] = {}
        self.faults: list[int] = []
        self.versions: dict[str, list[registry.ModelVersion]] = {}
        self.by_request: dict[str, registry.ModelVersion] = {}
        self.approvals: dict[str, approvals.Approval] = {}
        self.statuses: list[approvals.ApprovalStatus] = []
        self.people: dict[str, people.Person] = {}
        self.policy = POLICY
        self.quota = StoredQuota()
        self.project = Project(project=PROJECT, created_at=0, created_by=ACTOR)
        self.audit: list[audit.AuditRecord] = []
        self.failures: tuple[lineage.FileFailure, ...] = ()


def page_of(items: list[Item], token: str | None, kind: type[Page[Item]]) -> Page[Item]:
    """Pages of two, so that every listing has to turn them."""
    start = int(token or 0)
    following = str(start + 2) if start + 2 < len(items) else None
    return kind(items=tuple(items[start : start + 2]), next_page_token=following)
