"""StrictResponse: the base of our own AWS services of the JSON protocol; it accepts only what AWS models."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.model import OperationNotFoundError
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import JSONParser
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model
from werkzeug.exceptions import HTTPException

from local.refusal import Refused
from local.wire import as_utc, check_request, to_json

Answer = tuple[int, dict[str, str], str]


class StrictResponse(BaseResponse):
    """One service: each operation is a method named like the boto3 method, reading `self.params`.

    `self.params` holds the request typed by the service model (timestamps are aware UTC datetimes), checked
    for members and JSON types that AWS does not know; whether required members are there is left to the
    service. A method returns `ActionResult(mapping)` of wire members (datetimes and Decimals allowed), or
    None where the operation has no output, and raises `local.refusal.Refused`. The caller's account is
    `self.current_account`.
    """

    params: Mapping[str, Any]

    def __init__(self, service_name: str) -> None:
        super().__init__(service_name=service_name)
        self.automated_parameter_parsing = True

    def _dispatch(self, request: Any, full_url: str | None = None, headers: Any = None) -> Answer:
        try:
            self.setup_class(request, full_url, headers)
            return self.call_action()
        except Refused as refused:
            return self._refuse(refused)

    def parse_parameters(self, request: Any) -> None:
        """Check and type the request. Raises Refused for an unknown operation or an ill-formed request."""
        operation = self._operation()
        try:
            body = _json_object(request.data)
            if operation.input_shape is not None:
                check_request(body, operation.input_shape)
            self.params = _Parser(operation, timestamp_parser=as_utc).parse_body(body)
        except RecursionError as error:
            raise Refused("SerializationException", "The request body is nested too deeply.") from error

    def call_action(self) -> Answer:
        """Authorize and run the operation. Raises Refused where AWS would refuse it."""
        operation = self._operation()
        try:
            self._authenticate_and_authorize_normal_action("*")
        except HTTPException as denial:
            return int(denial.code or 400), dict(denial.get_headers()), str(denial.description)
        method = getattr(type(self), camelcase_to_underscores(operation.name), None)
        if method is None:
            raise Refused(
                "NotImplementedException",
                f"The embedded AWS does not build {operation.name} of {self.service_name}.",
            )
        result = method(self)
        if isinstance(result, ActionResult):
            result = result.result
        body = {} if operation.output_shape is None else to_json(result or {}, operation.output_shape)
        return 200, self._headers(), json.dumps(body)

    def _operation(self) -> OperationModel:
        action = self._get_action()
        if not action:
            raise Refused("UnknownOperationException", "The request names no operation (X-Amz-Target).")
        try:
            operation: OperationModel = self._model().operation_model(action)
        except OperationNotFoundError as error:
            raise Refused("UnknownOperationException", f"{self.service_name} has no {action}.") from error
        return operation

    def _model(self) -> ServiceModel:
        return _service_model(self.boto3_service_name)

    def _refuse(self, refused: Refused) -> Answer:
        body = {"__type": refused.code, "Message": refused.message, **refused.members}
        headers = {**self._headers(), "X-Amzn-ErrorType": str(refused.code)}
        return _status_of(self._model(), refused.code), headers, json.dumps(body)

    def _headers(self) -> dict[str, str]:
        version = self._model().metadata.get("jsonVersion", "1.1")
        return {"Content-Type": f"application/x-amz-json-{version}"}


class _Parser(JSONParser):
    """Moto's parser for a body that is already parsed as JSON."""

    def parse_body(self, body: dict[str, Any]) -> dict[str, Any]:
        shape = self.operation_model.input_shape
        parsed: dict[str, Any] = {} if shape is None else self._parse_shape(shape, body)  # type: ignore[no-untyped-call]
        return parsed


@cache
def _service_model(name: str) -> ServiceModel:
    # Built once: a model resolves its shapes lazily and keeps them, moto would resolve them at each call.
    return get_service_model(name)


def _status_of(model: ServiceModel, code: str) -> int:
    for shape in model.error_shapes:
        if code in (shape.name, shape.metadata.get("error", {}).get("code")):
            stated = shape.metadata.get("error", {}).get("httpStatusCode")
            return int(stated or (500 if code.startswith("Internal") else 400))
    return 400


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}", parse_constant=_refuse_constant)
    except ValueError as error:
        raise Refused("SerializationException", f"The request body is not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise Refused("SerializationException", "The request body is not a JSON object.")
    return parsed


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are Python's, not JSON's. Raises ValueError."""
    raise ValueError(f"{name} is not a JSON value")
