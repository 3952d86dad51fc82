"""Every route of the contract and every gateway is there, signed, and nothing else is."""

from typing import Any

from infra.page import PATHS
from lineal_contract.mlflow.endpoint import GATEWAYS
from lineal_contract.routes.table import ROUTES
from tests.infra.templates import Assembly, target

ALL = (*ROUTES, *GATEWAYS)
PUBLIC = {f"GET {path}" for path in PATHS}
"""The files of the page: the only thing that nobody signs for."""


def test_the_routes_are_those_of_the_contract(assembly: Assembly) -> None:
    routes = _signed(assembly)
    expected = sorted(key for route in ALL for key in (route.key, route.token_key))
    assert sorted(route["RouteKey"] for route in routes) == expected


def test_every_route_asks_for_a_signature_and_its_twin_for_a_token(assembly: Assembly) -> None:
    routes = _signed(assembly)
    kinds = {route["RouteKey"]: route.get("AuthorizationType") for route in routes}
    assert kinds == {key: kind for r in ALL for key, kind in ((r.key, "AWS_IAM"), (r.token_key, "CUSTOM"))}


def test_a_token_is_looked_up_each_time_where_people_decide_and_every_minute_elsewhere(
    assembly: Assembly,
) -> None:
    found = assembly.of_type("AWS::ApiGatewayV2::Route").values()
    authorizers = {r["RouteKey"]: r["AuthorizerId"] for r in found if "AuthorizerId" in r}
    at_once = ("/approvals/", "/deployments/", "/tokens/", "/admin/")
    for route in ALL:
        authorizer = assembly.resource(authorizers[route.token_key])["Properties"]
        expected = 0 if route.path.startswith(at_once) else 60
        assert authorizer["AuthorizerResultTtlInSeconds"] == expected, route.name
        assert authorizer["AuthorizerType"] == "REQUEST"
        assert authorizer["EnableSimpleResponses"] is True
        assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
        assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
        assert assembly.function_ids()["authorizer"] in str(authorizer["AuthorizerUri"])


def test_every_route_leads_to_its_function(assembly: Assembly) -> None:
    functions = assembly.function_ids()
    expected = {key: functions[r.function] for r in ALL for key in (r.key, r.token_key)}
    assert {
        route["RouteKey"]: target(_integration(assembly, route)["IntegrationUri"])
        for route in _signed(assembly)
    } == expected


def test_functions_get_the_payload_they_parse(assembly: Assembly) -> None:
    integrations = assembly.of_type("AWS::ApiGatewayV2::Integration").values()
    assert {i["PayloadFormatVersion"] for i in integrations} == {"2.0"}
    assert len(integrations) == len({route.function for route in ALL} | {"page"})


def test_the_one_stage_is_throttled_and_logged(assembly: Assembly) -> None:
    (stage,) = assembly.of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert assembly.resource(stage["AccessLogSettings"]["DestinationArn"])["Type"] == "AWS::Logs::LogGroup"
    assert "$context.identity.userArn" in stage["AccessLogSettings"]["Format"]


def test_functions_can_be_invoked_by_this_api_only(assembly: Assembly) -> None:
    (api,) = assembly.of_type("AWS::ApiGatewayV2::Api")
    for permission in assembly.of_type("AWS::Lambda::Permission").values():
        assert permission["SourceArn"]
        if permission["Principal"] == "apigateway.amazonaws.com":
            assert {"Ref": api} in permission["SourceArn"]["Fn::Join"][1]


def test_only_the_files_of_the_page_are_public_and_its_function_may_do_nothing(assembly: Assembly) -> None:
    routes = assembly.of_type("AWS::ApiGatewayV2::Route").values()
    public = [route for route in routes if route.get("AuthorizationType", "NONE") == "NONE"]
    assert {route["RouteKey"] for route in public} == PUBLIC
    page = assembly.function_ids()["page"]
    assert {target(_integration(assembly, route)["IntegrationUri"]) for route in public} == {page}
    variables = assembly.functions()["page"]["Environment"]["Variables"]
    assert [name for name in variables if name.startswith("LINEAL_")] == []


def _signed(assembly: Assembly) -> list[dict[str, Any]]:
    routes = assembly.of_type("AWS::ApiGatewayV2::Route").values()
    return [route for route in routes if route["RouteKey"] not in PUBLIC]


def _integration(assembly: Assembly, route: dict[str, object]) -> dict[str, object]:
    (_, parts) = route["Target"]["Fn::Join"]
    return assembly.resource(parts[-1])["Properties"]
