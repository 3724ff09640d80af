"""Talks to the control endpoint of an embedded AWS that is up."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit


class RemoteError(Exception):
    """The server said no, or there is none; the message is for people."""


class Remote:
    """The control endpoint below /_local/ of the server at `endpoint`, such as http://127.0.0.1:4566."""

    def __init__(self, endpoint: str, timeout: float = 60.0) -> None:
        """`timeout` is how many seconds an answer may take. Raises RemoteError if the endpoint is no http URL."""
        parts = urlsplit(endpoint)
        if parts.scheme != "http" or not parts.hostname:
            raise RemoteError(f"{endpoint!r} is no endpoint; write it like http://127.0.0.1:4566")
        self._endpoint = endpoint
        self._timeout = timeout
        self._host, self._port = parts.hostname, parts.port or 80

    def ask(self, method: str, path: str, request: Any = None) -> Any:
        """The server's JSON answer to `method` /_local/`path`. Raises RemoteError if it has none or refuses."""
        connection = HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request(method, f"/_local/{path}", None if request is None else json.dumps(request))
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            raise RemoteError(
                f"no embedded AWS answers at {self._endpoint} ({error}); start one with: python -m local up"
            ) from error
        finally:
            connection.close()
        if response.status != 200:
            raise RemoteError(str(answer.get("error", answer)))
        return answer
