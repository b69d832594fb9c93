"""The lectures' table of RNN, LSTM and GRU with measurements in its cells, and whether each of its rows holds. No torch.

What the notes say is in our words. Numbers come from the cells themselves, from what is stored of claim F2 and from a
visitor's runs; every verdict is worked out from them. Left out: drawing (ui/learn/memory_race.py).
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from core.claims.bridged import Point
from core.claims.figures import Figure, short
from core.claims.views import Frontier
from core.models.cells import CELLS

COMPARED = ("rnn", "lstm", "gru")
UNITS, INPUTS = 64, 17
"""For the count of weights: hidden size, and inputs of delayed recall."""
ALONE, UP_TO = "recall, that delay alone", "recall, delays up to it"
_ORTHOGONAL = "RNN, orthogonal"


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        aspect: What is compared.
        says: What the notes say of each of `COMPARED`.
        measured: What we find, one or more clauses of each; empty where nothing has been measured.
        verdict: Whether the notes' row holds, in one or two sentences; "" where nothing tells.
        holds: Of the verdict; None where nothing tells.
    """

    aspect: str
    says: tuple[str, str, str]
    measured: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    verdict: str = ""
    holds: bool | None = None


def weights_of(cell: str) -> int:
    """The weights of one layer of `UNITS` units that reads `INPUTS` numbers."""
    return sum(prod(shape) for shape in CELLS[cell]().shapes(INPUTS, UNITS).values())


def notes_table(found: Frontier | None, points: Sequence[Point] = ()) -> tuple[Row, ...]:
    """The table.

    Args:
        found: What is stored of claim F2; None where nothing is.
        points: A visitor's runs on one task at one delay, for the time that a step of training takes.
    """
    return (_structure(), _training(found, points), _tasks(found), _memory(found))


def _structure() -> Row:
    measured = []
    for name in COMPARED:
        cell, weights = CELLS[name], weights_of(name)
        blocks, states = len(cell.gates), " and ".join(cell.states)
        parts = f"{blocks} block{'s' * (blocks != 1)} of weights ({', '.join(cell.gates)})"
        measured.append((parts, f"state {states}", f"{weights:,} weights at {UNITS} units"))
    verdict = f"An LSTM has {_times('lstm')} the weights of an RNN as wide, a GRU {_times('gru')}."
    says = ("simple", "complex: three gates and a cell state", "between: two gates, one state")
    return Row("Structure", says, _three(measured), verdict, True)


def _times(cell: str) -> str:
    return f"{weights_of(cell) / weights_of('rnn'):.3g} times"


def _training(found: Frontier | None, points: Sequence[Point]) -> Row:
    says = ("hard: gradients vanish", "easier", "easier, and faster than the LSTM")
    alone = found.longest.get(ALONE, {}) if found else {}
    measured = []
    for name in COMPARED:
        label = CELLS[name].label
        clauses = [f"learns one fixed delay of {reach(alone[label], found)} steps"] if label in alone and found else []
        times = [one.step_ms for one in points if one.network == label and one.step_ms is not None]
        clauses += [f"{short(statistics.median(times))} ms a step in your runs"] if times else []
        measured.append(tuple(clauses))
    rnn, lstm, gru = (alone.get(CELLS[name].label) for name in COMPARED)
    if not (found and rnn and lstm and gru):
        return Row("Training", says, _three(measured))
    holds = rnn.mean < min(lstm.mean, gru.mean)
    verdict = (
        f"With one fixed delay and the start that torch gives, the LSTM gets to {reach(lstm, found)} steps, the GRU to "
        f"{reach(gru, found)} and the RNN to {reach(rnn, found)}: "
    )
    verdict += "the RNN is the hardest to train." if holds else "the RNN is not the hardest to train."
    if _ORTHOGONAL in alone:
        verdict += f" The start of the weights decides: an RNN with orthogonal ones gets to {reach(alone[_ORTHOGONAL], found)}."
    return Row("Training", says, _three(measured), verdict, holds)


def _tasks(found: Frontier | None) -> Row:
    says = ("simple tasks", "complex tasks", "both, with less computation")
    scores = {(one.task, one.network, one.metric): one for one in found.scores} if found else {}
    networks = (_ORTHOGONAL, "LSTM", "GRU")
    measured: list[tuple[str, ...]] = []
    for name, network in zip(COMPARED, networks, strict=True):
        clauses: list[str] = []
        for (task, of, metric), figure in scores.items():
            if of == network and metric in ("mse", "symbols right"):
                start = " (orthogonal start)" if network == _ORTHOGONAL and not clauses else ""
                clauses.append(f"{task}{start}: {_SAID[metric]} {figure.said}")
        parity = next((row for task, row in found.longest.items() if "parity" in task), {}) if found else {}
        figure_of_parity = parity.get(CELLS[name].label)
        if found and figure_of_parity:
            clauses.append(f"parity up to length {reach(figure_of_parity, found)}")
        measured.append(tuple(clauses))
    adding = [task for task, network, metric in scores if metric == "mse" and network == "LSTM"]
    if not adding:
        return Row("Tasks", says, _three(measured))
    errors = [scores[adding[-1], network, "mse"].mean for network in networks]
    holds = errors[1] < min(errors[0], errors[2])
    best = ("RNN", "LSTM", "GRU")[errors.index(min(errors))]
    verdict = (
        f"On the longest adding problem ({adding[-1]}) the squared errors are RNN {short(errors[0])}, LSTM {short(errors[1])} "
        f"and GRU {short(errors[2])}, where no memory gives {found.memoryless[adding[-1]].split()[-1] if found else ''}: "
        f"the {best} is ahead."
    )
    return Row("Tasks", says, _three(measured), verdict, holds)


_SAID: Mapping[str, str] = {"mse": "squared error", "symbols right": "share of symbols right"}


def _memory(found: Frontier | None) -> Row:
    says = ("limited", "strong", "between the two")
    rows = {task: found.longest.get(task, {}) for task in (UP_TO, ALONE)} if found else {}
    measured = []
    for name in COMPARED:
        label = CELLS[name].label
        clauses: list[str] = []
        for task, words in ((UP_TO, "where delays vary"), (ALONE, "with one fixed delay")):
            if found and label in rows[task]:
                clauses.append(f"{reach(rows[task][label], found)} steps {words}")
        measured.append(tuple(clauses))
    varied = [rows.get(UP_TO, {}).get(CELLS[name].label) for name in COMPARED]
    rnn, lstm, gru = varied
    if not (found and rnn and lstm and gru):
        return Row("Memory", says, _three(measured))
    holds = rnn.mean < gru.mean < lstm.mean
    verdict = (
        f"Where delays vary, the RNN bridges {reach(rnn, found)} steps, the LSTM {reach(lstm, found)} and the GRU "
        f"{reach(gru, found)}: "
    )
    if holds:
        verdict += "the notes' order."
    elif rnn.mean < min(lstm.mean, gru.mean):
        verdict += "gates help, but the GRU, not the LSTM, remembers furthest."
    else:
        verdict += "not the notes' order."
    return Row("Memory", says, _three(measured), verdict, holds)


def reach(figure: Figure, found: Frontier) -> str:
    """How far, as a mean over seeds; "160 or more" where the longest that was tried was bridged by every seed."""
    whole = f"{figure.mean:.0f}"
    return f"{whole} or more" if min(figure.values) >= tried(figure, found) else whole


def tried(figure: Figure, found: Frontier) -> float:
    """The longest that was tried of what a figure says."""
    last = figure.beside.split()[-1] if figure.beside else ""
    return float(last) if last.isdigit() else float(found.tried)


def _three(measured: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    rnn, lstm, gru = measured
    return rnn, lstm, gru
