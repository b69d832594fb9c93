"""Tables of instructions and answers, as language models are tuned on: which column asks, which adds to it, which answers.

Columns are known by their names, as in instruction, context, response; prompt, completion; question, answer; and the
two sides of a conversation (conversations.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.data.sources.conversations import ASSISTANT, USER
from core.data.sources.headers import names_two_sides
from core.data.sources.inputs import plural
from core.data.sources.tables import take_texts

# What asks, what may add to it, what answers; the first that a table has is it.
_LAYOUTS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (("instruction", "instructions"), ("context", "input"), ("response", "output", "completion", "answer")),
    (("prompt",), ("context", "input"), ("completion", "response", "output", "answer", "chosen")),
    (("question", "query", "problem"), ("context", "passage"), ("answer", "response", "solution", "output")),
    (("input",), ("context",), ("output",)),
)


@dataclass(frozen=True)
class Instructions:
    """Names of columns: what asks, what adds to it where it is filled, what answers."""

    ask: str
    context: str | None
    answer: str

    @property
    def columns(self) -> dict[str, str]:
        """What is read as what, as a result says it."""
        named = {"src_column": self.ask, "context_column": self.context, "trg_column": self.answer}
        return {field: name for field, name in named.items() if name}

    def note(self, num_columns: int) -> str:
        """What is read of a table of so many columns."""
        beside = f" with {self.context!r} where there is one" if self.context else ""
        rest = num_columns - len(self.columns)
        others = f"; {plural(rest, 'other column')} left out" if rest else ""
        return f"read from {self.ask!r}{beside}, answered by {self.answer!r}{others}"

    def take(self, frame: pd.DataFrame) -> tuple[list[str], list[str]]:
        """Questions, each with its context behind it, and answers; the columns are taken out of the table."""
        asked, answers = take_texts(frame, self.ask), take_texts(frame, self.answer)
        if self.context:
            added = take_texts(frame, self.context)
            asked = [f"{text} {more}" if text and more else text for text, more in zip(asked, added, strict=True)]
        return asked, answers


def find_instructions(names: Sequence[str]) -> Instructions | None:
    """The columns of a table of instructions; None where the names are of no such layout."""
    known = {name.lower(): name for name in reversed(names)}
    user = next((name for name in names if name.endswith(f".{USER}")), "")
    assistant = f"{user.removesuffix(USER)}{ASSISTANT}"
    if user and assistant in names:
        return Instructions(user, None, assistant)
    for asking, adding, answering in _LAYOUTS:
        ask, answer = _first(known, asking), _first(known, answering)
        if ask and answer:
            return Instructions(ask, _first(known, adding), answer)
    return None


def names_pairs(first: Sequence[str], rest: pd.DataFrame) -> bool:
    """Whether the first line of a table of pairs names its columns: two sides, or an instruction and its answer."""
    return names_two_sides(first, rest) or find_instructions(first) is not None


def _first(known: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((known[name] for name in names if name in known), None)
