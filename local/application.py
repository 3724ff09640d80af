"""The WSGI application of the embedded AWS: moto's dispatcher between our own clock, errors and controls."""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.http import http_date

from local.request import Call, error_body, identify
from local.world import World

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Application:
    """Answers every HTTP request. `world` is a function, because a reset replaces the world."""

    def __init__(self, world: Callable[[], World]) -> None:
        self._world = world
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; whatever happens inside, the answer is one that an AWS client understands."""

        def start_dated(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            kept = [(name, value) for name, value in headers if name.lower() != "date"]
            return start_response(status, [*kept, ("Date", http_date(self._world().clock.now()))], exc_info)

        call = identify(environ)
        try:
            return list(self._moto(environ, start_dated))
        except NotImplementedError:
            text = f"The embedded AWS does not build {call.operation} of {call.service}."
            return _answer(start_dated, 400, call, "NotImplementedException", text)
        except Exception:
            logger.exception("unhandled error in %s of %s", call.operation, call.service)
            text = f"The embedded AWS failed in {call.operation} of {call.service}; its log says where."
            return _answer(start_dated, 500, call, "InternalFailure", text)


def _answer(start_response: StartResponse, status: int, call: Call, code: str, message: str) -> list[bytes]:
    content_type, body = error_body(call, code, message)
    reason = "Bad Request" if status == 400 else "Internal Server Error"
    start_response(f"{status} {reason}", [("Content-Type", content_type), ("X-Amzn-ErrorType", code)])
    return [body]


def answer_json(start_response: StartResponse, status: str, document: Any) -> list[bytes]:
    """Answer with `document` as JSON."""
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(document).encode()]
