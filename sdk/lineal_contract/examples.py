"""An example of each path parameter, body and query, for the API's document and its tests."""

from base64 import b64decode
from hashlib import sha256

from pydantic import BaseModel

from lineal_contract.approvals import (
    ApprovalQuery,
    ApprovalStatus,
    CancelPromotion,
    Decide,
    Delegate,
    RequestPromotion,
    Verdict,
)
from lineal_contract.artifacts import (
    ArtifactFile,
    BeginUpload,
    CompleteUpload,
    LogArtifact,
    ModelInfo,
)
from lineal_contract.audit import AuditQuery
from lineal_contract.batches import DownloadQuery, SmallFile, SmallFiles
from lineal_contract.cards import CardQuery, ModelCard, PutCard
from lineal_contract.datasets import digest_of
from lineal_contract.deployments import Invocation, Rollback
from lineal_contract.digests import content_address
from lineal_contract.experiments import CreateExperiment, ExperimentQuery, UpdateExperiment
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction, PutConsumer
from lineal_contract.lineage import TraceQuery, VerifyVersion
from lineal_contract.logs import LogLines, LogQuery, pack
from lineal_contract.people import PutPerson, UpdatePerson
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.projects import ArtifactScheme, CreateProject, MlflowSettings, PutMember, Retention
from lineal_contract.quotas import Quota
from lineal_contract.registry import (
    CreateModel,
    Describe,
    PageQuery,
    RegisterVersion,
    RenameModel,
    SearchQuery,
    SetAlias,
)
from lineal_contract.rehearsals import BacktestPolicy, CheckPolicy
from lineal_contract.roles import Role
from lineal_contract.rules import BeatsProduction, Goal, LineageComplete
from lineal_contract.runs import (
    Code,
    CreateRun,
    DatasetFile,
    LogChunk,
    RunQuery,
    RunStatus,
    StartAttempt,
    UpdateRun,
    UseDataset,
)
from lineal_contract.series import MetricQuery, SeriesQuery
from lineal_contract.tokens import CreateToken, secret_digest

_RUN = "0192f0c1a2b37c4d8e5f60718293a4b5"
_APPROVAL = "0192f0d4b3c27a1e9f6071829304a5b6"
_BEARER = "0192f0d9e6f17c2b8d4a5f6071829304"
_REQUEST = "0192f0c9d4e57b3f8061728394a5b6c7"
_STARTED = 1_767_225_600_000
_BYTES = b"a model"
_PART = sha256(_BYTES).hexdigest()
_ADDRESS = content_address([_PART])
_ROWS = DatasetFile(path="rows.csv", sha256=sha256(b"1,2,3\n").hexdigest(), size=6)
_POINTS = b64decode("eJzz8XU2ZGRizk1MZWBgYLqw/urbd2kX+BkQ4ICXu4MDAMTkCY4=")
"""mae 52.0 at step 0, then 47.5 at step 1."""

PATH: dict[str, str] = {
    "project": "demo",
    "experiment_id": "0",
    "run_id": _RUN,
    "digest": _ADDRESS,
    "model": "diabetes",
    "version": "1",
    "approval_id": _APPROVAL,
    "endpoint": "diabetes",
    "person_id": "ada",
    "alias": "challenger",
    "consumer": "nightly-scoring",
    "token_id": _BEARER,
}
"""A value for each path parameter."""

_POLICY = Policy(
    name="starter",
    stages={
        Stage.PRODUCTION: StagePolicy(
            rules=(
                LineageComplete(check="lineage_complete"),
                BeatsProduction(check="beats_production", metric="mae", goal=Goal.MINIMIZE),
            ),
            approvals=1,
        )
    },
)

_EXAMPLES: tuple[BaseModel, ...] = (
    Quota(points_per_day=100_000_000, stored_bytes=2**40),
    LogLines(writer="0", seq=0, data=pack(b"1767225601000 o epoch 1: mae 47.5\n")),
    LogQuery(newest_first=True, page_size=1),
    CreateExperiment(name="diabetes", note="Progression after a year.", tags={"team": "health"}),
    UpdateExperiment(tags={"team": "research"}, remove_tags=("draft",)),
    ExperimentQuery(filter="tags.team = 'health'", page_size=20),
    CreateRun(
        run_id=_RUN,
        experiment="diabetes",
        name="baseline",
        params={"alpha": "0.1"},
        code=Code(commit="8a5edab282632443219e051e4ade2d1d5bbc671c", branch="main"),
        started_at=_STARTED,
    ),
    UpdateRun(status=RunStatus.FINISHED, ended_at=_STARTED + 60_000),
    StartAttempt(attempt_id=_REQUEST, host="trainer-1", started_at=_STARTED + 120_000),
    RunQuery(experiment="diabetes", page_size=20),
    LogChunk(writer="0", seq=0, data=_POINTS),
    MetricQuery(key="mae"),
    SeriesQuery(runs=_RUN, keys="mae", max_points=100),
    UseDataset(
        name="rows",
        digest=digest_of((_ROWS,)),
        source="s3://datasets/rows.csv",
        files=(_ROWS,),
    ),
    BeginUpload(size=len(_BYTES), part_digests=(_PART,)),
    CompleteUpload(size=len(_BYTES), sha256=_PART, part_digests=(_PART,)),
    SmallFiles(files=(SmallFile(size=len(_BYTES), sha256=_PART),)),
    DownloadQuery(digests=_ADDRESS),
    LogArtifact(
        name="model",
        files=(ArtifactFile(path="model.onnx", digest=_ADDRESS),),
        model=ModelInfo(format="onnx", algorithm="SGDRegressor"),
    ),
    RegisterVersion(run_id=_RUN, artifact="model", request_id=_REQUEST, description="the baseline"),
    PageQuery(page_size=20),
    SearchQuery(filter="metrics.mae < 45 AND attributes.stage = 'production'", page_size=20),
    CardQuery(revision=1),
    PutCard(card=ModelCard(intended_use="screening, together with a clinician", licence="Apache-2.0")),
    CreateModel(model="diabetes", description="progression after a year", tags={"team": "health"}),
    Describe(description="progression after a year", tags={"team": "health", "draft": None}),
    RenameModel(name="progression"),
    SetAlias(version="3", reason="to be compared with the champion"),
    ChangeLifecycle(action=LifecycleAction.DEPRECATE, reason="trained on stale data", successor="4"),
    PutConsumer(version="champion", contact="scoring@example.com"),
    RequestPromotion(stage=Stage.PRODUCTION, reason="lower error on the holdout"),
    ApprovalQuery(status=ApprovalStatus.PENDING, model="diabetes"),
    Decide(verdict=Verdict.APPROVE, reason="checked against last month"),
    Delegate(to="ada", reason="away until Monday"),
    CancelPromotion(reason="trained on the wrong month"),
    TraceQuery(deployment_id=_APPROVAL),
    VerifyVersion(),
    Rollback(request_id=_REQUEST, version=1, reason="errors in production"),
    Invocation(inputs=((0.038, 0.0507),)),
    AuditQuery(page_size=100),
    PutPerson(name="Ada L", email="ada@example.com", identities=("arn:aws:iam::123456789012:user/ada",)),
    CheckPolicy(policy=_POLICY, model="diabetes", version=1),
    BacktestPolicy(policy=_POLICY, model="diabetes", page_size=20),
    _POLICY,
    UpdatePerson(link=("arn:aws:sts::123456789012:assumed-role/Approver/ada",)),
    CreateProject(description="predicts how diabetes goes on"),
    PutMember(roles=(Role.DATA_SCIENTIST,)),
    Retention(deleted_runs_days=30, series_days=365),
    MlflowSettings(artifacts=ArtifactScheme.PROXY),
    CreateToken(
        token_id=_BEARER,
        secret_digest=secret_digest("an example, which no token is like"),
        name="notebook",
        role=Role.DATA_SCIENTIST,
    ),
)
EXAMPLES: dict[type[BaseModel], BaseModel] = {type(example): example for example in _EXAMPLES}
"""An example of each body and query, by its model."""
