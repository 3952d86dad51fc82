from hypothesis import given
from hypothesis import strategies as st

from lineal.governance.audit_chain import check
from lineal_contract.audit import GENESIS, AuditAnchor, AuditHead, AuditRecord
from lineal_contract.people import Actor

COUNT = 1_000


def chain(count: int = COUNT) -> list[AuditRecord]:
    records: list[AuditRecord] = []
    for sequence in range(1, count + 1):
        unsigned = AuditRecord(
            sequence=sequence,
            action="version.registered",
            subject=f"version/{sequence}",
            actor=Actor(principal="arn:aws:iam::000000000000:user/scientist", person="scientist"),
            at=1_000 + sequence,
            details={"run_id": f"{sequence:032x}"},
            previous=records[-1].digest if records else GENESIS,
            digest=GENESIS,
        )
        records.append(signed(unsigned))
    return records


def signed(record: AuditRecord) -> AuditRecord:
    return record.model_copy(update={"digest": record.computed_digest()})


RECORDS = chain()
ANCHOR = AuditAnchor(sequence=900, digest=RECORDS[899].digest, anchored_at=1)
HEAD = AuditHead(sequence=COUNT, digest=RECORDS[-1].digest, anchor=ANCHOR)
sequences = st.integers(min_value=1, max_value=COUNT)


def test_a_trail_as_it_was_written_is_good_and_says_what_no_anchor_has_seen() -> None:
    found = check(RECORDS, HEAD)
    assert (found.ok, found.records, found.unproven_from) == (True, COUNT, 901)


def test_records_written_after_the_head_was_read_are_no_fault() -> None:
    assert check(RECORDS, HEAD.model_copy(update={"sequence": 990, "digest": RECORDS[989].digest})).ok


@given(sequences)
def test_an_edited_record_is_named(sequence: int) -> None:
    edited = RECORDS[sequence - 1].model_copy(update={"action": "version.approved"})
    records = [*RECORDS[: sequence - 1], edited, *RECORDS[sequence:]]
    assert check(records, HEAD).first_bad == sequence


@given(st.integers(min_value=1, max_value=COUNT - 1))
def test_an_edited_record_with_a_new_digest_breaks_the_next(sequence: int) -> None:
    edited = signed(RECORDS[sequence - 1].model_copy(update={"action": "version.approved"}))
    records = [*RECORDS[: sequence - 1], edited, *RECORDS[sequence:]]
    assert check(records, HEAD).first_bad == sequence + 1


@given(sequences)
def test_a_deleted_record_is_named(sequence: int) -> None:
    assert check([*RECORDS[: sequence - 1], *RECORDS[sequence:]], HEAD).first_bad == sequence


@given(st.integers(min_value=1, max_value=COUNT - 1))
def test_two_records_in_the_wrong_order_are_named(sequence: int) -> None:
    a, b = RECORDS[sequence - 1], RECORDS[sequence]
    assert check([*RECORDS[: sequence - 1], b, a, *RECORDS[sequence + 1 :]], HEAD).first_bad == sequence


@given(st.integers(min_value=0, max_value=COUNT - 1))
def test_a_trail_cut_short_is_named_at_its_end(kept: int) -> None:
    assert check(RECORDS[:kept], HEAD).first_bad == kept + 1


def test_a_trail_cut_short_together_with_its_head_contradicts_the_anchor() -> None:
    head = AuditHead(sequence=500, digest=RECORDS[499].digest, anchor=ANCHOR)
    found = check(RECORDS[:500], head)
    assert (found.first_bad, found.reason) == (501, "the trail ends early: record 900 was anchored")


def test_a_trail_rewritten_whole_contradicts_the_anchor() -> None:
    rewritten = chain(COUNT)
    forged = [signed(rewritten[0].model_copy(update={"action": "version.approved"}))]
    for record in rewritten[1:]:
        forged.append(signed(record.model_copy(update={"previous": forged[-1].digest})))
    head = AuditHead(sequence=COUNT, digest=forged[-1].digest, anchor=ANCHOR)
    found = check(forged, head)
    assert found.first_bad == 900
    assert "rewritten" in found.reason
    assert check(forged).ok
