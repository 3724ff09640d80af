"""EmbeddedAws: serve a world over HTTP on the loopback interface."""

from __future__ import annotations

from threading import Thread
from types import TracebackType

from local import hooks
from local.application import Application
from local.budgets.refresh import watch
from local.faults import Faults
from local.functions import service as functions
from local.keep_alive import KeepAliveServer
from local.schedules.calendar import Calendar
from local.seeding import Seeding
from local.world import World, use


class EmbeddedAws:
    """A running embedded AWS; a context manager that stops it. One per process, because moto's state is.

    `url` is what clients take as endpoint, `world` what is being served, `faults` what is to go wrong.
    """

    def __init__(self, world: World, port: int = 0) -> None:
        """Listen; `EmbeddedAws.start` also serves. Raises OSError if the port is taken."""
        self.world = world
        self._application = Application(self)
        self._server = KeepAliveServer(self._application, port)
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.05,), name="embedded-aws", daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._seeding = Seeding(self.url)
        self._functions = functions.FunctionService(self.url)

    @classmethod
    def start(cls, world: World, port: int = 0) -> EmbeddedAws:
        """Serve `world` on `port` (0: any free one) and seed what its scenario names.

        Raises OSError if the port is taken, hooks.MotoHasChangedError if moto is not the one we know, and
        botocore's ClientError if the scenario names something that AWS would refuse.
        """
        hooks.install()
        aws = cls(world, port)
        aws._thread.start()
        try:
            aws.reset(world)
        except BaseException:
            aws.stop()
            raise
        return aws

    @property
    def faults(self) -> Faults:
        """The faults that are still to strike."""
        return self._application.effects.faults

    def reset(self, world: World | None = None, planted: hooks.Holdings | None = None) -> World:
        """Forget everything and serve `world`, or the present one as it began; the URL stays.

        Costs added by `world.spend` are forgotten; those added directly to a ledger stay in it. `planted`, which
        `holdings` gave after a reset to the same world, is put back instead of creating anew what its scenario
        names: that takes a tenth of the time, and ids are those of then.
        """
        self.faults.clear()
        self._application.effects.stale_reads.forget()
        self._application.connections.close_all()
        self._functions.forget()
        hooks.forget_everything()
        self.world = self.world.begin_again() if world is None else world
        use(self.world)
        functions.use(self._functions)
        self.world.clock.accompany(Calendar())
        watch(self.world.clock)
        if planted is None:
            self._seeding.plant(self.world)
        else:
            planted.put_back()
        return self.world

    def holdings(self) -> hooks.Holdings:
        """All that the services hold now, for resets to begin with. The world's clock and costs are not in it."""
        return hooks.Holdings()

    def stop(self) -> None:
        """Stop serving and hang up on every client."""
        self.faults.clear()
        self._application.connections.close_all()
        self._functions.close()
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
