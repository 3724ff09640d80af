"""The backend that answers for Bedrock Runtime in place of moto's."""

from typing import Any

from moto.bedrockruntime.models import BedrockRuntimeBackend, bedrockruntime_backends

from local.bedrock.conversation import Conversation
from local.world import current


class Backend(BedrockRuntimeBackend):
    """Bedrock Runtime of one account and Region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Made by moto when the account first calls the service."""
        super().__init__(region_name, account_id)
        self.conversation = Conversation()


def conversation() -> Conversation:
    """The one conversation of the world being served: whoever asks in whichever Region hears the same script."""
    backend: Any = bedrockruntime_backends[current().account_id]["us-east-1"]
    held: Conversation = backend.conversation
    return held
