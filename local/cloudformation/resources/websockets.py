"""WebSocket APIs of API Gateway: the API, its integrations, routes with their responses, and stages."""

from typing import Any

from local.cloudformation.resources._resource import Made, Properties, ResourceType, Services, pick


class Api(ResourceType):
    """An API."""

    name = "AWS::ApiGatewayV2::Api"
    properties = frozenset(
        (
            "Name",
            "ProtocolType",
            "RouteSelectionExpression",
            "Description",
            "DisableSchemaValidation",
            "ApiKeySelectionExpression",
            "Version",
        )
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateApi."""
        api = services("apigatewayv2").create_api(**wanted)
        return Made(api["ApiId"], {"ApiId": api["ApiId"], "ApiEndpoint": api["ApiEndpoint"]})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """UpdateApi."""
        given = {name: held for name, held in wanted.items() if name != "ProtocolType"}
        services("apigatewayv2").update_api(ApiId=made.physical_id, **given)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteApi with all that belongs to it."""
        services("apigatewayv2").delete_api(ApiId=made.physical_id)


class Integration(ResourceType):
    """What a route leads to."""

    name = "AWS::ApiGatewayV2::Integration"
    properties = frozenset(
        (
            "ApiId",
            "ContentHandlingStrategy",
            "Description",
            "IntegrationMethod",
            "IntegrationType",
            "IntegrationUri",
            "TimeoutInMillis",
        )
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateIntegration."""
        identifier = services("apigatewayv2").create_integration(**wanted)["IntegrationId"]
        return Made(identifier, {"IntegrationId": identifier})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """UpdateIntegration."""
        services("apigatewayv2").update_integration(IntegrationId=made.physical_id, **wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteIntegration."""
        services("apigatewayv2").delete_integration(
            **pick(properties, "ApiId"), IntegrationId=made.physical_id
        )


class Route(ResourceType):
    """A route."""

    name = "AWS::ApiGatewayV2::Route"
    properties = frozenset(
        (
            "ApiId",
            "ApiKeyRequired",
            "AuthorizationType",
            "OperationName",
            "RouteKey",
            "RouteResponseSelectionExpression",
            "Target",
        )
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateRoute."""
        identifier = services("apigatewayv2").create_route(**wanted)["RouteId"]
        return Made(identifier, {"RouteId": identifier})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """UpdateRoute."""
        services("apigatewayv2").update_route(RouteId=made.physical_id, **wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteRoute."""
        services("apigatewayv2").delete_route(**pick(properties, "ApiId"), RouteId=made.physical_id)


class RouteResponse(ResourceType):
    """That a route answers its client."""

    name = "AWS::ApiGatewayV2::RouteResponse"
    properties = frozenset(("ApiId", "RouteId", "RouteResponseKey"))

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateRouteResponse."""
        identifier = services("apigatewayv2").create_route_response(**wanted)["RouteResponseId"]
        return Made(identifier, {"RouteResponseId": identifier})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Only its key could change, and $default is the only one there is."""

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteRouteResponse."""
        services("apigatewayv2").delete_route_response(
            **pick(properties, "ApiId", "RouteId"), RouteResponseId=made.physical_id
        )


class Stage(ResourceType):
    """A stage that deploys by itself; without that nothing would be deployed to it."""

    name = "AWS::ApiGatewayV2::Stage"
    properties = frozenset(
        ("ApiId", "StageName", "AutoDeploy", "Description", "DefaultRouteSettings", "StageVariables")
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateStage."""
        services("apigatewayv2").create_stage(**wanted)
        return Made(wanted["StageName"])

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Moto has no UpdateStage: a stage of the same name takes the place of the old one."""
        apis: Any = services("apigatewayv2")
        apis.delete_stage(**pick(before, "ApiId", "StageName"))
        apis.create_stage(**wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteStage."""
        services("apigatewayv2").delete_stage(**pick(properties, "ApiId", "StageName"))
