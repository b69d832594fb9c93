"""Attacks that no page offers: bytes put to the upload endpoint, raw messages, and runs that take every place.

The last two kinds look from outside at what becomes of runs: whether a newcomer is admitted, and whether a training
that was planned for a short time ends in it. Left out: what goes through a page (attacking.py), measuring (hostile.py).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.attacking import GENERATION, Act, Attack, Prepared, Stage
from benchmarks.strangers import Stranger
from core.jobs.status import TERMINAL_STATES

MB = 1_000_000
NEWCOMER = "10.3.0.1"
SHORT = {f"{GENERATION}.training.max_steps": "20"}
RUN_SECONDS, LATE_SECONDS = 180, 40  # no less, because the quick presets ask for so much
# As a link may have it: by the number of operations a few seconds, by the scan that this cell needs many minutes.
SLOW = {
    f"{GENERATION}.model.cell": "lstm_layer_norm", f"{GENERATION}.model.hidden_size": "32",
    f"{GENERATION}.training.seq_len": "2048", f"{GENERATION}.training.batch_size": "1",
    f"{GENERATION}.training.max_steps": "2048", f"{GENERATION}.training.max_seconds": "",
}  # fmt: skip


def keep(sizes: Sequence[int]) -> Prepared:
    """Uploads that no page uses, kept by a session that stays."""

    def prepare(seed: int) -> Act:
        async def act(stage: Stage) -> None:
            stranger = await stage.open(GENERATION)
            await stranger.keep_in_memory(sizes)

        return act

    return prepare


def clear_cache(times: int) -> Prepared:
    """The message that a developer's menu sends; then a newcomer trains."""

    def prepare(seed: int) -> Act:
        async def act(stage: Stage) -> None:
            stranger = await stage.open(GENERATION)
            for _ in range(times):
                message = BackMsg()
                message.clear_cache = True
                await stranger.send(message)
            await asyncio.sleep(0.5)
            began = time.monotonic()
            newcomer = await stage.open(GENERATION, urlencode(SHORT), NEWCOMER)
            await _train(newcomer)
            while stage.state_of(newcomer) in ("", "queued"):
                await asyncio.sleep(0.1)
            stage.notes.append(f"a newcomer's run began after {time.monotonic() - began:.1f} s")

        return act

    return prepare


def crowd_the_queue(cookies: int, addresses: int, each: int = 5) -> Prepared:
    """A crowd from some addresses queues as many runs as each may; then a newcomer comes from elsewhere."""

    def prepare(seed: int) -> Act:
        async def one(stage: Stage, number: int) -> None:
            stranger = await stage.open(GENERATION, urlencode(SHORT), f"10.2.0.{number % addresses}")
            for _ in range(each):
                with suppress(TimeoutError):  # one who waits in vain goes on as the others do
                    await stranger.press(f"{GENERATION}:train")

        async def act(stage: Stage) -> None:
            for start in range(0, cookies, 10):
                await asyncio.gather(*(one(stage, number) for number in range(start, min(cookies, start + 10))))
            newcomer = await stage.open(GENERATION, urlencode(SHORT), NEWCOMER)
            await _train(newcomer)
            admitted = newcomer.parameter("run") is not None
            refused = f"MISS: a newcomer was refused: {newcomer.told}"
            stage.notes.append("a newcomer was admitted" if admitted else refused)

        return act

    return prepare


def train_slowly(seed: int) -> Act:
    """A link to a run that is planned as short and is not."""

    async def act(stage: Stage) -> None:
        stranger = await stage.open(GENERATION, urlencode(SLOW))
        await _train(stranger)
        if stranger.parameter("run") is None:
            stage.notes.append("refused before it began")
            return
        began = time.monotonic()
        while time.monotonic() - began < RUN_SECONDS + LATE_SECONDS:
            await asyncio.sleep(0.5)
            if stage.state_of(stranger) in TERMINAL_STATES:
                stage.notes.append(f"over after {time.monotonic() - began:.0f} s, {RUN_SECONDS} s were allowed")
                return
        late = RUN_SECONDS + LATE_SECONDS
        stage.notes.append(f"MISS: still training {late} s after Train, {RUN_SECONDS} s were allowed")

    return act


async def _train(stranger: Stranger) -> None:
    button = f"{GENERATION}:train"
    if stranger.widgets[button].proto.disabled:
        return
    await stranger.press(button)  # the panel of a run never rests


def every_raw_attack() -> list[Attack]:
    """In the order in which they are made; what fills the queue comes last."""
    hosted = (("UNROLL_MAX_SECONDS", str(RUN_SECONDS)),)
    return [
        Attack("bytes kept", "6 files of 190 MB", keep([190 * MB] * 6), True, seconds=60.0),
        Attack("bytes kept", "40 files of 19 MB", keep([19 * MB] * 40), seconds=60.0),
        Attack("bytes kept", "1 file of 400 MB", keep([400 * MB])),
        Attack("bytes kept", "400 files of 10 kB", keep([10_000] * 400), word_is_due=False),
        Attack("clear_cache", "1 message", clear_cache(1), word_is_due=False, seconds=45.0),
        Attack("clear_cache", "200 messages", clear_cache(200), word_is_due=False, seconds=45.0),
        Attack("queue", "20 cookies with 5 runs each, one address", crowd_the_queue(20, 1), seconds=90.0),
        Attack("queue", "20 cookies with 5 runs each, 20 addresses", crowd_the_queue(20, 20), seconds=90.0),
        Attack("slow run", f"planned as short, {RUN_SECONDS} s allowed", train_slowly, word_is_due=False,
               seconds=RUN_SECONDS + LATE_SECONDS + 20.0, settings=hosted),
    ]  # fmt: skip
