"""Filters, orders and pages that mean harm: each is refused in words, or does what it says and no more."""

import pytest

from functions.core.errors import InvalidRequestError
from functions.core.runs.search import condition, order
from functions.core.runs.summarising import summarise
from lineal_contract.chunks import Point, encode
from lineal_contract.runs import RunQuery
from tests import builders
from tests.fakes.listing import listing_of
from tests.fakes.runs import MemoryRuns
from tests.unit.core.test_search import run

QUOTES = {
    "another statement": "metrics.mae < 45'; DROP TABLE runs --",
    "a quote in a text": "params.model = 'a'b'",
    "a placeholder": "params.model = :v1",
    "an expression's name": "#pk = 'x'",
    "a back quote left open": "metrics.`mae < 45",
    "an empty key": "metrics.`` < 45",
    "a control character": "metrics.mae\x00 < 45",
    "a dunder": "runs.__class__ = 'x'",
    "a number that is none": "metrics.mae < nan",
    "hexadecimal": "metrics.mae < 0x1F",
    "an empty set": "params.model IN ()",
    "nothing but words": "AND OR NOT",
    "another namespace": "secrets.key = 'x'",
}


@pytest.mark.parametrize("text", QUOTES.values(), ids=QUOTES.keys())
def test_what_the_grammar_does_not_know_is_refused_with_its_position(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="position"):
        condition(text)


def test_texts_are_texts_whatever_they_look_like() -> None:
    for odd in ("__proto__", "<script>alert(1)</script>", "{{7*7}}", "\\", "%s", "${x}", "é", "e\u0301"):
        found = run(params={"p": odd})
        assert condition(f"params.p = '{odd}'")(found)
        assert condition(f"params.p IN ('{odd}')")(found)
    assert not condition("params.p = 'é'")(run(params={"p": "e\u0301"}))


@pytest.mark.parametrize(
    "pattern", ["%" * 3_000, "%a" * 1_500, "%_" * 1_500, "_%" * 1_500], ids=lambda p: p[:2]
)
def test_patterns_that_would_explode_do_not(pattern: str) -> None:
    condition(f"params.p LIKE '{pattern}b'")(run(params={"p": "a" * 6_000}))


@pytest.mark.parametrize("number", ["1e400", "-1e400", "5e-324", "9007199254740993", "9" * 400, "-0.0"])
def test_numbers_of_any_size_compare(number: str) -> None:
    assert condition(f"metrics.mae < {number} OR metrics.mae >= {number}")(run(metrics={"mae": 1.0}))


def test_a_long_filter_is_read_in_time_and_a_longer_one_refused() -> None:
    many = " OR ".join(["metrics.a=1"] * 260)
    assert len(many) < 4_000
    assert not condition(many)(run(metrics={"a": 2.0}))
    with pytest.raises(ValueError, match="4000"):
        RunQuery(filter="x" * 4_001)
    with pytest.raises(ValueError, match="1000"):
        RunQuery(order_by="x" * 1_001)


@pytest.mark.parametrize("size", [0, -1, 1_001, 10**9])
def test_a_page_has_a_size(size: int) -> None:
    with pytest.raises(ValueError, match="page_size"):
        RunQuery(page_size=size)


@pytest.mark.parametrize(
    "text", ["metrics.a; metrics.b", "metrics.a ASC DESC", "metrics.`a", "1", "*", "params.a b"]
)
def test_an_order_is_fields_alone(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        order([text])


def test_a_key_with_a_comma_can_be_ordered_by() -> None:
    store = MemoryRuns()
    for number, value in ((1, 2.0), (2, 1.0)):
        store.create(builders.run(number, metrics={}, datasets=(), artifacts=()))
        points = [Point("a,b", 0, 0, value)]
        store.add_chunk(builders.run(number), "0", 0, encode(points), summarise(points))
    listing = listing_of(store, lambda: builders.NOW)
    query = RunQuery(order_by="metrics.`a,b` ASC, attributes.name")
    found = listing.page(builders.PROJECT, query).items
    assert [run.metrics["a,b"].last for run in found] == [1.0, 2.0]
