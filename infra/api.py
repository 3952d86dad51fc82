"""The HTTP API: every route twice, signed with SigV4 and, below /token, for bearer tokens.

The routes are the contract's, and the gateways to the MLflow surface.

A route takes one authorizer. IAM decides on signed calls; for a token the authorizer says whose it is, and
the function that serves the call decides.

Idle cost: none; requests are billed by the million.
"""

import json
from collections.abc import Mapping
from typing import Any

import jsii
from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import (
    HttpIamAuthorizer,
    HttpLambdaAuthorizer,
    HttpLambdaResponseType,
)
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.functions import LOGS_KEPT
from lineal_contract.base import TOKEN_ROOT
from lineal_contract.mlflow.endpoint import GATEWAYS, Gateway
from lineal_contract.permissions import refuses_at_once
from lineal_contract.routes.route import Route
from lineal_contract.routes.table import ROUTES

_ROUTES: tuple[Route[Any] | Gateway, ...] = (*ROUTES, *GATEWAYS)
_REQUESTS_PER_SECOND = 500
_BURST = 1000
REMEMBERED = Duration.seconds(60)
"""How long a revoked token may still be let in, where nothing is decided, deployed or administered."""
_LOGGED = {
    "request_id": "$context.requestId",
    "time": "$context.requestTime",
    "route": "$context.routeKey",
    "path": "$context.path",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "caller": "$context.identity.userArn",
    "token": "$context.authorizer.token_id",
    "source_ip": "$context.identity.sourceIp",
    "error": "$context.error.message",
    "integration_error": "$context.integrationErrorMessage",
}


class Api(Construct):
    """The API on its default stage; `functions` holds a function for each name that routes use."""

    api: apigatewayv2.HttpApi
    url: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        functions: Mapping[str, lambda_.Function],
        removal: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.api = apigatewayv2.HttpApi(self, "Api", api_name=name, create_default_stage=False)
        self._add_routes(functions)
        self._add_stage(removal)
        self.url = self.api.api_endpoint

    def _add_routes(self, functions: Mapping[str, lambda_.Function]) -> None:
        signed = HttpIamAuthorizer()
        tokens = _token_authorizer("Tokens", functions["authorizer"], REMEMBERED)
        tokens_at_once = _token_authorizer("TokensAtOnce", functions["authorizer"], Duration.seconds(0))
        integrations = {
            name: HttpLambdaIntegration(name, functions[name], scope_permission_to_route=False)
            for name in {route.function: None for route in _ROUTES}
        }
        for route in _ROUTES:
            for_tokens = tokens_at_once if refuses_at_once(route) else tokens
            twins = {
                route.name: (route.path, signed),
                f"token_{route.name}": (TOKEN_ROOT + route.path, for_tokens),
            }
            for name, (path, authorizer) in twins.items():
                apigatewayv2.HttpRoute(
                    self,
                    name,
                    http_api=self.api,
                    route_key=apigatewayv2.HttpRouteKey.with_(path, apigatewayv2.HttpMethod[route.method]),
                    integration=integrations[route.function],
                    authorizer=authorizer,
                )

    def _add_stage(self, removal: RemovalPolicy) -> None:
        log_group = logs.LogGroup(self, "AccessLogs", retention=LOGS_KEPT, removal_policy=removal)
        apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            auto_deploy=True,
            throttle=apigatewayv2.ThrottleSettings(rate_limit=_REQUESTS_PER_SECOND, burst_limit=_BURST),
            access_log_settings=_AccessLogSettings(log_group),
        )


def _token_authorizer(
    name: str, function: lambda_.Function, remembered: Duration
) -> apigatewayv2.IHttpRouteAuthorizer:
    return HttpLambdaAuthorizer(
        name,
        function,
        authorizer_name=name,
        identity_source=["$request.header.Authorization"],
        response_types=[HttpLambdaResponseType.SIMPLE],
        results_cache_ttl=remembered,
    )


@jsii.implements(apigatewayv2.IAccessLogSettings)
class _AccessLogSettings:
    """JSON lines in a log group; the CDK has this only as an interface."""

    def __init__(self, log_group: logs.LogGroup) -> None:
        self._destination = apigatewayv2.LogGroupLogDestination(log_group)

    @property
    def destination(self) -> apigatewayv2.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        return apigateway.AccessLogFormat.custom(json.dumps(_LOGGED))
