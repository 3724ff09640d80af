"""Bedrock Runtime's operations: Converse and ConverseStream, played from the script."""

import json
from typing import Any

from botocore.model import Shape
from moto.core.model import OperationModel
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from local.bedrock import events, rules
from local.bedrock.models import conversation
from local.bedrock.script import Failure, Turn
from local.refusal import Refused
from local.wire import check_request, to_json
from local.world import current

Answer = tuple[int, dict[str, str], str | bytes]


class Response(BaseResponse):
    """One request to Bedrock Runtime, in the REST protocol."""

    def __init__(self) -> None:
        """Made by moto for each request."""
        super().__init__(service_name="bedrock-runtime")
        self.automated_parameter_parsing = True

    def _dispatch(self, request: Any, full_url: str | None = None, headers: Any = None) -> Answer:
        try:
            self.setup_class(request, full_url, headers)
            return self._answer()
        except Refused as refused:
            return self._refuse(refused)

    def parse_parameters(self, request: Any) -> None:
        """Check and type the request. Raises Refused for an operation that is not built or an ill-formed body."""
        operation = self._operation()
        if operation.name not in ("Converse", "ConverseStream"):
            text = f"The embedded AWS does not build {operation.name} of bedrock-runtime."
            raise Refused("NotImplementedException", text)
        try:
            body = json.loads(request.data or b"{}")
        except ValueError as error:
            raise Refused("SerializationException", f"The request body is not JSON: {error}") from error
        check_request(body, _shape(operation.input_shape))
        super().parse_parameters(request)

    def _answer(self) -> Answer:
        operation, heard = self._operation(), conversation()
        rules.check_request(self.params, _shape(operation.input_shape))
        heard.check_model(self.params["modelId"], self.region)
        number, turn = heard.answer(operation.name, self.params, self.current_account, current().clock.now())
        failure = turn.failure
        if failure is not None and (failure.after_events is None or operation.name == "Converse"):
            raise Refused(failure.error, failure.message)
        if operation.name == "ConverseStream":
            headers = {"Content-Type": events.CONTENT_TYPE}
            return 200, headers, self._stream(number, turn, failure, operation)
        body = to_json(events.message(number, turn, self.params), _shape(operation.output_shape))
        return 200, {"Content-Type": "application/json"}, json.dumps(body)

    def _stream(self, number: int, turn: Turn, failure: Failure | None, operation: OperationModel) -> bytes:
        framed = [events.encode(event, operation) for event in events.stream(number, turn, self.params)]
        if failure is None:
            return b"".join(framed)
        return b"".join(
            [*framed[: failure.after_events], events.encode_error(failure.error, failure.message)]
        )

    def _operation(self) -> OperationModel:
        operation: OperationModel = _model().operation_model(self._get_action())
        return operation

    def _refuse(self, refused: Refused) -> Answer:
        shapes = {shape.name: shape for shape in _model().error_shapes}
        shape = shapes.get(refused.code)
        status = 400 if shape is None else int(shape.metadata["error"]["httpStatusCode"])
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": str(refused.code)}
        return status, headers, json.dumps({"message": refused.message})


def _shape(shape: Shape | None) -> Shape:
    """Both operations have input and output."""
    if shape is None:
        raise TypeError("the service model has an operation without input or output")
    return shape


def _model() -> Any:
    return get_service_model("bedrock-runtime")
