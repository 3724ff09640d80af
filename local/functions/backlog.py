"""The backlog: work that was accepted and is done in the background, soon and in the order it came."""

import logging
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread, current_thread

logger = logging.getLogger(__name__)

Task = Callable[[], None]

# How many events are worked on at once (emulator-defined; AWS scales with the load).
WORKERS = 4


class Backlog:
    """Runs tasks in a few threads of its own. A task that fails is logged; it harms no other."""

    def __init__(self) -> None:
        self._waiting: deque[Task] = deque()
        self._changed = Condition()
        self._running = 0
        self._threads: list[Thread] = []
        self._is_closed = False
        self._dropped = 0

    def add(self, task: Task) -> None:
        """Do the task soon. After `close` it is dropped."""
        with self._changed:
            if self._is_closed:
                return
            self._waiting.append(task)
            if len(self._threads) < WORKERS and self._running + len(self._waiting) > len(self._threads):
                thread = Thread(target=self._work, name="embedded-aws-events", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify_all()

    @property
    def generation(self) -> int:
        """How often the backlog was dropped: a task in several steps stops when this has changed."""
        return self._dropped

    def settle(self) -> None:
        """Wait until nothing is waiting or running. A task that asks waits for nothing."""
        if current_thread() in self._threads:
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._running)

    def drop(self) -> None:
        """Forget what waits; what runs goes on."""
        with self._changed:
            self._waiting.clear()
            self._dropped += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Drop what waits, wait for what runs and take no more."""
        with self._changed:
            self._is_closed = True
        self.drop()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                if not self._waiting:
                    return
                task = self._waiting.popleft()
                self._running += 1
            try:
                task()
            except Exception:
                logger.exception("an event could not be handled")
            finally:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()
