"""From an event to an answer: every error is a problem with a stable code, and nothing leaks."""

import json
import time
from base64 import b64encode
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from functions.core import errors
from functions.core.access.admission import Caller
from functions.core.causes import KEPT_SECONDS
from functions.core.errors import CoreError, StaleError
from lineal_contract.problems import STATUS, ProblemCode
from lineal_contract.routes.admin import PUT_PERSON
from lineal_contract.routes.registry import GET_VERSION
from lineal_contract.routes.route import Route
from lineal_contract.routes.tracking import GET_RUN
from tests.unit.functions.calls import ANSWER, PRINCIPAL, ROUTE, Probe, event, problem_of

SECRET = "a-secret-nobody-may-log"
REFUSALS = sorted(CoreError.__subclasses__(), key=lambda e: e.__name__)
OF_THE_EDGE = {
    ProblemCode.INTERNAL,  # what nobody foresaw
    ProblemCode.TOO_MANY_REQUESTS,
}


def test_a_call_has_what_the_route_and_the_gateway_say() -> None:
    probe = Probe()
    answer = probe.send('{"tags": {"a": "1"}}', queryStringParameters={"page_size": "7"})
    (call,) = probe.calls
    assert (answer["statusCode"], json.loads(answer["body"])) == (201, ANSWER.model_dump())
    assert (call.project, call.body.tags, call.query.page_size) == ("team", {"a": "1"}, 7)
    assert call.caller == Caller(PRINCIPAL, "123456789012")
    assert (call.actor.principal, call.request_id) == (PRINCIPAL, "request-1")


NAMED = replace(ROUTE, once=True)


def test_a_request_that_is_done_once_says_the_same_whenever_it_comes() -> None:
    probe, twin = Probe(NAMED), Probe(NAMED)
    for name in ("0192F0C9-D4E5-7B3F-8061-728394A5B6C7", "0192f0c9d4e57b3f8061728394a5b6c7"):
        probe.send('{"tags": {"a": "1"}}', headers={"idempotency-key": name})
    twin.send('{"tags": {"a": "2"}}', headers={"idempotency-key": name})
    first, again, other = (call.cause().said for call in (*probe.calls, *twin.calls))
    assert first is not None
    assert first.expires_at is not None
    assert other is not None
    assert (first, first.request_id) == (again, "0192f0c9d4e57b3f8061728394a5b6c7")
    assert first.digest != other.digest
    assert abs(first.expires_at - KEPT_SECONDS - time.time()) < 600


def test_a_nameless_request_and_one_that_needs_no_name_are_done_as_they_come() -> None:
    for route, headers in ((NAMED, {}), (ROUTE, {"idempotency-key": "0192f0c9d4e57b3f8061728394a5b6c7"})):
        probe = Probe(route)
        probe.send(headers=headers)
        assert probe.calls[0].cause().said is None


@pytest.mark.parametrize("name", ["", "again", "0192f0c9d4e57b3f8061728394a5b6c", "g" * 32, "a" * 10_000])
def test_a_name_is_a_uuid(name: str) -> None:
    problem = Probe(NAMED).refusal(headers={"idempotency-key": name})
    assert (problem.code, "UUID" in problem.detail) == (ProblemCode.INVALID_REQUEST, True)


def test_answers_are_neither_stored_nor_guessed_at() -> None:
    headers = Probe().send()["headers"]
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("body", ["{}", "no JSON"])
def test_every_answer_names_its_request(body: str) -> None:
    assert Probe().send(body)["headers"]["x-request-id"] == "request-1"


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda e: e.__name__)
def test_each_refusal_of_the_rules_is_a_problem_with_its_code(refusal: type[CoreError]) -> None:
    answer = Probe(failure=refusal("so it is", legal=("staging",))).send()
    problem = problem_of(answer)
    assert (problem.code, problem.detail, problem.legal) == (refusal.code, "so it is", ("staging",))
    assert problem.status == STATUS[refusal.code]
    assert ("retry-after" in answer["headers"]) is (problem.status in (429, 503))


def test_a_quota_says_when_to_come_again() -> None:
    answer = Probe(failure=errors.QuotaExceededError("used up", retry_after=43_200)).send()
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (429, "43200")


def test_every_code_has_a_status_and_a_refusal_of_its_own() -> None:
    assert set(STATUS) == set(ProblemCode)
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes)
    assert set(codes) | OF_THE_EDGE == set(ProblemCode)
    assert all(400 <= status < 600 for status in STATUS.values())


def test_the_error_tree_in_the_documentation_is_complete() -> None:
    assert errors.__doc__ is not None
    assert {r.__name__ for r in REFUSALS} <= set(errors.__doc__.replace("─", " ").split())


def test_a_stale_record_that_got_through_may_be_tried_again() -> None:
    assert problem_of(Probe(failure=StaleError()).send()).code is ProblemCode.CONTENTION


@pytest.mark.parametrize(
    "failure", [KeyError(SECRET), RecursionError(SECRET), AssertionError(SECRET), UnicodeError(SECRET)]
)
def test_what_nobody_foresaw_is_internal_and_tells_nothing(failure: Exception) -> None:
    answer = Probe(failure=failure).send()
    assert problem_of(answer).code is ProblemCode.INTERNAL
    assert SECRET not in answer["body"]
    assert type(failure).__name__ not in answer["body"]


def test_a_stored_record_that_does_not_fit_its_model_is_not_the_callers_fault(
    log: StringIO,
) -> None:
    with pytest.raises(ValueError, match="step") as broken:
        type(ANSWER).model_validate({"step": SECRET})
    answer = Probe(failure=broken.value).send()
    assert problem_of(answer).code is ProblemCode.INTERNAL
    assert SECRET not in answer["body"] + log.getvalue()


DEEP = 10_000
MALFORMED = {
    "nothing": None,
    "empty": "",
    "blank": " ",
    "not JSON": "tags",
    "cut short": '{"tags": {"a": "1"',
    "bytes behind the end": "{} {}",
    "an array": "[]",
    "null": "null",
    "a lone surrogate": '{"error": "\ud800"}',
    "an escaped lone surrogate": '{"error": "\\ud800"}',
    "a NUL in a key": '{"tags": {"a\\u0000": "1"}}',
    "an empty key": '{"tags": {"": "1"}}',
    "a key of 251": json.dumps({"tags": {"k" * 251: "1"}}),
    "a key of 100,000": json.dumps({"tags": {"k" * 100_000: "1"}}),
    "a key twice": '{"tags": {}, "tags": {}}',
    "a key twice, deeper": '{"tags": {"a": "1", "a": "2"}}',
    "a key twice, one escaped": '{"tags": {"a": "1", "\\u0061": "2"}}',
    "arrays nested deep": "[" * DEEP + "]" * DEEP,
    "objects nested deep": '{"tags":' * DEEP + "{}" + "}" * DEEP,
    "an unknown field": '{"prototype": {}}',
    "a field of another language": '{"__proto__": {"admin": true}}',
    "NaN": '{"ended_at": NaN}',
    "Infinity": '{"ended_at": Infinity}',
    "-Infinity": '{"ended_at": -Infinity}',
    "a number past every float": '{"ended_at": 1e400}',
    "a bool as a number": '{"ended_at": true}',
    "a number in a string": '{"ended_at": "1"}',
    "a fraction": '{"ended_at": 1.5}',
    "a number past the year 9999": '{"ended_at": 9223372036854775808}',
    "a number of 400 digits": f'{{"ended_at": {"9" * 400}}}',
    "a number of 5,000 digits": f'{{"ended_at": {"9" * 5_000}}}',
    "a number before the epoch": '{"ended_at": -1}',
    "a number as text": '{"tags": {"a": 1}}',
    "an unknown status": '{"status": "done"}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body_is_an_invalid_request(body: str | None) -> None:
    assert Probe().refusal(body).code is ProblemCode.INVALID_REQUEST


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b'{"error": "\xc0\xae"}',
        b'{"error": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
    ],
    ids=["no text", "overlong", "a surrogate", "a byte order mark", "UTF-16"],
)
def test_bytes_that_are_not_utf8_json_are_an_invalid_request(body: bytes) -> None:
    problem = Probe().refusal(b64encode(body).decode(), isBase64Encoded=True)
    assert problem.code is ProblemCode.INVALID_REQUEST


@pytest.mark.parametrize("body", ["%%%", "abc", "ä", "e30=\n", "e30"])
def test_a_body_that_is_not_base64_is_an_invalid_request(body: str) -> None:
    assert Probe().refusal(body, isBase64Encoded=True).code is ProblemCode.INVALID_REQUEST


def test_a_body_may_come_in_base64() -> None:
    probe = Probe()
    probe.send(b64encode('{"tags": {"größe": "1"}}'.encode()).decode(), isBase64Encoded=True)
    assert probe.calls[0].body.tags == {"größe": "1"}


@pytest.mark.parametrize(
    "tags",
    [
        {"k" * 250: "1"},
        {"a#b": "<script>"},
        {"é": "e\u0301\u202e\u200b"},
        {"a": "\x00\n"},
    ],
    ids=["250 characters", "markup", "any text", "control characters in text"],
)
def test_what_is_odd_and_legal_comes_through_as_it_is(tags: dict[str, str]) -> None:
    probe = Probe()
    probe.send(json.dumps({"tags": tags}))
    assert probe.calls[0].body.tags == tags


@pytest.mark.parametrize(
    "key", ["e\u0301", "\u202eab", "a\u200bb", "\ufeffa"], ids=["NFD", "direction", "no width", "BOM"]
)
def test_a_key_that_looks_like_another_is_refused(key: str) -> None:
    for field in ("tags", "params"):
        problem = Probe().refusal(json.dumps({field: {key: "1"}}))
        assert "composed form" in problem.violations[0].message


def test_each_field_that_does_not_fit_is_named() -> None:
    problem = Probe().refusal('{"tags": {"a": 1}, "ended_at": "x"}')
    assert {v.field for v in problem.violations} == {"tags.a", "ended_at"}


def test_violations_are_few_and_repeat_no_input() -> None:
    answer = Probe().send(json.dumps({"tags": {f"k{n}": n for n in range(190)} | {"x": SECRET * 1_000}}))
    assert len(problem_of(answer).violations) == 20
    assert SECRET not in answer["body"]


@pytest.mark.parametrize(
    "query",
    [{"page_size": "0"}, {"page_size": "-1"}, {"page_size": "1000000000"}, {"page_size": "x"},
     {"page_size": "1,2"}, {"page_size": "NaN"}, {"page_size": ""}, {"size": "1"}],
    ids=str,
)  # fmt: skip
def test_a_query_that_does_not_fit_is_an_invalid_request(query: dict[str, str]) -> None:
    assert Probe().refusal(queryStringParameters=query).code is ProblemCode.INVALID_REQUEST


@pytest.mark.parametrize(
    "authorizer",
    [None, {}, {"iam": None}, {"iam": {}}, {"iam": {"userArn": ""}}, {"jwt": {"claims": {"sub": "ann"}}}],
    ids=str,
)
def test_without_an_identity_from_the_gateway_nothing_is_done(authorizer: Any) -> None:
    context = {"requestId": "request-1", "authorizer": authorizer}
    assert Probe().refusal(requestContext=context).code is ProblemCode.FORBIDDEN
    assert Probe().refusal(requestContext={"requestId": "request-1"}).code is ProblemCode.FORBIDDEN


def test_an_identity_in_a_header_is_not_one() -> None:
    probe = Probe()
    forged = {"x-amzn-iam-user-arn": "arn:aws:iam::1:user/bob", "x-forwarded-user": "bob"}
    probe.send(headers=forged)
    assert probe.calls[0].caller.principal == PRINCIPAL


HOSTILE = ["", " ", "../other", "a/b", "a#b", "a\x00", "a\n", "%2e%2e", "ä", "a" * 129, "-a", "a-"]
WRONG = {
    ("project", GET_RUN): [*HOSTILE, "Team", "a" * 65],
    ("run_id", GET_RUN): [*HOSTILE, "0" * 31, "0" * 33, "G" * 32, "0" * 31 + "A"],
    ("model", GET_VERSION): HOSTILE,
    ("version", GET_VERSION): [
        "01",
        "1.0",
        "-1",
        "1e3",
        "0",
        "",
        "\u0661",
        "+1",
        "1\n",
        "V3",
        "1.2",
        "1.2.0+x",
        "development",
        "http://x",
    ],
    ("person_id", PUT_PERSON): [*HOSTILE, "Ann"],
}
RIGHT = {"project": "team", "run_id": "0" * 32, "model": "m", "version": "1", "person_id": "ann"}


@pytest.mark.parametrize(
    ("name", "route", "value"), [(n, r, value) for (n, r), values in WRONG.items() for value in values]
)
def test_a_path_that_does_not_fit_is_an_invalid_request(name: str, route: Route[Any], value: str) -> None:
    probe = Probe(route)
    path = {n: v for n, v in RIGHT.items() if f"{{{n}}}" in route.path} | {name: value}
    problem = problem_of(probe.api(event(route, **path) | {"body": "{}"}, None))
    assert problem.code is ProblemCode.INVALID_REQUEST
    assert problem.detail.startswith(f"{name} in the path")
    assert probe.calls == []


@pytest.mark.parametrize("failure", [None, errors.ConflictError("no"), KeyError("x")])
def test_logs_have_the_request_and_its_outcome_and_no_body(failure: Exception | None, log: StringIO) -> None:
    Probe(failure=failure).send(json.dumps({"tags": {"token": SECRET}}), headers={"authorization": SECRET})
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert SECRET not in json.dumps(lines)
    assert lines[-1]["message"] == "answered"
    assert (lines[-1]["request_id"], lines[-1]["route"]) == ("request-1", "POST /v1/projects/{project}/probe")


@pytest.mark.parametrize(
    "body", [json.dumps({"tags": SECRET}), f'{{"{SECRET}": 1}}', f'{{"error": "{SECRET}']
)
def test_a_refused_body_is_not_logged(body: str, log: StringIO) -> None:
    Probe().send(body)
    assert log.getvalue()
    assert SECRET not in log.getvalue()
