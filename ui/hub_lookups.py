"""Questions to the Hugging Face Hub for pages: asked in a thread, so that no page waits, and answered for all who ask.

Left out: the question itself (core.data.hub.choices), and the dialog (hub.py).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits, Settings
from core.data.fetching import FetchError

if TYPE_CHECKING:
    from core.data.hub.choices import HubSet

PATIENCE_SECONDS = 30.0
FRESH_SECONDS = 300.0
MAX_ASKED, MAX_ASKED_THERE = 8, 6
"""Questions at the same time: in all, and from one network address."""
MAX_REMEMBERED = 50


@dataclass(frozen=True)
class Answer:
    """What came of a question: the data set, or why there is none.

    Attributes:
        asked: When, on the machine's own clock.
        found: What the Hub says; None while it has not answered, and after a failure.
        problems: What somebody has to mend.
        error: What went wrong on the way, in words.
    """

    asked: float
    found: HubSet | None = None
    problems: tuple[Problem, ...] = ()
    error: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether an answer may still come."""
        return self.found is None and not self.problems and not self.error


class Lookups:
    """The questions of a server, each asked once by however many pages."""

    def __init__(self, settings: Settings, limits: Limits):
        self._settings, self._limits = settings, limits
        self._lock = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self._asking = Counter[str]()

    def ask(self, data_id: str, address: str = "") -> None:
        """Ask, unless somebody else just has; `address` is the hash of where the visitor is."""
        now = time.monotonic()
        with self._lock:
            known = self._answers.get(data_id)
            if known is not None and (known.is_waiting or known.found) and now - known.asked < FRESH_SECONDS:
                return
            if len(self._answers) >= MAX_REMEMBERED:
                answered = [name for name, answer in self._answers.items() if not answer.is_waiting]
                del self._answers[min(answered, key=lambda name: self._answers[name].asked)]
            if self._asking.total() >= MAX_ASKED or self._asking[address] >= MAX_ASKED_THERE:
                self._answers[data_id] = Answer(now, error="Many are asking right now. Try again in a while.")
                return
            self._asking[address] += 1
            self._answers[data_id] = Answer(now)
            threading.Thread(target=self._run, args=(data_id, now, address), daemon=True).start()

    def answer(self, data_id: str) -> Answer | None:
        """What came of it; None when nobody asked. Who waits longer than `PATIENCE_SECONDS` is told so."""
        known = self._answers.get(data_id)
        if known is not None and known.is_waiting and time.monotonic() - known.asked > PATIENCE_SECONDS:
            return Answer(known.asked, error="The Hub does not answer. Try again in a while.")
        return known

    def _run(self, data_id: str, asked: float, address: str) -> None:
        from core.data.hub.choices import look_up

        try:
            answer = Answer(asked, look_up(data_id, self._settings, self._limits))
        except ConfigError as error:
            answer = Answer(asked, problems=error.problems)
        except FetchError as error:
            answer = Answer(asked, error=str(error))
        except Exception as error:
            answer = Answer(asked, error=f"Looking it up ended with an error of the program ({type(error).__name__}).")
        with self._lock:
            self._asking -= Counter((address,))
            self._answers[data_id] = answer
