"""What others notice of a server: `python -m benchmarks.witness URL RUN`, a process of its own beside the attackers'.

Prints one JSON object a line, with times of `time.monotonic`, until it is ended: how long the server took to say that it
is well (asked all the time by a thread), a visitor's answers to a knob turned every second, and how often the page
that watches a run renewed itself. Left out: attacking, and what the figures should be (hostile.py).
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import json
import os
import sys
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit

import websockets

from benchmarks.visitors import Visitor

ASK_SECONDS, ANSWER_SECONDS = 0.05, 1.0
TURN_SECONDS = 1.0
ADDRESS = "10.1.0.1"
TURNING_TASK, WATCHED_TASK = "forecasting", "generation"
_GONE = (TimeoutError, OSError, websockets.WebSocketException)


def tell(what: str, began: float, seconds: float | None = None) -> None:
    """One line: what was asked for when, and after how many seconds it came; without them it has begun."""
    line = json.dumps({"what": what, "began": began, "seconds": seconds}) + "\n"
    os.write(sys.stdout.fileno(), line.encode())  # whole, whichever thread speaks


def is_well(url: str, timeout: float = ANSWER_SECONDS) -> bool:
    """Whether the server says that it is well, in time."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def ask_health(url: str) -> None:
    """Ask for ever; a silence is the time from the first question without an answer to the next answer."""
    asked: float | None = None
    while True:
        if asked is None:
            asked = time.monotonic()
            tell("health", asked)
        if is_well(url):
            tell("health", asked, time.monotonic() - asked)
            asked = None
        time.sleep(ASK_SECONDS)


async def turn(url: str) -> None:
    """Turn a knob every second: the hidden size in the form, every fourth time what is read, every twelfth the preset."""
    task = TURNING_TASK
    visitor = Visitor(url, task, address=ADDRESS)
    for number in itertools.count():
        began = time.monotonic()
        try:
            if not visitor.is_open:
                visitor = Visitor(url, task, address=ADDRESS)
                await visitor.open()
                began = time.monotonic()
            tell("turn", began)
            if number % 12 == 11:
                await visitor.turn(f"{task}.preset", "Standard" if number % 24 == 11 else "Quick")
            elif number % 4 == 3:
                await visitor.turn(f"{task}.data.window_size", 12 + number % 48)
            else:
                await visitor.turn(f"{task}.model.hidden_size", 16 + 8 * (number % 16))
        except _GONE:
            with suppress(*_GONE):
                await visitor.close()
            visitor = Visitor(url, task, address=ADDRESS)
            await asyncio.sleep(0.2)
        tell("turn", began, time.monotonic() - began)
        await asyncio.sleep(max(0.0, began + TURN_SECONDS - time.monotonic()))


async def watch(url: str, run: str) -> None:
    """Look at a run that trains, and tell each renewal of its panel with the time since the one before."""
    while True:
        visitor = Visitor(url, WATCHED_TASK, f"run={run}", ADDRESS)
        with suppress(*_GONE):
            await visitor.open()
            told = 0
            while True:
                await asyncio.sleep(0.2)
                for seconds in visitor.seen.refreshes[told:]:
                    tell("refresh", time.monotonic() - seconds, seconds)
                told = len(visitor.seen.refreshes)
                if not visitor.is_open:
                    break
        await asyncio.sleep(0.2)


async def main(url: str, run: str) -> None:
    """Ask, turn and watch until ended."""
    threading.Thread(target=ask_health, args=(url,), daemon=True).start()
    await asyncio.gather(turn(url), watch(url, run))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
