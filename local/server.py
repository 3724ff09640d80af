"""EmbeddedAws: serve a world over HTTP on the loopback interface."""

from __future__ import annotations

from threading import Thread
from types import TracebackType
from typing import Any

from moto.core.base_backend import BackendDict, backend_lock

from local import hooks
from local.application import Application
from local.keep_alive import KeepAliveServer
from local.seeding import Seeding
from local.world import World, use


def _instances() -> list[Any]:
    return vars(BackendDict)["_instances"]  # type: ignore[no-any-return]


class EmbeddedAws:
    """A running embedded AWS; a context manager that stops it. One per process, because moto's state is.

    `url` is what clients take as endpoint, `world` what is being served.
    """

    def __init__(self, world: World, server: KeepAliveServer) -> None:
        """Not for callers: `EmbeddedAws.start(world)` makes and starts one."""
        self.world = world
        self._server = server
        self._thread = Thread(target=server.serve_forever, args=(0.05,), name="embedded-aws", daemon=True)
        self.url = f"http://127.0.0.1:{server.port}"
        self._seeding = Seeding(self.url)

    @classmethod
    def start(cls, world: World, port: int = 0) -> EmbeddedAws:
        """Serve `world` on `port` (0: any free one) and seed what its scenario names.

        Raises OSError if the port is taken, hooks.MotoHasChangedError if moto is not the one we know.
        """
        hooks.install()
        running: list[EmbeddedAws] = []
        server = KeepAliveServer(Application(lambda: running[0].world), port)
        aws = cls(world, server)
        running.append(aws)
        aws._thread.start()
        aws.reset(world)
        return aws

    def reset(self, world: World | None = None) -> World:
        """Forget everything and serve `world`, or the present one as it began; the URL stays.

        A ledger given costs by `world.spend` is as it was before. Costs added directly to a ledger stay in it.
        """
        with backend_lock:
            for backends in list(_instances()):
                backends.clear()
            _instances().clear()
        self.world = self.world.begin_again() if world is None else world
        use(self.world)
        self._seeding.plant(self.world)
        return self.world

    def stop(self) -> None:
        """Stop serving and hang up on every client."""
        self._server.shutdown()
        self._server.hang_up()
        self._thread.join()
        self._seeding.close()

    def __enter__(self) -> EmbeddedAws:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
