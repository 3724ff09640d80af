"""The WSGI application of the embedded AWS: moto's dispatcher behind permissions, faults and our own clock."""

import logging
import uuid
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from moto.backend_index import backend_url_patterns
from moto.backends import list_of_moto_modules
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.http import http_date

from local.authorization.denial import Denial
from local.authorization.enforcement import check
from local.authorization.organization import check_organization
from local.authorization.principals import principal_behind
from local.control import Control
from local.fault_effects import FaultEffects, refuse
from local.http_answer import HttpAnswer
from local.request import Call, Environ, identify, parameters_of
from local.websocket.connections import Connections
from local.websocket.endpoint import Endpoint
from local.websocket.handshake import wants_websocket
from local.websocket.management import Management, mounted
from local.websocket.routes import ApiRoutes
from local.world import World

logger = logging.getLogger(__name__)

CONTROL_PATH = "/_local/"
# Moto's own control paths would change state behind our back.
_MOTO_PATHS = ("/moto-api",)
_MODULES = frozenset(list_of_moto_modules())


class Served(Protocol):
    """What the application answers for: a world that a reset replaces."""

    @property
    def world(self) -> World:
        """The world of this moment."""

    def reset(self) -> World:
        """Begin again."""


class Application:
    """Answers every HTTP request; whatever happens inside, the answer is one that an AWS client understands."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._moto = DomainDispatcherApplication(create_backend_app)
        self.effects = FaultEffects()
        self._tables = Lock()
        self.connections = Connections()

        def now() -> datetime:
            return served.world.clock.now()

        self.websockets = Endpoint(self.connections, ApiRoutes(now), now)
        self._management = Management(self.connections, now)
        self._control = Control(served, self.effects.faults, self.connections)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request.

        Raises ConnectionError where a fault says that there is to be no answer, and when a WebSocket has ended.
        """
        answer = self._answer(environ)
        body = answer.body[: len(answer.body) // 2] if answer.is_cut else answer.body
        start_response(answer.status, self._headers(answer, is_head=environ["REQUEST_METHOD"] == "HEAD"))
        return [body]

    def _answer(self, environ: Environ) -> HttpAnswer:
        if wants_websocket(environ):
            return self.websockets.take_over(environ)
        if environ.get("PATH_INFO", "").startswith(CONTROL_PATH):
            return self._control.answer(environ)
        return self._call(mounted(environ))

    def _headers(self, answer: HttpAnswer, *, is_head: bool) -> list[tuple[str, str]]:
        # The length that HEAD tells is the one of the body it does not send.
        ours = {"date"} if is_head else {"date", "content-length"}
        headers = [(name, value) for name, value in answer.headers if name.lower() not in ours]
        if not any(name.lower() == "x-amzn-requestid" for name, _ in headers):
            headers.append(("x-amzn-RequestId", str(uuid.uuid4())))
        if not is_head:
            headers.append(("Content-Length", str(len(answer.body))))
        headers.append(("Date", http_date(self._served.world.clock.now())))
        return headers

    def _call(self, environ: Environ) -> HttpAnswer:
        call = identify(environ)
        try:
            return self.effects.around(call, environ, lambda: self._authorized(call, environ))
        except NotImplementedError:
            text = f"The embedded AWS does not build {call.operation} of {call.service}."
            return refuse(call, Denial(400, "NotImplementedException", text))
        except ConnectionError:
            raise
        except Exception:
            logger.exception("unhandled error in %s of %s", call.operation, call.service)
            text = f"The embedded AWS failed in {call.operation} of {call.service}; its log says where."
            return refuse(call, Denial(500, "InternalFailure", text))

    def _authorized(self, call: Call, environ: Environ) -> HttpAnswer:
        if not self._is_served(environ):
            text = (
                f"The embedded AWS does not build the service {call.service or '(the request is unsigned)'}."
            )
            return refuse(call, Denial(400, "NotImplementedException", text))
        caller = principal_behind(call.access_key).account_id

        def read_parameters() -> dict[str, Any]:
            return parameters_of(call, environ)

        denial = check(call, read_parameters, self._served.world.clock.now())
        denial = denial or check_organization(call, read_parameters, caller)
        if denial is not None:
            return refuse(call, denial)
        if call.service == "apigatewaymanagementapi":
            return self._management.answer(call, environ, caller, self._served.world.account_id)
        # Moto undoes a transaction by putting whole tables back, with what others have written meanwhile.
        with self._tables if call.service == "dynamodb" else nullcontext():
            answer = self._run_moto(environ)
        if _is_unrouted(answer):
            raise NotImplementedError(call.operation)
        return answer

    def _is_served(self, environ: Environ) -> bool:
        """Whether moto knows a service for the request; moto itself would print and fail on others."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(_MOTO_PATHS):
            return False
        host = self._moto.infer_service_region_host(environ, path)
        if host is None:
            # An unsigned request, such as a presigned URL, is for S3.
            return True
        return host in _MODULES or any(pattern.match(f"http://{host}") for _, pattern in backend_url_patterns)

    def _run_moto(self, environ: Environ) -> HttpAnswer:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            started[:] = [status, headers]

        chunks = self._moto(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return HttpAnswer(started[0], started[1], body)


def _is_unrouted(answer: HttpAnswer) -> bool:
    """Whether Flask found no route: AWS never answers in HTML, so moto does not have the operation."""
    content_type = {name.lower(): value for name, value in answer.headers}.get("content-type", "")
    return (
        answer.status.startswith(("404", "405"))
        and content_type.startswith("text/html")
        and b"<html" in answer.body
    )
