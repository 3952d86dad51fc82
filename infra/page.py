"""The approver's page below the API: public files from a function that may do nothing. Idle cost: none."""

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.checks import acknowledge
from lineal_contract.links import PAGE

PATHS = (f"/{PAGE}", f"/{PAGE}/{{file}}")
"""The only routes that nobody has to sign for: the files tell nothing, and whoever uses them signs in."""


class Page(Construct):
    """Routes to the page on an API of somebody else."""

    def __init__(
        self, scope: Construct, construct_id: str, *, api: apigatewayv2.HttpApi, page: lambda_.Function
    ) -> None:
        super().__init__(scope, construct_id)
        integration = HttpLambdaIntegration("page", page, scope_permission_to_route=False)
        for name, path in zip(("Index", "Files"), PATHS, strict=True):
            route = apigatewayv2.HttpRoute(
                self,
                name,
                http_api=api,
                route_key=apigatewayv2.HttpRouteKey.with_(path, apigatewayv2.HttpMethod.GET),
                integration=integration,
                authorizer=apigatewayv2.HttpNoneAuthorizer(),
            )
            acknowledge(
                route,
                "Public files without a word about any project; the API they call asks who it is.",
                "AwsSolutions-APIG4",
            )
