"""Lambda's runtime API for one execution environment, served over HTTP on the loopback interface."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

# Source: Lambda developer guide, "Using the Lambda runtime API", and awslambdaric for restore.
_BASE = "/2018-06-01/runtime/"
_OUTCOME = re.compile(re.escape(_BASE) + r"invocation/[^/]+/(?P<kind>response|error)")


class Kind(Enum):
    """What a runtime reports."""

    READY = auto()
    RESPONSE = auto()
    ERROR = auto()
    INIT_ERROR = auto()
    EXIT = auto()


@dataclass(frozen=True)
class Report:
    """One report of a runtime; `body` is what it posted, empty for READY and EXIT."""

    kind: Kind
    body: bytes = b""


@dataclass(frozen=True)
class Work:
    """One event for a runtime and the headers that describe its invocation."""

    body: bytes
    headers: Mapping[str, str]


class RuntimeInterface:
    """Hands work to one runtime and collects its reports."""

    def __init__(self) -> None:
        self.reports: Queue[Report] = Queue()
        self._work: Queue[Work | None] = Queue()
        self._server = _Server(("127.0.0.1", 0), _handler(self.reports, self._work))
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def hand_out(self, work: Work) -> None:
        """Let the runtime's next call for work be answered with `work`."""
        self._work.put(work)

    def close(self) -> None:
        """Stop serving."""
        self._work.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A runtime that was killed in mid-request leaves a broken connection behind, which is no news.
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the end of the process is reported by whoever watches it."""


def _handler(reports: Queue[Report], pending: Queue[Work | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without these two, Nagle's algorithm and delayed acknowledgements cost 40 ms per invocation.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            if self.path == f"{_BASE}restore/next":
                self._answer(200, {}, b"")
                return
            reports.put(Report(Kind.READY))
            work = pending.get()
            if work is None:
                self.close_connection = True
                return
            self._answer(200, work.headers, work.body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            outcome = _OUTCOME.fullmatch(self.path)
            # Answered first: whoever reads the report may end the process at once.
            self._answer(202, {"Content-Type": "application/json"}, b'{"status":"OK"}')
            if outcome is None:
                reports.put(Report(Kind.INIT_ERROR, body))
            elif outcome["kind"] == "error":
                reports.put(Report(Kind.ERROR, body))
            else:
                reports.put(Report(Kind.RESPONSE, body))

        def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: Any) -> None:
            """Say nothing: an event handed out is no news."""

    return Handler
