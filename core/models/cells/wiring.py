"""A cell as wires: which numbers become which, from what it reads to its new state. Declared beside its equations.

Every wire is one operation on wires before it. Pictures and tables of a cell are made from it, and
core.insight.wiring puts the numbers on it. Left out: computing (there), drawing (the screen). No torch.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Op = Literal[
    "input", "recurrent", "normalised", "peephole", "sum", "product", "complement", "share", "normalised_state",
    "tanh", "sigmoid", "relu", "identity",
]  # fmt: skip


class Wire(NamedTuple):
    """One number a unit, and how it comes about.

    Attributes:
        name: A gate and the state after the step have their own names; ``c before`` is a state before the step.
        op: ``input`` W x + b · ``recurrent`` U s + d · ``normalised`` LN(U s) * gain + d · ``peephole`` p * s ·
            ``sum`` · ``product`` · ``complement`` 1 - s · ``share`` of the first of two gates, told by their sums,
            in both together · ``normalised_state`` LN(s) * gain + shift · a function.
        of: The wires that it is made from.
        gate: Whose rows of the matrices are used, where there are matrices.
        together: Gates whose rows are normalised together.
        symbol: The letter in equations, for a gate.
    """

    name: str
    op: Op
    of: tuple[str, ...] = ()
    gate: str = ""
    together: tuple[str, ...] = ()
    symbol: str = ""


def gate_wires(
    name: str, symbol: str, function: Op = "sigmoid", reads: str | None = "h before", times: str | None = None,
    sees: str | None = None, together: tuple[str, ...] = (),
) -> tuple[Wire, ...]:  # fmt: skip
    """The wires of a gate: its shares of input and state, their sum, and its value.

    Args:
        name: As the cell names it.
        symbol: Its letter.
        function: What is applied to the sum.
        reads: What the recurrent matrix is multiplied by; None where the gate sees the input alone.
        times: A gate that the recurrent share is multiplied by.
        sees: A state that it sees through a peephole.
        together: Gates whose recurrent shares are normalised together; without any nothing is.
    """
    wires = [Wire(f"{name} from x", "input", gate=name)]
    terms = [f"{name} from x"]
    if reads is not None:
        op: Op = "normalised" if together else "recurrent"
        wires.append(Wire(f"{name} from h", op, (reads,), gate=name, together=together))
        if times is not None:
            wires.append(Wire(f"{name} let through", "product", (times, f"{name} from h")))
        terms.append(wires[-1].name)
    if sees is not None:
        wires.append(Wire(f"{name} from c", "peephole", (sees,), gate=name))
        terms.append(f"{name} from c")
    return (
        *wires,
        Wire(f"{name} sum", "sum", tuple(terms), gate=name),
        Wire(name, function, (f"{name} sum",), gate=name, symbol=symbol),
    )


REMEMBERED = (
    Wire("kept", "product", ("forget", "c before")),
    Wire("added", "product", ("input", "candidate")),
    Wire("c", "sum", ("kept", "added")),
)
"""The cell state of an LSTM."""


def mixed(keep: str, replace: str, candidate: str) -> tuple[Wire, ...]:
    """The new state as kept and added, ``h = keep * h before + replace * candidate``."""
    return (
        Wire("kept", "product", (keep, "h before")),
        Wire("added", "product", (replace, candidate)),
        Wire("h", "sum", ("kept", "added")),
    )
