"""The HTTP side of the embedded AWS: a threaded WSGI server that keeps connections open and answers at once."""

import contextlib
import io
import socket
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import DechunkedInput, ThreadedWSGIServer


class KeepAliveHandler(MotoRequestHandler):
    """One connection, any number of requests. Werkzeug's own handler closes it after each one.

    The whole request is read before the application runs and the whole answer leaves in one write, so that
    neither left-over bytes nor Nagle's algorithm (40 ms per call with delayed acknowledgements) interfere.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer the request whose head was just read. An application may close the connection by raising
        ConnectionError, and cut an answer short by yielding less than its Content-Length."""
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.environ = environ = self.make_environ()
        _read_whole_body(environ)
        started: list[Any] = []
        written: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            started[:] = [status, headers]
            return written.append

        chunks = self.server.app(environ, start_response)
        try:
            body = b"".join([*written, *chunks])
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = started
        self._write(int(status.split(" ", 1)[0]), status.partition(" ")[2], headers, body)

    def _write(self, code: int, reason: str, headers: list[tuple[str, str]], body: bytes) -> None:
        has_body = self.command != "HEAD" and code >= 200 and code not in (204, 304)
        declared = next((int(value) for name, value in headers if name.lower() == "content-length"), None)
        if declared is None and has_body:
            headers = [*headers, ("Content-Length", str(len(body)))]
        elif declared is not None and declared > len(body) and has_body:
            self.close_connection = True
        self.send_response_only(code, reason)
        for name, value in headers:
            if name.lower() != "connection":
                self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        head = b"".join(self._headers_buffer) + b"\r\n"
        self._headers_buffer.clear()
        self.wfile.write(head + body if has_body else head)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: standard output belongs to the command line, and a served call is no news."""


class KeepAliveServer(ThreadedWSGIServer):
    """A loopback server on a free or given port, whose open connections end with it."""

    def __init__(self, app: Any, port: int) -> None:
        """Listen at once. Raises OSError if the port is taken."""
        with socket.create_server(("127.0.0.1", port), backlog=128) as listening:
            super().__init__("127.0.0.1", port, app, KeepAliveHandler, fd=listening.fileno())
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in a thread of its own."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget and close the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every open connection; its thread notices and closes it."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _read_whole_body(environ: dict[str, Any]) -> None:
    stream = environ["wsgi.input"]
    if isinstance(stream, DechunkedInput):
        body = stream.read()
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = io.BytesIO(body)
    environ["wsgi.input_terminated"] = True
