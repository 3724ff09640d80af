"""Change sets: a wish about a stack, waiting to be carried out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from local.cloudformation.plan import Change, Wish

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)


@dataclass
class ChangeSet:
    """What CreateChangeSet was given and found. A change set without changes has failed, with AWS's reason."""

    name: str
    arn: str
    wish: Wish
    body: str
    changes: list[Change]
    capabilities: tuple[str, ...]
    tags: Mapping[str, str]
    created: datetime
    description: str | None
    is_empty: bool
    execution_status: str

    @property
    def status(self) -> str:
        """CREATE_COMPLETE, or FAILED where there is nothing to do."""
        return "FAILED" if self.is_empty else "CREATE_COMPLETE"
