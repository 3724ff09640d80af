"""`python -m local watch`: a client that prints what is pushed to it."""

import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from local.websocket.client import WebSocketClient
from local.websocket.signing import signed_headers


def watch(endpoint: str, api_id: str, stage: str, count: int | None, messages: Sequence[str] = ()) -> None:
    """Send messages and print what comes, one a line, until `count` have come, the server closes, or Ctrl-C.

    The connection is signed with the credentials of the environment, if there are any. How to push to it goes to
    standard error. Raises OSError if there is no server, or it does not let us in.
    """
    host = urlsplit(endpoint).netloc
    url = f"ws://{host}/ws/{api_id}/{stage}"
    with WebSocketClient(url, timeout=None, headers=signed_headers(url)) as client:
        sys.stderr.write(
            f"connected as {client.connection_id}; push to it with\n"
            f"aws apigatewaymanagementapi post-to-connection --endpoint-url http://{host}/{api_id}/{stage} "
            f"--connection-id {client.connection_id} --data hello\n"
        )
        sys.stderr.flush()
        for text in messages:
            client.send(text.encode())
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
