"""The WebSocket channels: messages to connected clients through API Gateway's management API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from tools.aws.clients import MOST_SENDERS, ConnectionsClient
from tools.aws.errors import aws_errors
from tools.domain.announcements import Announcement
from tools.domain.channel_messages import as_bytes, message_of
from tools.domain.channels import Channel
from tools.domain.deliveries import OUT_OF_TIME, DeliveryRun, Failure, Sent
from tools.domain.errors import AccessDenied, BudgetAgentError
from tools.ports.channels import ConnectionSource

MANAGE: Final = "execute-api:ManageConnections"

PERMISSIONS: Mapping[str, tuple[str, ...]] = {"PostToConnection": (MANAGE,)}


class _Gone(Enum):
    """The connection exists no more."""

    GONE = "gone"


@dataclass(frozen=True, slots=True)
class _Batch:
    """One message on its way: what all of its senders share. `refusals` says why the API itself takes nothing."""

    body: bytes
    run: DeliveryRun
    refusals: list[Failure] = field(default_factory=list)


class WebSocketChannel:
    """`AnnouncementChannel` to the clients of one stage; up to 16 messages are on their way at the same time.

    `client` is asked for at first use.
    """

    def __init__(
        self, channel: Channel, client: Callable[[], ConnectionsClient], source: ConnectionSource
    ) -> None:
        self.channel = channel
        self._client = client
        self._source = source

    def deliver(
        self, announcement: Announcement, recipients: tuple[str, ...] | None, run: DeliveryRun
    ) -> Sent:
        """Post to every connection that listens, of `recipients` if they are given; forget those that are gone.

        Raises the errors of the table of connections.
        """
        listening = [each.id for each in self._source.connections(run.now) if each.hears(announcement)]
        told = listening if recipients is None else sorted({*listening} & {*recipients})
        if not told:
            return Sent()
        batch = _Batch(as_bytes(message_of(announcement)), run)
        # Made before the threads begin: boto3 makes clients in one thread at a time only.
        client = self._client()
        with ThreadPoolExecutor(min(MOST_SENDERS, len(told))) as senders:
            outcomes = dict(
                zip(told, senders.map(lambda each: _post(client, each, batch), told), strict=True)
            )
        gone = tuple(each for each, outcome in outcomes.items() if isinstance(outcome, _Gone))
        return Sent(
            reached=tuple(each for each, outcome in outcomes.items() if outcome is None),
            failed={each: outcome for each, outcome in outcomes.items() if isinstance(outcome, Failure)},
            gone=gone,
            problems=tuple(problem for each in gone if (problem := self._forget(each)) is not None),
        )

    def _forget(self, connection_id: str) -> Failure | None:
        """Forget a connection that is gone, or say why it stays; the next message finds it gone again."""
        try:
            self._source.forget(connection_id)
        except BudgetAgentError as error:
            reason = f"Connection {connection_id} is gone and could not be forgotten: {error.message}"
            return Failure(error.code, reason, error.retryable)
        return None


def _post(client: ConnectionsClient, connection_id: str, batch: _Batch) -> Failure | _Gone | None:
    """None when the connection took the message, else why not."""
    if connection_id in batch.run.failed:
        return batch.run.failed[connection_id]
    if batch.refusals:
        return batch.refusals[0]
    if batch.run.seconds_left() <= 0:
        return OUT_OF_TIME
    try:
        with aws_errors(MANAGE):
            try:
                client.post_to_connection(ConnectionId=connection_id, Data=batch.body)
            except ClientError as error:
                if _is_gone(error):
                    return _Gone.GONE
                raise
    except BudgetAgentError as error:
        failure = Failure.of(error)
        if isinstance(error, AccessDenied) or isinstance(error.__cause__, BotoCoreError):
            # Not this client's fault: whoever is next would wait as long for the same answer.
            batch.refusals.append(failure)
        return failure
    return None


def _is_gone(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status == 410 or error.response.get("Error", {}).get("Code") == "GoneException"
