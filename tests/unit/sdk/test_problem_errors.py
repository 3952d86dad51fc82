import json

import pytest

from lineal import errors
from lineal.http.problem_errors import ERROR_BY_CODE, error_from
from lineal.http.transport import Response
from lineal_contract.problems import Problem, ProblemCode, Violation


def test_every_code_of_the_contract_has_its_error() -> None:
    assert set(ERROR_BY_CODE) == set(ProblemCode)


@pytest.mark.parametrize("code", ProblemCode)
def test_the_code_alone_chooses_the_class(code: ProblemCode) -> None:
    problem = Problem(type="urn:x", title="Title", status=418, code=code, detail="why", request_id="r-1")
    error = error_from(Response(418, {}, problem.model_dump_json().encode()))
    assert type(error) is ERROR_BY_CODE[code]
    assert (error.status, error.code, error.detail, error.problem, error.request_id) == (
        418, code, "why", problem, "r-1",
    )  # fmt: skip
    assert str(error) == f"why [{code}]"


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, {"message": "Unauthorized"}, errors.UnauthenticatedError, "unauthenticated"),
        (403, {"message": "Forbidden"}, errors.PermissionDeniedError, "forbidden"),
        (403, {"Message": "not authorized"}, errors.PermissionDeniedError, "forbidden"),
        (404, {"message": "Not Found"}, errors.NotFoundError, "not_found"),
        (413, {"message": "Request Entity Too Large"}, errors.InvalidRequestError, "too_large"),
        (429, {"message": "Too Many Requests"}, errors.ThrottledError, "too_many_requests"),
        (400, {"message": "Bad"}, errors.InvalidRequestError, "invalid_request"),
        (500, {"message": "Internal Server Error"}, errors.ServerError, "internal"),
        (503, {"message": "Service Unavailable"}, errors.ServerError, "unavailable"),
        (504, {"message": "Endpoint request timed out"}, errors.ServerError, "unavailable"),
    ],
)
def test_the_gateways_own_answers_are_the_same_errors(
    status: int, body: dict[str, str], kind: type[errors.ApiError], code: str
) -> None:
    error = error_from(Response(status, {"apigw-requestid": "g-1"}, json.dumps(body).encode()))
    assert (type(error), error.code, error.request_id) == (kind, code, "g-1")
    assert error.detail in body.values()


def test_a_code_of_a_newer_server_is_kept_and_the_status_decides() -> None:
    body = {"type": "urn:x", "title": "T", "status": 409, "code": "brand_new", "detail": "why"}
    error = error_from(Response(409, {}, json.dumps(body).encode()))
    assert (type(error), error.code, error.detail) == (errors.ConflictError, "brand_new", "why")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"\xff", b'"text"'])
def test_any_body_gives_an_error(body: bytes) -> None:
    assert error_from(Response(502, {}, body)).detail == "HTTP 502"


def test_violations_and_legal_moves_are_told() -> None:
    problem = Problem(
        type="urn:x", title="T", status=409, code=ProblemCode.ILLEGAL_TRANSITION, detail="no",
        violations=(Violation(field="stage", message="unknown"),), legal=("staging", "archived"),
    )  # fmt: skip
    error = error_from(Response(409, {}, problem.model_dump_json().encode()))
    assert error.detail == "no: stage: unknown (possible: staging, archived)"
