"""Many visitors in one thread, and what each of them does while it is there.

Left out: what a visitor is (visitors.py) and what is measured (load.py).
"""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from benchmarks.visitors import Visitor

V = TypeVar("V", bound=Visitor)


async def play(visitor: Visitor, task: str, until: float, pause: float, rng: random.Random) -> None:
    """Interact now and then: three turns of a knob in the form, then another preset for the whole page.

    Args:
        visitor: Who; its page is open.
        task: The page's task, which the keys of its widgets begin with.
        until: When to end, on `time.monotonic`.
        pause: Mean seconds between two interactions.
        rng: Decides the pauses.
    """
    for turn in itertools.cycle(range(8)):
        await asyncio.sleep(rng.uniform(0.2, 1.8) * pause)
        if time.monotonic() > until:
            return
        try:
            if turn % 4 == 3:
                preset = "Standard" if turn == 3 else "Quick"
                visitor.seen.on_page.append(await visitor.turn(f"{task}.preset", preset))
            else:
                size = rng.randrange(16, 256, 8)
                visitor.seen.in_form.append(await visitor.turn(f"{task}.model.hidden_size", size))
        except TimeoutError:
            visitor.seen.unanswered += 1


class Crowd:
    """Many visitors in a thread of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="crowd", daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the crowd's thread and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def begin(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the crowd's thread; the answer's `result()` waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def each(self, visitors: Sequence[V], work: Callable[[V], Awaitable[Any]], gap: float = 0.0) -> list[Any]:
        """Do the same with every visitor, `gap` seconds after one another, and wait for all."""

        async def all_of_them() -> list[Any]:
            tasks = []
            for visitor in visitors:
                tasks.append(asyncio.ensure_future(work(visitor)))
                await asyncio.sleep(gap)
            return await asyncio.gather(*tasks)

        return list(self.call(all_of_them()))

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
