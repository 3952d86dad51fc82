"""Names, aliases, words and the end of a version's life, on stores in memory."""

import pytest

from functions.core.causes import Said
from functions.core.errors import (
    AlreadyExistsError,
    ApprovalRequiredError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.artifacts import ArtifactFile, ModelInfo, Tensor
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction, PutConsumer, VersionStatus
from lineal_contract.policies import Policy, Stage
from lineal_contract.registry import (
    CreateModel,
    Describe,
    Model,
    ModelVersion,
    OutsideArtifact,
    RegisterVersion,
    SetAlias,
)
from lineal_contract.semver import Bump
from tests import builders
from tests.builders import BOB, MODEL, PROJECT
from tests.unit.core.town import Town

COMMIT = "8a5edab282632443219e051e4ade2d1d5bbc671c"


@pytest.fixture
def town() -> Town:
    return Town()


def register(town: Town, number: int, *, info: ModelInfo | None = None, **wanted: object) -> ModelVersion:
    """Register a version from a run of its own; the run's params are those of the number given by `alpha`."""
    run = builders.finished(number, params={"alpha": str(wanted.pop("alpha", "1"))})
    town.runs.create(run)
    artifact = builders.artifact(data=f"model {number}".encode()).model_copy(update={"model": info})
    town.runs.put_artifact(run, artifact)
    request = RegisterVersion.model_validate(
        {"run_id": run.run_id, "artifact": "model", "request_id": run.run_id} | wanted
    )
    return town.registry.register(PROJECT, MODEL, request, builders.cause(at=town.now))


def alias(town: Town, name: str, version: str) -> ModelVersion:
    return town.curating.set_alias(PROJECT, MODEL, name, SetAlias(version=version), builders.cause(BOB))


def end(town: Town, version: str, action: LifecycleAction, successor: str | None = None) -> ModelVersion:
    asked = ChangeLifecycle(action=action, reason="it is old", successor=successor)
    return town.curating.change_lifecycle(PROJECT, MODEL, version, asked, builders.cause(BOB))


def actions(town: Town) -> list[str]:
    return [record.action for record in town.models.audit(PROJECT, MODEL, 0, 100)]


def test_a_version_is_found_by_each_of_its_names(town: Town) -> None:
    register(town, 1, semver="1.2.0", commit=COMMIT)
    alias(town, "challenger", "1")
    register(town, 2)
    for name in ("1", "v1", "1.2.0", "challenger", COMMIT, COMMIT[:7]):
        assert town.registry.version(PROJECT, MODEL, name).version == 1, name
    assert town.registry.version(PROJECT, MODEL, "latest").version == 2
    for absent in ("3", "9.9.9", "nobody", "production", "0000000"):
        with pytest.raises(NotFoundError):
            town.registry.version(PROJECT, MODEL, absent)


def test_the_beginning_of_two_commits_is_not_guessed(town: Town) -> None:
    register(town, 1, commit="abcdef0" + "1" * 33)
    register(town, 2, commit="abcdef0" + "2" * 33)
    with pytest.raises(InvalidRequestError) as ambiguous:
        town.registry.version(PROJECT, MODEL, "abcdef0")
    assert len(ambiguous.value.legal) == 2
    assert town.registry.version(PROJECT, MODEL, "abcdef01").version == 1


def test_a_semantic_version_has_one_holder_for_ever(town: Town) -> None:
    register(town, 1, semver="1.0.0")
    end(town, "1", LifecycleAction.DELETE)
    with pytest.raises(AlreadyExistsError):
        register(town, 2, semver="1.0.0")
    assert town.latest == 1


def test_a_race_for_the_next_semantic_version_has_two_winners(town: Town) -> None:
    register(town, 1, semver="1.0.0")
    town.models.interference = lambda: register(town, 2, bump=Bump.MINOR) and None
    assert register(town, 3, bump=Bump.MINOR).semver == "1.2.0"
    assert [v.semver for v in town.versions()] == ["1.2.0", "1.1.0", "1.0.0"]


@pytest.mark.parametrize(
    ("columns", "algorithm", "alpha", "expected"),
    [
        (2, "ridge", "1", "1.0.1"),
        (2, "ridge", "2", "1.1.0"),
        (2, "lasso", "1", "1.1.0"),
        (3, "ridge", "1", "2.0.0"),
    ],
)
def test_auto_looks_at_what_has_changed(
    town: Town, columns: int, algorithm: str, alpha: str, expected: str
) -> None:
    def info(width: int, name: str) -> ModelInfo:
        tensor = Tensor(name="x", type="float", shape=(None, width))
        return ModelInfo(format="onnx", algorithm=name, inputs=(tensor,))

    assert register(town, 1, info=info(2, "ridge"), bump=Bump.AUTO).semver == "1.0.0"
    made = register(town, 2, info=info(columns, algorithm), bump=Bump.AUTO, alpha=alpha)
    assert made.semver == expected


def test_files_from_outside_are_marked_so_and_have_no_lineage(town: Town) -> None:
    stored = town.stored.put(PROJECT, builders.stored(b"vendor"))
    file = ArtifactFile(path="model.onnx", digest=stored.digest)
    outside = OutsideArtifact(source="vendor release 7", files=(file,), metrics={"mae": 1.0})
    wanted = RegisterVersion(outside=outside, request_id=builders.hex_id(7))
    made = town.registry.register(PROJECT, MODEL, wanted, builders.cause())
    assert (made.origin, made.run_id, made.source) == ("outside", None, "vendor release 7")
    assert town.registry.register(PROJECT, MODEL, wanted, builders.cause()) == made
    evaluated = town.evaluate(town.ask(1).approval_id)
    assert evaluated.outcome == "ask"
    absent = outside.model_copy(update={"files": (ArtifactFile(path="x", digest="0" * 64),)})
    with pytest.raises(NotFoundError):
        town.registry.register(
            PROJECT, MODEL, wanted.model_copy(update={"outside": absent}), builders.cause()
        )


def test_an_alias_moves_once_and_has_one_holder(town: Town) -> None:
    register(town, 1)
    register(town, 2)
    alias(town, "challenger", "1")
    assert alias(town, "challenger", "1").aliases == ("challenger",)
    assert alias(town, "challenger", "latest").version == 2
    assert town.head.aliases == {"challenger": 2}
    assert actions(town).count("alias.moved") == 2
    town.curating.delete_alias(PROJECT, MODEL, "challenger", builders.cause())
    assert town.head.aliases == {}
    town.curating.delete_alias(PROJECT, MODEL, "challenger", builders.cause())
    assert actions(town).count("alias.removed") == 1


def test_an_alias_that_others_move_meanwhile_still_has_one_holder(town: Town) -> None:
    register(town, 1)
    register(town, 2)
    town.models.interference = lambda: alias(town, "challenger", "1") and None
    alias(town, "challenger", "2")
    assert town.head.aliases == {"challenger": 2}
    moved = [r for r in town.models.audit(PROJECT, MODEL, 0, 100) if r.action == "alias.moved"]
    assert [(r.details["previous"], r.details["version"]) for r in moved] == [(None, 1), (1, 2)]


def test_an_alias_of_a_stage_follows_approvals_alone(town: Town) -> None:
    town.promoted(50.0)
    town.version(40.0)
    for attempt in (
        lambda: alias(town, "champion", "2"),
        lambda: town.curating.delete_alias(PROJECT, MODEL, "champion", builders.cause()),
    ):
        with pytest.raises(ApprovalRequiredError, match="lineal promote") as refused:
            attempt()
        assert refused.value.legal == (Stage.PRODUCTION,)
    assert town.head.aliases == {"champion": 1}


def test_rules_may_tie_an_alias_to_a_stage() -> None:
    town = Town(builders.POLICY.model_copy(update={"aliases": {"eu-live": Stage.PRODUCTION}}))
    town.promoted(50.0)
    town.version(40.0)
    assert alias(town, "eu-live", "1").version == 1
    with pytest.raises(ApprovalRequiredError, match="diabetes@2 --to production"):
        alias(town, "eu-live", "2")
    assert Policy.model_validate_json(builders.POLICY.model_dump_json()) == builders.POLICY


def test_words_and_tags_change_and_are_recorded(town: Town) -> None:
    register(town, 1, tags={"draft": "yes"})
    wanted = Describe(description="more features", tags={"team": "health", "draft": None})
    version = town.curating.describe_version(PROJECT, MODEL, "1", wanted, builders.cause())
    assert (version.description, version.tags) == ("more features", {"team": "health"})
    town.curating.describe_version(PROJECT, MODEL, "1", wanted, builders.cause())
    model = town.curating.describe(PROJECT, MODEL, Describe(tags={"a": "b"}), builders.cause())
    assert (model.description, model.tags) == ("", {"a": "b"})
    assert actions(town) == ["version.registered", "version.described", "model.described"]


def test_a_deprecated_version_is_not_promoted_and_names_its_successor(town: Town) -> None:
    register(town, 1)
    register(town, 2)
    end(town, "1", LifecycleAction.DEPRECATE, successor="latest")
    with pytest.raises(ConflictError, match="version 2 takes its place"):
        town.ask(1)
    end(town, "1", LifecycleAction.REINSTATE)
    assert town.ask(1).status is ApprovalStatus.REQUESTED


def test_a_deprecation_withdraws_what_people_are_asked(town: Town) -> None:
    town.version(50.0)
    approval_id = town.ask(1).approval_id
    town.evaluate(approval_id)
    town.decide(approval_id)
    end(town, "1", LifecycleAction.DEPRECATE)
    assert town.apply(approval_id).outcome == "closed"
    assert town.approval(approval_id).status is ApprovalStatus.WITHDRAWN


def test_retiring_names_all_who_still_use_a_version(town: Town) -> None:
    town.live(50.0)
    consumer = PutConsumer(version="champion", contact="ops@example.com")
    town.curating.put_consumer(PROJECT, MODEL, "scoring", consumer, builders.cause())
    with pytest.raises(ConflictError) as used:
        end(town, "1", LifecycleAction.RETIRE)
    assert used.value.legal == (
        "endpoint diabetes serves it", "alias champion points at it", "consumer scoring uses it",
    )  # fmt: skip
    town.live(40.0)
    assert end(town, "1", LifecycleAction.RETIRE).status is VersionStatus.RETIRED


def test_a_retired_version_is_nobodys_way_back(town: Town) -> None:
    town.live(50.0)
    town.live(40.0)
    end(town, "1", LifecycleAction.RETIRE)
    with pytest.raises(ConflictError, match="retired"):
        town.roll_back(1)
    with pytest.raises(ConflictError, match="for good"):
        end(town, "1", LifecycleAction.REINSTATE)
    with pytest.raises(ConflictError, match="retired"):
        alias(town, "old", "1")


def test_a_deleted_version_is_out_of_sight(town: Town) -> None:
    register(town, 1)
    register(town, 2)
    end(town, "2", LifecycleAction.DELETE)
    assert town.registry.version(PROJECT, MODEL, "latest").version == 1
    assert [v.version for v in town.registry.list_versions(PROJECT, MODEL, 10, None).items] == [1]
    for attempt in (lambda: town.ask(2), lambda: town.registry.version(PROJECT, MODEL, "2")):
        with pytest.raises(NotFoundError, match="deleted"):
            attempt()
    assert register(town, 3).version == 3


def test_archiving_is_a_move_that_production_does_not_make(town: Town) -> None:
    town.promoted(50.0)
    town.version(40.0)
    assert end(town, "2", LifecycleAction.ARCHIVE).stage is Stage.ARCHIVED
    with pytest.raises(ConflictError, match="roll back"):
        end(town, "1", LifecycleAction.ARCHIVE)


def test_a_model_that_is_used_is_not_deleted(town: Town) -> None:
    town.live(50.0)
    with pytest.raises(ConflictError, match="endpoint diabetes"):
        town.curating.delete(PROJECT, MODEL, builders.cause())


def test_a_deleted_model_comes_back_with_new_numbers_and_the_same_trail(town: Town) -> None:
    register(town, 1)
    alias(town, "challenger", "1")
    town.curating.delete(PROJECT, MODEL, builders.cause())
    with pytest.raises(NotFoundError):
        town.registry.model(PROJECT, MODEL)
    assert town.registry.list_models(PROJECT, 10, None).items == ()
    made = register(town, 2)
    assert (made.version, made.aliases) == (2, ())
    assert [v.version for v in town.registry.list_versions(PROJECT, MODEL, 10, None).items] == [2]
    with pytest.raises(NotFoundError):
        town.registry.version(PROJECT, MODEL, "1")
    assert actions(town) == ["version.registered", "alias.moved", "model.deleted", "version.registered"]


def test_a_model_may_be_made_before_its_versions(town: Town) -> None:
    wanted = CreateModel(model=MODEL, description="for the ward", tags={"team": "health"})
    assert town.curating.create(PROJECT, wanted, builders.cause()).latest_version == 0
    with pytest.raises(AlreadyExistsError):
        town.curating.create(PROJECT, wanted, builders.cause())
    register(town, 1)
    assert town.registry.model(PROJECT, MODEL).description == "for the ward"


def test_consumers_come_and_go(town: Town) -> None:
    register(town, 1)
    with pytest.raises(NotFoundError):
        town.curating.put_consumer(PROJECT, MODEL, "s", PutConsumer(version="9"), builders.cause())
    town.curating.put_consumer(PROJECT, MODEL, "s", PutConsumer(version="latest"), builders.cause())
    assert [c.name for c in town.curating.consumers(PROJECT, MODEL).items] == ["s"]
    for _ in range(2):
        town.curating.remove_consumer(PROJECT, MODEL, "s", builders.cause())
    assert actions(town) == ["version.registered", "consumer.registered", "consumer.removed"]


def test_a_repeated_request_creates_one_model_and_is_told_of_it(town: Town) -> None:
    def create(number: int | None) -> Model:
        said = None if number is None else Said(builders.hex_id(number), "of other")
        return town.curating.create(PROJECT, CreateModel(model="other"), builders.cause(said=said))

    assert create(5) == create(5)
    for another in (6, None):
        with pytest.raises(AlreadyExistsError):
            create(another)


def test_what_is_deleted_is_deleted_again_without_a_trace(town: Town) -> None:
    register(town, 1)
    end(town, "1", LifecycleAction.DELETE)
    assert end(town, "1", LifecycleAction.DELETE).status is VersionStatus.DELETED
    with pytest.raises(NotFoundError):
        end(town, "2", LifecycleAction.DELETE)
    first = town.curating.delete(PROJECT, MODEL, builders.cause())
    trail = actions(town)
    assert town.curating.delete(PROJECT, MODEL, builders.cause()) == first
    assert actions(town) == trail
    assert (trail.count("version.deleted"), trail.count("model.deleted")) == (1, 1)
    with pytest.raises(NotFoundError):
        town.curating.delete(PROJECT, "never", builders.cause())
