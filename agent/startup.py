"""What makes a cold start shorter. Import this module before anything large; call `finish` with the first reply.

Modules make hundreds of thousands of objects that stay, so a collector that looks through them while they load
finds nothing and takes about a tenth of the time. The first request loads modules too.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from importlib import import_module

gc.disable()


@cache
def finish() -> None:
    """Collect garbage again, from what is made from now on; what was loaded stays and is left out. Works once."""
    gc.freeze()
    gc.enable()


def before_snapshot(prepare: Callable[[], object]) -> None:
    """Have Lambda call `prepare` before SnapStart keeps the function as it is; elsewhere nobody calls it."""
    try:
        # A part of those of Lambda's runtimes that have SnapStart.
        from snapshot_restore_py import register_before_snapshot
    except ImportError:
        return
    register_before_snapshot(prepare)


def load_everything() -> None:
    """Import all of the product, for a process that others are copied from. Clients hold secrets and stay out."""
    from pkgutil import walk_packages

    for name in ("agent", "tools"):
        package = import_module(name)
        for module in walk_packages(package.__path__, f"{name}."):
            import_module(module.name)
