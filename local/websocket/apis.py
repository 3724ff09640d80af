"""Finding what a WebSocket speaks to: the API of an id, its stage, its routes and their functions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from moto.apigatewayv2.models import apigatewayv2_backends

from local.websocket.models import WEBSOCKET

# ${request.body.action} is another way to write $request.body.action.
_SELECTION = re.compile(r"\$\{?request\.body\.(?P<path>[\w.-]+)\}?")
_FUNCTION = re.compile(
    r"arn:aws[\w-]*:apigateway:[\w-]+:lambda:path/2015-03-31/functions/(?P<arn>[^/]+)/invocations"
)


@dataclass(frozen=True)
class Api:
    """A WebSocket API that somebody made, in its account and Region; `kept` is moto's."""

    kept: Any
    account_id: str
    region: str

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.kept.api_id)

    def serves(self, stage: str) -> bool:
        """Whether there is such a stage, with something deployed to it.

        Only a stage that deploys by itself has anything: deployments of one's own are not built.
        """
        found = self.kept.stages.get(stage)
        return found is not None and bool(found.auto_deploy)

    def arn(self, stage: str, route_key: str) -> str:
        """What execute-api calls a route."""
        return f"arn:aws:execute-api:{self.region}:{self.account_id}:{self.id}/{stage}/{route_key}"

    def route(self, key: str) -> Any | None:
        """The route of exactly that key."""
        return next((each for each in self.kept.routes.values() if each.route_key == key), None)

    def route_for(self, message: bytes) -> Any | None:
        """The route that a message selects: its own, else $default.

        Source: API Gateway developer guide, "Create routes for WebSocket APIs in API Gateway".
        """
        key = self._selected_key(message)
        return (None if key is None else self.route(key)) or self.route("$default")

    def function_of(self, route: Any) -> str | None:
        """The ARN of the function that a route invokes; None if it invokes none."""
        integration = self.kept.integrations.get(str(route.target or "").removeprefix("integrations/"))
        found = _FUNCTION.fullmatch(str(integration.integration_uri)) if integration is not None else None
        return None if found is None else found["arn"]

    def _selected_key(self, message: bytes) -> str | None:
        selection = _SELECTION.fullmatch(self.kept.route_selection_expression)
        if selection is None:
            return None
        try:
            found = json.loads(message)
        except ValueError:
            return None
        for name in selection["path"].split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, str) and not found.startswith("$") else None


def find_api(api_id: str) -> Api | None:
    """The WebSocket API of an id, in whatever account and Region; None if nobody made one."""
    for account_id, regions in list(apigatewayv2_backends.items()):
        for region, backend in list(regions.items()):
            kept = backend.apis.get(api_id)
            if kept is not None and kept.protocol_type == WEBSOCKET:
                return Api(kept, account_id, region)
    return None
