"""Tokens under the backend's seal."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from functions.adapters.dynamo import Table, sort_key
from functions.adapters.keys.key import key
from functions.adapters.page_tokens import SealedPageTokens
from functions.adapters.paging import Pages
from functions.core.errors import InvalidRequestError


@pytest.fixture
def tokens(tables: dict[str, Table]) -> SealedPageTokens:
    return SealedPageTokens(tables["runs"])


@pytest.mark.parametrize("position", ["run", [1, None, "a"], {"a": [0.5, True]}, "größe"])
def test_a_position_comes_back_to_its_query(tokens: SealedPageTokens, position: object) -> None:
    token = tokens.seal("query", position)
    assert token.isascii()
    assert not set(token) & set("+/=&?#% ")
    assert tokens.open("query", token) == position


def test_every_function_shares_the_secret(tables: dict[str, Table]) -> None:
    token = SealedPageTokens(tables["runs"]).seal("query", "run")
    assert SealedPageTokens(tables["runs"]).open("query", token) == "run"


def test_a_token_of_another_query_is_refused(tokens: SealedPageTokens) -> None:
    with pytest.raises(InvalidRequestError):
        tokens.open("another", tokens.seal("query", "run"))


def test_one_changed_bit_is_refused(tokens: SealedPageTokens) -> None:
    token = tokens.seal("query", "run")
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidRequestError):
            tokens.open("query", urlsafe_b64encode(changed).decode())


@pytest.mark.parametrize("token", ["", "x", "%%%", "ä", "e30", "A" * 4000])
def test_what_was_never_sealed_is_refused(tokens: SealedPageTokens, token: str) -> None:
    with pytest.raises(InvalidRequestError):
        tokens.open("query", token)


def test_a_token_of_a_listing_fits_its_partition_and_order_alone(tables: dict[str, Table]) -> None:
    table = tables["registry"]
    for sort in "abc":
        table.put(key("P#team#MODELS", sort), {})
        table.put(key("P#other#MODELS", sort), {})
    first, token = Pages(table).read("P#team#MODELS", 2, None)
    assert [sort_key(item) for item in first] == ["a", "b"]
    assert token is not None
    rest, end = Pages(table).read("P#team#MODELS", 2, token)
    assert ([sort_key(item) for item in rest], end) == (["c"], None)
    for partition, down in (("P#other#MODELS", False), ("P#team#MODELS", True)):
        with pytest.raises(InvalidRequestError, match="not of this query"):
            Pages(table).read(partition, 2, token, newest_first=down)
    forged = urlsafe_b64encode(json.dumps({"after": "a"}).encode()).decode()
    with pytest.raises(InvalidRequestError):
        Pages(table).read("P#team#MODELS", 2, forged)
