"""Record the reply of every event anew. What comes out is to be read before it is committed."""

from __future__ import annotations

import json
import sys

from tests.events import events
from tests.pipeline import reply_to


def main() -> None:
    """Write the replies of all events into their files."""
    for event in events():
        content = json.loads(event.path.read_text(encoding="utf-8"))
        changed = content.get("reply") != (reply := reply_to(event))
        content["reply"] = reply
        event.path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        sys.stdout.write(f"{'changed' if changed else 'same   '} {event.path.name}\n")


if __name__ == "__main__":
    main()
