"""What a memory task asks of a sequence, step by step, and what a trained network has kept of it.

Left out: making and judging the tasks (core.data.made.sequences, core.tasks.memory), drawing (ui/learn/memory_race.py).
No torch: a network is asked through its predictor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from core.data import catalog
from core.data.kinds.sequences import words_of
from core.data.made.sequences import COPY_LENGTH
from core.data.sources.made_sequences import right_answers

TASKS = ("recall", "copy", "adding", "parity")
NEAR = 0.04  # of a sum, as core.tasks.memory.predictor has it


@dataclass(frozen=True)
class Asked:
    """One sequence of a task.

    Attributes:
        words: What is read, a word a step.
        kept: What has to be known after each step to answer all that is still asked, in words.
        right: What is to be answered at each step; "" where nothing is asked.
    """

    words: tuple[str, ...]
    kept: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sequence as one types it."""
        return " ".join(self.words)


@dataclass(frozen=True)
class Read:
    """What a trained network makes of a sequence.

    Attributes:
        states: The hidden state of its last layer, (T, H).
        answers: What it answers at each step; "" where nothing is asked.
        now: What it would answer if the sequence ended here; "" where a task has no such question.
        sure: How sure it would be of that, 0 to 1; None where it answers with a number or is not asked.
        correct: Whether each of `answers` is right; None where nothing is asked.
    """

    states: np.ndarray
    answers: tuple[str, ...]
    now: tuple[str, ...]
    sure: tuple[float | None, ...]
    correct: tuple[bool | None, ...]


def asked(data_id: str, delay: int, number: int) -> Asked:
    """A sequence of a task with what it asks.

    Args:
        data_id: One of `TASKS`.
        delay: As `data.delay`.
        number: Which of all sequences, from 0.
    """
    load: Any = catalog.find("sequences", data_id).load  # a `LoadFrom` of the generator
    inputs, _ = load.origin(delay, 1, (9, number))
    made = load.load.keywords
    values = inputs[0].round(2) if inputs.ndim == 3 else inputs[0]
    words = tuple(words_of(values, made["symbols"]))
    classes, right = made["classes"], right_answers(data_id, values)
    first = len(words) - made["num_asked"] if made["num_asked"] else 0
    said = tuple(_said(one, classes) if step >= first else "" for step, one in enumerate(right))
    return Asked(words, _KEPT[data_id](words), said)


def _said(answer: Any, classes: Sequence[str]) -> str:
    if answer is None:
        return ""
    return classes[int(answer)] if classes else f"{answer:.2f}"


def _kept_recall(words: Sequence[str]) -> tuple[str, ...]:
    return (words[0],) * len(words)


def _kept_copy(words: Sequence[str]) -> tuple[str, ...]:
    letters, found = "".join(words[:COPY_LENGTH]), []
    for step in range(len(words)):
        said = max(0, step - (len(words) - COPY_LENGTH) + 1)
        found.append(letters[: step + 1][said:])
    return tuple(found)


def _kept_adding(words: Sequence[str]) -> tuple[str, ...]:
    total, found = 0.0, []
    for word in words:
        total += float(word[:-1]) if word.endswith("*") else 0.0
        found.append(f"{total:.2f}")
    return tuple(found)


def _kept_parity(words: Sequence[str]) -> tuple[str, ...]:
    ones = np.cumsum([word == "1" for word in words])
    return tuple("odd" if one % 2 else "even" for one in ones)


_KEPT: Mapping[str, Any] = MappingProxyType(
    {"recall": _kept_recall, "copy": _kept_copy, "adding": _kept_adding, "parity": _kept_parity}
)


def read_by(predictor: Any, data_id: str, sequence: Asked) -> Read:
    """Let a trained network read a sequence.

    Args:
        predictor: Of a run of the memory tasks on that data.
        data_id: One of `TASKS`.
        sequence: From `asked`.

    Raises:
        ConfigError: The network cannot read it.
    """
    found = predictor.predict([sequence.text])[0]
    layer = predictor.trace(sequence.text)["layers"][-1]
    answers = tuple(_word(one) for one in found["answers"])
    now, sure = _asked_now(predictor, data_id, predictor.read(sequence.text))
    correct = tuple(
        None if one is None else bool(one == right) if isinstance(one, str) else abs(one - right) <= NEAR
        for one, right in zip(found["answers"], found["right"], strict=True)
    )
    return Read(np.asarray(layer["values"]["hidden state"]), answers, now, sure, correct)


def _asked_now(predictor: Any, data_id: str, inputs: np.ndarray) -> tuple[tuple[str, ...], tuple[float | None, ...]]:
    """What a network would answer if the sequence ended after each step, and how sure it would be of it.

    A network that reads forward only knows nothing of what comes later, so that one pass over the sequence answers; in
    recall, where a sign asks, one over a batch of all beginnings, each with the sign behind it.

    Args:
        inputs: Ids (T,) or numbers (T, F).
    """
    length = len(inputs)
    if data_id == "copy":  # asks with several signs, one after the other
        return ("",) * length, (None,) * length
    if data_id == "recall":
        sign = predictor.symbols.index("?")
        ends = np.where(np.tri(length, length + 1, dtype=bool), np.append(inputs, sign), sign)
        places = np.minimum(np.arange(length) + 1, length - 1)  # the last step is the sign itself
        scores = predictor.outputs_of(ends).numpy()[np.arange(length), places]
    else:
        scores = predictor.outputs_of(inputs[None])[0].numpy()
    if not predictor.classes:
        return tuple(_word(float(one)) for one in scores[:, 0]), (None,) * length
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    best = shares.argmax(axis=1)
    return tuple(predictor.classes[one] for one in best), tuple(
        float(row[one]) for row, one in zip(shares, best, strict=True)
    )


def _word(answer: Any) -> str:
    if answer is None:
        return ""
    return answer if isinstance(answer, str) else f"{answer:.2f}"
