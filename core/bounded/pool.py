"""The server's side of reading: asks a process to do it, in turns, and says in words which limit ended it.

Sets of the catalogue, what strangers bring, and what is fetched of the Hub have places of their own, so that none keeps
the others waiting. Of the first two most places are for anybody's first two seconds and one is for those who need longer:
who does not get that one begins anew once it is free.
"""

from __future__ import annotations

import hashlib
import json
import signal
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from core.bounded.frames import ENDED, ERRORS, NO_MEMORY, REPLY, REQUEST, TOLD, Inbox, TooMuch, pack
from core.bounded.reader_process import ReaderProcess
from core.bounded.turns import Turns, Who
from core.bounded.work import Job, decoded
from core.config.errors import ConfigError, Problem
from core.config.limits import Limits, Settings, bytes_in_words
from core.config.words import plural
from core.data.progress import ProgressCallback, quiet

T = TypeVar("T")
Lane = Literal["catalogue", "own", "hub"]

FIRST_SECONDS = 2.0
"""Anybody may read for that long before it counts who else waits."""
_LOOK_SECONDS = 0.2
_STALLED, _STALLED_SECONDS = 6, 60.0
"""A reader is ended after so many times its seconds of processor, or so long, whatever keeps it."""
_REMEMBERED = 200
_WAITING = "Other data is read first"


@dataclass(frozen=True)
class _Places:
    """Those of one kind of data: for first seconds, and for longer; None where a place is for as long as it takes."""

    first: Turns
    longer: Turns | None


class _Again(Exception):
    """It takes long, others wait, and somebody else is in the place for that."""


class LimitReached(ConfigError):
    """A reading went beyond its processor, memory or output, and would do so again."""


class _Gone(Exception):
    """The process that makes readers is no more."""


class Readers:
    """Has things read by a process, within limits and in turns.

    Args:
        limits: `max_reading_seconds`, `max_reading_bytes` and `max_reply_bytes` bound each reading.
        places: Readings of one kind of data at the same time, beside a long one.
    """

    def __init__(self, process: ReaderProcess, settings: Settings, limits: Limits, places: int = 1):
        self._process = process
        self._settings = settings.model_dump(mode="json", exclude={"hub_token"})
        self._limits = limits
        self._guard = threading.Lock()
        self._refused: OrderedDict[str, tuple[Problem, ...]] = OrderedDict()
        self._places: dict[Lane, _Places] = {
            "catalogue": _Places(Turns(places), Turns(1)), "own": _Places(Turns(places), Turns(1)),
            "hub": _Places(Turns(1), None),
        }  # fmt: skip

    def ask(
        self,
        job: Job[T],
        arguments: Mapping[str, Any],
        *,
        lane: Lane = "own",
        who: Who | None = None,
        tell: ProgressCallback = quiet,
        limits: Limits | None = None,
        seconds: float | None = None,
    ) -> T:
        """Do a job and give what it answers.

        Args:
            arguments: Plain values, that JSON can hold.
            lane: Whether a set of the catalogue is read, what somebody brought, or what was fetched of the Hub.
            tell: Told several times a second how far it is; what it raises ends the reading.
            limits: Other limits for the reader than the server's, such as of a data set of the Hub.
            seconds: Of processor; `max_reading_seconds` when None.

        Raises:
            ConfigError: What the job raises, or a limit that ended it.
        """
        limits = limits or self._limits
        request: dict[str, Any] = {"job": job.name, "arguments": dict(arguments), "settings": self._settings}
        request |= {"limits": limits.model_dump(mode="json")}
        seconds = seconds or self._limits.max_reading_seconds
        request["bounds"] = [seconds, self._limits.max_reading_bytes]
        self._check_not_refused(asked := hashlib.sha256(json.dumps(request).encode()).hexdigest())
        turn = _Turn(self._places[lane], who or Who(), _never_back(tell), seconds)
        with tempfile.TemporaryDirectory(prefix="unroll-") as scratch:  # goes however the reading ends
            message = pack(REQUEST, json.dumps({**request, "scratch": scratch}).encode())
            try:
                found: T = decoded(job.reply, self._in_turn(message, turn))
            except LimitReached as error:
                self._remember(asked, error.problems)
                raise
            finally:
                turn.leave()
        return found

    def _check_not_refused(self, asked: str) -> None:
        """Who asks once more for what went beyond a limit hears it at once. The limits do not change."""
        with self._guard:
            problems = self._refused.get(asked)
        if problems is not None:
            raise LimitReached(list(problems))

    def _remember(self, asked: str, problems: tuple[Problem, ...]) -> None:
        with self._guard:
            self._refused[asked] = problems
            while len(self._refused) > _REMEMBERED:
                self._refused.popitem(last=False)

    def _in_turn(self, message: bytes, turn: _Turn) -> bytes:
        turn.begin()
        try:
            return self._once_more_if_gone(message, turn)
        except _Again:
            turn.begin_longer()
            return self._once_more_if_gone(message, turn)

    def _once_more_if_gone(self, message: bytes, turn: _Turn) -> bytes:
        try:
            return self._read(message, turn)
        except _Gone:
            with suppress(_Gone):
                return self._read(message, turn)
        raise ConfigError.single(
            "data.path", "data that can be read", "data at which the reader ended twice", "Try again."
        )

    def _read(self, message: bytes, turn: _Turn) -> bytes:
        """One try, with one process."""
        with self._process.connect() as ours:
            with suppress(BrokenPipeError, ConnectionError):
                ours.sendall(message)
            inbox = Inbox(ours, self._limits.max_reply_bytes)
            stalled = time.monotonic() + max(_STALLED_SECONDS, _STALLED * turn.seconds)
            while time.monotonic() < stalled:
                try:
                    frame = inbox.next(_LOOK_SECONDS)
                except TooMuch:
                    raise self._too_much() from None
                except EOFError:
                    raise _Gone from None
                if frame is not None and frame[0] != TOLD:
                    return self._outcome(*frame, turn.seconds)
                turn.still(frame)
        # Another time it may be quicker, so this is not remembered.
        raise ConfigError(list(self._too_slow(turn.seconds).problems))

    def _outcome(self, kind: bytes, body: bytes, seconds: float) -> bytes:
        if kind == REPLY:
            return body
        if kind == ERRORS:
            raise ConfigError([Problem(**problem) for problem in json.loads(body)])
        if kind == NO_MEMORY:
            raise self._no_memory()
        assert kind == ENDED
        number = int(body)
        if number == signal.SIGXCPU:
            raise self._too_slow(seconds)
        if number == signal.SIGABRT:  # a library had no memory left
            raise self._no_memory()
        if number == signal.SIGKILL:  # by the system, which has no memory left, or by somebody: perhaps not again
            raise ConfigError.single(
                "data.path", "data that can be read", "a reading that the machine ended",
                "Try again in a while; if it happens again, bring less of it.",
            )  # fmt: skip
        how = f" ({signal.Signals(number).name})" if number else ""
        raise ConfigError.single(
            "data.path", "data that can be read", f"data at which reading broke down{how}", "Bring it in another form."
        )

    def _too_slow(self, seconds: float) -> LimitReached:
        most = plural(f"{seconds:,.0f}", "second")
        return _refusal(
            f"data that is read within {most} of processor time (UNROLL_MAX_READING_SECONDS)", "data that takes longer",
            "Bring less of it, or in a plainer form.",
        )  # fmt: skip

    def _no_memory(self) -> LimitReached:
        most = self._limits.max_reading_bytes
        words = "" if most is None else f" of {bytes_in_words(most)} (UNROLL_MAX_READING_BYTES)"
        return _refusal(
            f"data that is read within the memory{words}", "data that needs more", "Bring less of it."
        )  # fmt: skip

    def _too_much(self) -> LimitReached:
        most = bytes_in_words(self._limits.max_reply_bytes)
        return _refusal(
            f"data of which a page shows at most {most} (UNROLL_MAX_REPLY_BYTES)", "data with more to show",
            "Bring fewer columns or rows.",
        )  # fmt: skip


class _Turn:
    """A place for one reading, and what others who wait have to do with it."""

    def __init__(self, places: _Places, who: Who, tell: ProgressCallback, seconds: float):
        self._places, self._who, self._tell, self.seconds = places, who, tell, seconds
        self._held: Turns | None = None
        self._until = 0.0
        self._said = 0.0, "Reading"

    def begin(self) -> None:
        """Wait for a place for first seconds."""
        self._take(self._places.first)
        self._until = time.monotonic() + FIRST_SECONDS

    def begin_longer(self) -> None:
        """Wait for the place of those who need longer."""
        self.leave()
        assert self._places.longer is not None
        self._take(self._places.longer)

    def still(self, frame: tuple[bytes, bytes] | None) -> None:
        """Say how far it is; after the first seconds go on in the other place. Raises `_Again` when that is taken."""
        if frame is not None and frame[0] == TOLD:
            share, what = json.loads(frame[1])
            self._said = float(share), str(what)
        self._tell(*self._said)
        longer = self._places.longer
        if longer is not None and self._held is self._places.first and time.monotonic() >= self._until:
            if not longer.take_now(self._who):
                raise _Again
            self.leave()
            self._held = longer

    def leave(self) -> None:
        """Give the place back, if there is one."""
        if self._held is not None:
            self._held.give_back(self._who)
            self._held = None

    def _take(self, turns: Turns) -> None:
        turns.take(self._who, lambda: self._tell(0.0, _WAITING))
        self._held = turns


def _never_back(tell: ProgressCallback) -> ProgressCallback:
    """A `ProgressCallback` whose share never falls, also when reading begins anew."""
    reached = [0.0]

    def forward(share: float, what: str) -> None:
        reached[0] = max(reached[0], share)
        tell(reached[0], what)

    return forward


def _refusal(expected: str, received: str, hint: str) -> LimitReached:
    return LimitReached([Problem("data.path", expected, received, hint)])
