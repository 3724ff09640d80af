"""API Gateway's WebSocket APIs as they are kept: moto's, held to what AWS accepts and what is carried out."""

from typing import Any

from moto.apigatewayv2.exceptions import APIGatewayV2Error, BadRequestException
from moto.apigatewayv2.models import Api, ApiGatewayV2Backend, Integration, Route, Stage

WEBSOCKET = "WEBSOCKET"
CONNECT = "$connect"


class NotBuilt(APIGatewayV2Error):
    """Something that would have to be ignored."""

    code = 400

    def __init__(self, subject: str) -> None:
        super().__init__("NotImplementedException", f"The embedded AWS does not build {subject}.")


class Conflict(APIGatewayV2Error):
    """Something of that name is there."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


class Backend(ApiGatewayV2Backend):
    """The APIs of one account and Region. HTTP APIs are moto's, and nothing calls them."""

    def create_api(self, **request: Any) -> Api:  # type: ignore[override]
        """Make an API; a WebSocket API needs to know how it selects routes."""
        if request["protocol_type"] != WEBSOCKET:
            return super().create_api(**request)
        if not request["route_selection_expression"]:
            raise BadRequestException("Route selection expression is required for WebSocket protocol")
        api = super().create_api(**request)
        api.api_endpoint = api.api_endpoint.replace("https://", "wss://", 1)
        return api

    def create_route(self, **request: Any) -> Route:  # type: ignore[override]
        """Make a route."""
        api = self.get_api(request["api_id"])
        _check_route(api, request)
        if any(route.route_key == request["route_key"] for route in api.routes.values()):
            raise Conflict(f"Route with key {request['route_key']} already exists for this API")
        return super().create_route(**request)

    def update_route(self, **request: Any) -> Route:  # type: ignore[override]
        """Change a route."""
        _check_route(self.get_api(request["api_id"]), request)
        return super().update_route(**request)

    def create_integration(self, **request: Any) -> Integration:  # type: ignore[override]
        """Make an integration."""
        if self.get_api(request["api_id"]).protocol_type == WEBSOCKET:
            _check_integration(request)
        return super().create_integration(**request)

    def update_integration(self, **request: Any) -> Integration:  # type: ignore[override]
        """Change an integration."""
        if self.get_api(request["api_id"]).protocol_type == WEBSOCKET:
            _check_integration(request)
        return super().update_integration(**request)

    def create_stage(self, api_id: str, config: dict[str, Any]) -> Stage:
        """Make a stage."""
        if config["stageName"] in self.get_api(api_id).stages:
            raise Conflict("Stage already exists")
        return super().create_stage(api_id, config)


def _check_route(api: Api, request: dict[str, Any]) -> None:
    """Source: API Gateway developer guide, "Control and manage access to WebSocket APIs": only $connect asks."""
    if api.protocol_type != WEBSOCKET:
        return
    authorization = request["authorization_type"] or "NONE"
    if authorization not in ("NONE", "AWS_IAM"):
        raise NotBuilt(f"AuthorizationType {authorization}")
    if authorization != "NONE" and request["route_key"] not in (CONNECT, None):
        raise BadRequestException("Currently, authorization is restricted to the $connect route only")
    if request["api_key_required"]:
        raise NotBuilt("ApiKeyRequired")


def _check_integration(request: dict[str, Any]) -> None:
    if request["integration_type"] not in ("AWS_PROXY", None):
        raise NotBuilt(f"IntegrationType {request['integration_type']}")
    for name in ("connection_id", "credentials_arn", "request_templates", "tls_config"):
        if request[name]:
            raise NotBuilt(f"{name} of integrations")
