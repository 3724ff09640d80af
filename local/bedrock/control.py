"""What the control endpoint says and takes about Bedrock."""

import base64
from collections.abc import Mapping
from typing import Any

from local.bedrock.models import conversation
from local.bedrock.script import parse_script
from local.durations import spell


def load_script(document: Any) -> dict[str, Any]:
    """Play the script from now on. Raises ValueError for one that cannot be played."""
    conversation().play(parse_script(document))
    return tell()


def forget_script() -> dict[str, Any]:
    """Have no script."""
    conversation().forget()
    return tell()


def tell() -> dict[str, Any]:
    """How many turns are left, and every request since the script was loaded, as JSON."""
    held = conversation()
    return {
        "turns_left": held.turns_left,
        "builtin": held.is_builtin,
        "requests": [
            {
                "operation": one.operation,
                "account_id": one.account_id,
                "at": spell(one.at),
                "turn": one.turn,
                **({} if one.refusal is None else {"refusal": one.refusal}),
                **{name: _plain(member) for name, member in one.parameters.items()},
            }
            for one in held.heard
        ],
    }


def _plain(value: Any) -> Any:
    """As JSON has it: bytes, as in images, become base64."""
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
