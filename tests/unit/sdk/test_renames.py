"""The trail of a renamed model, and the one it goes on from."""

from collections.abc import Iterable
from typing import Any

import pytest

from lineal.resources.audit import Audit
from lineal_contract.audit import GENESIS, RENAMED, AuditHead, AuditRecord, chained
from lineal_contract.base import Page
from lineal_contract.people import Actor
from lineal_contract.routes import audit as routes

ANN = Actor(principal="arn:aws:iam::000000000000:user/ann", person="ann")
Said = tuple[str, dict[str, Any]]


def trail(*said: Said) -> list[AuditRecord]:
    records: list[AuditRecord] = []
    for number, (action, details) in enumerate(said, 1):
        previous = records[-1].digest if records else GENESIS
        records.append(chained(previous, number, ANN, 1_000 + number, action, "model/m", details))
    return records


def left_for(name: str) -> Said:
    return RENAMED, {"to": name}


def come_from(name: str, last: AuditRecord) -> Said:
    return RENAMED, {"from": name, "sequence": last.sequence, "digest": last.digest}


class Trails:
    """An API that has nothing but trails."""

    project = "team"

    def __init__(self, **trails: list[AuditRecord]) -> None:
        self.trails = trails

    def call(self, route: object, *, query: object = None, model: str) -> object:
        records = self.trails[model]
        if route is routes.GET_AUDIT_HEAD:
            return AuditHead(sequence=len(records), digest=records[-1].digest)
        return Page[AuditRecord](items=tuple(records), next_page_token=None)


def verify(name: str, trails: dict[str, list[AuditRecord]]) -> tuple[bool, str, tuple[str, ...]]:
    found = Audit(Trails(**trails)).verify(name)  # type: ignore[arg-type]
    return found.ok, found.reason, found.earlier


OLD = trail(("model.created", {}), left_for("new"))
NEW = trail(come_from("old", OLD[-1]), ("model.described", {}))


def test_a_rename_is_proven_by_both_trails() -> None:
    assert verify("new", {"old": OLD, "new": NEW}) == (True, "", ("old",))
    assert verify("old", {"old": OLD, "new": NEW}) == (True, "", ())


def test_each_rename_on_the_way_is_followed_once_and_a_name_may_come_back() -> None:
    second = trail(come_from("old", OLD[-1]), left_for("old"))
    back = [*OLD, *trail(*[(r.action, r.details) for r in OLD], come_from("new", second[-1]))[2:]]
    assert verify("old", {"old": back, "new": second}) == (True, "", ("new",))


def bad() -> Iterable[tuple[str, dict[str, list[AuditRecord]], str]]:
    edited = [OLD[0].model_copy(update={"action": "model.edited"}), OLD[1]]
    yield "edited", {"old": edited, "new": NEW}, "record 1 is bad"
    rewritten = trail(("model.created", {"description": "better"}), left_for("new"))
    yield "rewritten whole", {"old": rewritten, "new": NEW}, "does not have"
    elsewhere = trail(("model.created", {}), left_for("third"))
    yield "went elsewhere", {"old": elsewhere, "new": trail(come_from("old", elsewhere[-1]))}, "went to third"
    never = trail(("model.created", {}))
    yield "never left", {"old": never, "new": trail(come_from("old", never[-1]))}, "does not have"


@pytest.mark.parametrize(
    ("trails", "reason"), [(t, r) for _, t, r in bad()], ids=[name for name, *_ in bad()]
)
def test_a_trail_that_does_not_follow_is_named(trails: dict[str, list[AuditRecord]], reason: str) -> None:
    ok, why, _ = verify("new", trails)
    assert not ok
    assert reason in why
