"""Renaming models, on stores in memory."""

from pathlib import Path

import pytest

from functions.adapters.signing import FileSigner
from functions.core.errors import (
    AlreadyExistsError,
    ApprovalRequiredError,
    BytesChangedError,
    ConflictError,
    CoreError,
    NotFoundError,
    TooLargeError,
)
from functions.core.ledger import Draft
from functions.core.models.bound_names import MAX_RECORDS
from functions.core.models.cards import Cards
from lineal.local import signing_key
from lineal_contract.artifacts import ArtifactFile
from lineal_contract.cards import ModelCard, PutCard
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction, PutConsumer, VersionStatus
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.registry import (
    CreateModel,
    Describe,
    Model,
    ModelVersion,
    OutsideArtifact,
    RegisterVersion,
    RenameModel,
    SetAlias,
)
from lineal_contract.signatures import signed_bytes
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.unit.core.town import Town

OTHER = "progression"
FREE = Policy(name="free", stages={})


@pytest.fixture
def town() -> Town:
    return Town(policy=FREE)


def register(town: Town, number: int, model: str = MODEL, **wanted: object) -> ModelVersion:
    stored = builders.stored(f"model {number}".encode())
    town.stored.put(PROJECT, stored)
    outside = OutsideArtifact(
        source="elsewhere", files=(ArtifactFile(path="model.onnx", digest=stored.digest),)
    )
    request = RegisterVersion.model_validate(
        {"outside": outside, "request_id": builders.hex_id(number)} | wanted
    )
    return town.registry.register(PROJECT, model, request, builders.cause(at=town.now))


def rename(town: Town, model: str = MODEL, name: str = OTHER) -> Model:
    return town.renaming.rename(PROJECT, model, RenameModel(name=name), builders.cause(at=town.now))


def test_all_that_a_model_has_comes_along_under_its_new_name(town: Town) -> None:
    register(town, 1, semver="1.0.0", commit="a" * 40, tags={"kind": "ridge"})
    register(town, 2)
    town.curating.describe(PROJECT, MODEL, Describe(description="of patients"), builders.cause())
    town.curating.set_alias(PROJECT, MODEL, "blue", SetAlias(version="1"), builders.cause())
    before = town.registry.version(PROJECT, MODEL, "1")
    after = rename(town)
    assert (after.model, after.latest_version, after.aliases) == (OTHER, 2, {"blue": 1})
    assert (after.description, after.formerly) == ("of patients", (MODEL,))
    for name in ("1", "blue", "1.0.0", "a" * 40):
        assert town.registry.version(PROJECT, OTHER, name) == before.model_copy(update={"model": OTHER})
    assert register(town, 3, OTHER).version == 3
    assert [each.model for each in town.registry.list_models(PROJECT, 10, None).items] == [OTHER]


def test_the_old_name_is_nobodys_and_says_where_the_model_is(town: Town) -> None:
    register(town, 1)
    rename(town)
    with pytest.raises(NotFoundError, match="renamed to 'progression'"):
        town.registry.version(PROJECT, MODEL, "1")
    assert register(town, 2).version == 2
    with pytest.raises(NotFoundError):
        town.registry.version(PROJECT, MODEL, "1")


def test_the_new_trail_goes_on_from_the_record_that_ends_the_old_one(town: Town) -> None:
    register(town, 1)
    rename(town)
    last = town.models.audit(PROJECT, MODEL, 0, 100)[-1]
    first = town.models.audit(PROJECT, OTHER, 0, 100)[0]
    assert (last.action, last.details["to"]) == ("model.renamed", OTHER)
    assert (first.action, first.details["from"]) == ("model.renamed", MODEL)
    assert (first.details["sequence"], first.details["digest"]) == (last.sequence, last.digest)
    event = town.models.events[-1].detail
    assert (event.metadata.subject, event.data.model_dump()) == (
        f"model/{MODEL}",
        {"model": MODEL, "new_name": OTHER},
    )


def test_a_rename_that_comes_again_gives_the_same(town: Town) -> None:
    register(town, 1)
    first = rename(town)
    assert rename(town) == first
    assert len(town.models.audit(PROJECT, OTHER, 0, 100)) == 1


def test_a_registration_in_between_comes_along(town: Town) -> None:
    register(town, 1)
    town.models.interference = lambda: register(town, 2)  # type: ignore[assignment, return-value]
    assert rename(town).latest_version == 2
    assert town.registry.version(PROJECT, OTHER, "2").version == 2


def test_somebody_who_takes_the_name_meanwhile_keeps_it(town: Town) -> None:
    register(town, 1)
    town.models.interference = lambda: register(town, 2, OTHER)  # type: ignore[assignment, return-value]
    with pytest.raises(AlreadyExistsError):
        rename(town)
    assert town.registry.version(PROJECT, MODEL, "1").version == 1


def test_names_that_are_taken_or_were_anothers_are_refused(town: Town) -> None:
    register(town, 1)
    register(town, 2, OTHER)
    for name in (MODEL, OTHER):
        with pytest.raises(AlreadyExistsError):
            rename(town, name=name)
    town.curating.delete(PROJECT, OTHER, builders.cause())
    with pytest.raises(AlreadyExistsError, match="not given again"):
        rename(town)
    with pytest.raises(NotFoundError):
        rename(town, "nobody", "somebody")


def test_the_name_of_a_deleted_model_without_versions_is_free(town: Town) -> None:
    register(town, 1)
    town.curating.create(PROJECT, CreateModel(model=OTHER), builders.cause())
    town.curating.delete(PROJECT, OTHER, builders.cause())
    assert rename(town).latest_version == 1
    assert [record.sequence for record in town.models.audit(PROJECT, OTHER, 0, 100)] == [1, 2, 3]


def test_a_model_may_have_its_name_back_until_somebody_uses_it(town: Town) -> None:
    register(town, 1)
    rename(town)
    register(town, 2, OTHER)
    assert rename(town, OTHER, MODEL).formerly == (OTHER,)
    assert town.registry.version(PROJECT, MODEL, "2").version == 2
    rename(town, MODEL, OTHER)
    register(town, 3, MODEL)
    town.curating.delete(PROJECT, MODEL, builders.cause())
    with pytest.raises(AlreadyExistsError):
        rename(town, OTHER, MODEL)


def test_two_names_may_be_exchanged_back_through_a_third(town: Town) -> None:
    register(town, 1)
    rename(town, MODEL, "second")
    rename(town, "second", "third")
    assert rename(town, "third", MODEL).formerly == ("second", "third")
    assert rename(town, MODEL, "third").formerly == ("second", MODEL)


def test_a_model_that_something_goes_by_keeps_its_name(town: Town) -> None:
    register(town, 1)
    town.curating.put_consumer(PROJECT, MODEL, "app", PutConsumer(version="1"), builders.cause())
    with pytest.raises(ConflictError, match="consumer app uses it"):
        rename(town)
    town.curating.remove_consumer(PROJECT, MODEL, "app", builders.cause())
    town.curating.move(PROJECT, MODEL, "1", Stage.PRODUCTION, alone=False, cause=builders.cause())
    with pytest.raises(ConflictError, match="version 1 is in production"):
        rename(town)


def test_one_that_people_were_asked_about_keeps_its_name_for_good() -> None:
    town = Town()
    approval = town.ask(town.version(50.0).version)
    with pytest.raises(ConflictError, match=f"approval {approval.approval_id} is open"):
        rename(town)
    town.cancel(approval.approval_id)
    with pytest.raises(ConflictError, match=r"its trail is approval\.requested"):
        rename(town)


def test_an_alias_that_has_come_to_follow_approvals_does_not_come_along(town: Town) -> None:
    register(town, 1)
    town.curating.set_alias(PROJECT, MODEL, "blue", SetAlias(version="1"), builders.cause())
    ruled = Policy(name="ruled", stages={Stage.PRODUCTION: StagePolicy(approvals=1, alias="blue")})
    town.policies.put(PROJECT, ruled)
    with pytest.raises(ApprovalRequiredError):
        rename(town)


def test_what_one_transaction_cannot_write_is_refused_whole(town: Town) -> None:
    for number in range(1, MAX_RECORDS + 1):
        register(town, number)
    register(town, MAX_RECORDS + 1)
    with pytest.raises(TooLargeError, match="92 records"):
        rename(town)
    assert town.models.head(PROJECT, OTHER) is None
    end = ChangeLifecycle(action=LifecycleAction.DELETE, reason="old")
    town.curating.change_lifecycle(PROJECT, MODEL, "1", end, builders.cause())
    with pytest.raises(TooLargeError):
        rename(town)


def test_the_records_of_a_version_are_counted_with_its_names_and_cards(town: Town) -> None:
    for number in range(1, MAX_RECORDS // 3 + 1):
        register(town, number, semver=f"{number}.0.0", commit=f"{number:040x}")
    assert rename(town).latest_version == MAX_RECORDS // 3
    for number in range(40, 43):
        register(town, number, OTHER)
    with pytest.raises(TooLargeError):
        rename(town, OTHER, "third")


def test_a_version_that_is_still_hashed_keeps_its_name_until_it_is_done(town: Town) -> None:
    register(town, 1)
    head = town.models.head(PROJECT, MODEL)
    assert head is not None
    pending = town.registry.version(PROJECT, MODEL, "1").model_copy(update={"status": VersionStatus.PENDING})
    draft = Draft(head, builders.cause())
    draft.put(edits=(pending,))
    draft.record("test.changed", "test")
    town.models.commit(head, draft.change())
    with pytest.raises(ConflictError, match="pending"):
        rename(town)


def test_cards_come_along_with_all_their_revisions(town: Town) -> None:
    register(town, 1)
    cards = Cards(town.models, town.runs, builders.patient())
    words = ("triage", "research")
    for each in words:
        cards.write(PROJECT, MODEL, "1", PutCard(card=ModelCard(intended_use=each)), builders.cause())
    rename(town)
    shown = [cards.show(PROJECT, OTHER, "1", number) for number in (1, 2)]
    assert [(each.model, each.card.intended_use) for each in shown] == [(OTHER, w) for w in words]


def test_versions_are_signed_anew_and_a_forged_one_is_not(tmp_path: Path) -> None:
    town = Town(policy=FREE, signer=FileSigner(signing_key.ensure(tmp_path / "key.pem")))
    register(town, 1)
    rename(town)
    version = town.registry.version(PROJECT, OTHER, "1")
    town.signing.check(version)
    bundle = town.models.signature(PROJECT, OTHER, 1)
    assert bundle is not None
    signed_bytes(bundle, OTHER, version.manifest)
    other = town.models.signature(PROJECT, MODEL, 1)
    town.models.forge_signature(PROJECT, OTHER, 1, other)
    with pytest.raises(BytesChangedError):
        rename(town, OTHER, "third")


def test_refusals_leave_no_trace(town: Town) -> None:
    register(town, 1)
    town.curating.put_consumer(PROJECT, MODEL, "app", PutConsumer(version="1"), builders.cause())
    before = town.models.head(PROJECT, MODEL)
    with pytest.raises(CoreError):
        rename(town)
    assert town.models.head(PROJECT, MODEL) == before
