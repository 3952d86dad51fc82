"""Refusals are read by people: names, not paths of validators; words, not regular expressions."""

from typing import Any

import pytest
from pydantic import ValidationError

from lineal_contract.runs import UpdateRun
from lineal_contract.validation import in_words

LONG = "x" * 300


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"params": {"a\n": "1"}, "param_types": {"a\n": "int"}},
            r"params: the name 'a\n': should be text without control characters, such as line breaks",
        ),
        ({"params": {"": "1"}}, "params: the name '': String should have at least 1 character"),
        (
            {"tags": {LONG: "1"}},
            f"tags: the name '{'x' * 59}…': String should have at most 250 characters",
        ),
        ({"attempt": "7"}, "attempt: should be 32 hex digits"),
        (
            {"tags": 1, "note": 8},
            "tags: Input should be a valid dictionary; note: Input should be a valid string",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        UpdateRun.model_validate(given)
    assert in_words(refused.value.errors(), "run") == words
