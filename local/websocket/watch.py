"""`python -m local watch`: a client that prints what is pushed to it."""

import sys
from urllib.parse import urlsplit

from local.websocket.client import WebSocketClient


def watch(endpoint: str, api_id: str, stage: str, count: int | None) -> None:
    """Print messages, one a line, until `count` have come, the server closes, or Ctrl-C.

    How to push to the connection goes to standard error. Raises OSError if there is no server.
    """
    host = urlsplit(endpoint).netloc
    with WebSocketClient(f"ws://{host}/ws/{api_id}/{stage}", timeout=None) as client:
        sys.stderr.write(
            f"connected as {client.connection_id}; push to it with\n"
            f"aws apigatewaymanagementapi post-to-connection --endpoint-url http://{host}/{api_id}/{stage} "
            f"--connection-id {client.connection_id} --data hello\n"
        )
        sys.stderr.flush()
        received = 0
        try:
            while received != count and (message := client.receive()) is not None:
                sys.stdout.write(f"{message.decode(errors='replace')}\n")
                sys.stdout.flush()
                received += 1
        except KeyboardInterrupt:
            return
        if received != count:
            sys.stderr.write(f"the server closed the connection ({client.closed_with})\n")
