"""The scene of one cell from the numbers on its wires: values, equations with the numbers put in, matrices with sizes.

Equations are written from the cell's own wiring, so that they say what the cell does. Left out: where the parts of the
picture stand (cell_wires.py), computing (core.insight.wiring).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from core.models.cells import Cell
from core.models.cells.wiring import Wire
from ui.learn.cell_picture import FUNCTIONS
from ui.learn.scene import Equation, Scene, Token

BEFORE = "ₜ₋₁"
SAYS: Mapping[str, tuple[str, str]] = {
    "forget": ("keeps ", " of what it knew"),
    "input": ("lets ", " of the new in"),
    "output": ("shows ", " of its memory"),
    "reset": ("lets the candidate hear ", " of the past"),
    "update": ("keeps ", " of the old state"),
}
REPLACES = ("replaces ", " of the old state")


class Words:
    """The cell's letters and formulas.

    Args:
        cell: Which one.
        prefix: Before the names of its values, where two cells stand in one figure.
        known: Names of the values there are; a run has no shares of input and state. None: all.
    """

    def __init__(self, cell: Cell, prefix: str = "", known: Collection[str] | None = None) -> None:
        self.cell, self.prefix, self.known = cell, prefix, known
        self.wires = {wire.name: wire for wire in cell.wiring}
        self.norm = "norm_ih_weight" in cell.shapes(1, 1)
        # The simple cell's one "gate" is its state: one value, one name.
        self.same = {
            wire.of[0]: wire.name for wire in cell.wiring if wire.op == "identity" and wire.name in cell.states
        }

    def letter(self, name: str) -> str:
        """How a value is written: a gate's letter, a state's name, else what it is made of."""
        if name.endswith(" before"):
            return name.removesuffix(" before") + BEFORE
        wire = self.wires[name]
        if wire.symbol and name != "hidden":
            return wire.symbol
        return name if name in self.cell.states else self.right(wire)

    def right(self, wire: Wire) -> str:
        """The right side of a wire's equation."""
        own = f"_{self.wires[wire.gate].symbol}" if wire.gate and wire.gate not in self.same else ""
        of = [self.letter(name) for name in wire.of]
        if wire.op == "input":
            return f"LN(W{own} x)·a + b" if self.norm else f"W{own} x + b{own}"
        if wire.op in ("recurrent", "normalised"):
            read = f"({of[0]})" if "·" in of[0] else of[0]
            return f"LN(U{own} {read})·s + d" if wire.op == "normalised" else f"U{own} {read} + d{own}"
        if wire.op == "product":
            return " · ".join(f"({one})" if " + " in one and not one.startswith(("tanh(", "(")) else one for one in of)
        if wire.op == "share":
            first, second = (self.wires[name.removesuffix(" sum")].symbol for name in wire.of)
            return f"σ(a_{first}) / (σ(a_{first}) + σ(a_{second}))"
        simple = {
            "sum": " + ".join(of),
            "complement": f"(1 − {of[0]})",
            "peephole": f"p{own} · {of[0]}",
            "normalised_state": f"LN({of[0]})·q + e",
            "identity": of[0],
        }
        return simple.get(wire.op, f"{FUNCTIONS.get(wire.op, wire.op)}({of[0]})")

    def equation(self, name: str) -> Equation | None:
        """The equation of a gate or of a state after the step."""
        wire = next((self.wires[gate] for gate, state in self.same.items() if state == name), self.wires[name])
        if wire.symbol:
            return Equation(f"{wire.symbol} = {self.right(wire)}", self._gate(wire), self._says(name))
        if name not in self.cell.states:
            return None
        return Equation(f"{name} = {self.right(wire)}", self._state(wire), self._state_says(name))

    def _v(self, name: str, **more: Any) -> dict[str, Any]:
        return {"v": self.prefix + self.same.get(name, name), **more}

    def _gate(self, wire: Wire) -> list[Token]:
        total = self.wires.get(f"{wire.name} sum")
        result = self._v(wire.name, result=True)
        tokens: list[Token] = [*self._products(wire.name), "= "]
        if wire.op == "identity":
            return [*tokens, result]
        if total is not None and wire.op != "share" and not self._knows(*total.of):
            return [*tokens, f"{FUNCTIONS.get(wire.op, wire.op)}(", self._v(total.name), ") = ", result]
        if total is not None and wire.op != "share":
            sign = FUNCTIONS.get(wire.op, wire.op)
            tokens += [f"{sign}(", *self._joined(total.of), f") = {sign}(", self._v(total.name), ")"]
        else:
            tokens = ["from sums ", self._v(wire.of[0]), " and ", self._v(wire.of[1])]
        return [*tokens, " = ", result]

    def _knows(self, *names: str) -> bool:
        return self.known is None or all(name in self.known for name in names)

    def _products(self, gate: str) -> list[Token]:
        """The products behind the two shares, for a cell that does not normalise them."""
        found: list[Token] = []
        for part, shift, source in (("W", "b", "x"), ("U", "d", "h")):
            wire = self.wires.get(f"{gate} from {source}")
            if wire is None or self.norm or not self._knows(wire.name):
                continue
            of = self.prefix + wire.of[0] if wire.of else "x"
            found.append(
                {"products": f"{part}_{gate}", "of": of, "plus": f"{shift}_{gate}", "lead": f"{self.right(wire)} = ",
                 "gives": self.prefix + wire.name}
            )  # fmt: skip
        return found

    def _joined(self, terms: Sequence[str]) -> list[Token]:
        """Terms of a sum as numbers; a recurrent share that goes through a gate as the product it is."""
        found: list[Token] = []
        for place, name in enumerate(terms):
            wire = self.wires[name]
            found += [" + "] if place else []
            found += self._product(wire) if wire.op == "product" else [self._v(name)]
        return found

    def _product(self, wire: Wire) -> list[Token]:
        parts: list[Token] = []
        for place, name in enumerate(wire.of):
            parts += [" · "] if place else []
            known = self.wires.get(name)
            if known is not None and known.op == "complement":
                parts += ["(1 − ", self._v(known.of[0]), ")"]
            else:
                parts.append(self._v(name))
        return parts

    def _state(self, wire: Wire) -> list[Token]:
        result = self._v(wire.name, result=True)
        if wire.op == "sum":
            of = [self.wires[name] for name in wire.of]
            if not all(self._knows(one.name) for one in of):
                return ["= ", result]
            products = [
                token for place, one in enumerate(of) for token in ([" + "] if place else []) + self._product(one)
            ]
            return ["= ", *products, " = ", result]
        if wire.op == "product" and self._knows(*wire.of):
            return ["= ", *self._product(wire), " = ", result]
        return ["= ", result]

    def _says(self, name: str) -> list[Token]:
        memory = self.cell.memory_gate
        if name in self.cell.states:
            return ["what the next step reads"]
        if memory is not None and memory[0] == name and memory[1] < 0:
            words = REPLACES
        elif name in SAYS:
            words = SAYS[name]
        else:
            return ["what is new"]
        return [words[0], self._v(name, percent=True), words[1]]

    def _state_says(self, name: str) -> list[Token]:
        if self.wires[name].op == "sum" and not self._knows("kept", "added"):
            return []
        if self.wires[name].op == "sum":
            return ["kept ", self._v("kept"), ", forgotten ", self._v("forgotten"), ", added ", self._v("added")]
        return ["what the next step reads"]


def add_values(scene: Scene, cell: Cell, numbers: Mapping[str, Any], prefix: str = "", of: str = "") -> Words:
    """Every number on the wires of a cell as a value of the scene, with its equation.

    Args:
        numbers: As `core.insight.wiring.on_wires` gives them, each (T, H).
        prefix: Before every name.
        of: What to say after every label, where two cells stand in one figure.
    """
    words = Words(cell, prefix, set(numbers))
    for name, found in numbers.items():
        if name in words.same:
            continue
        at = np.asarray(found, dtype=np.float64)
        wire = words.wires.get(name)
        is_gate = wire is not None and bool(wire.symbol) and wire.op in ("sigmoid", "share") and name != "hidden"
        low, high = (0.0, 1.0) if is_gate else _ends(at, wire)
        equation = words.equation(name) if wire is not None else None
        scene.value(prefix + name, _label(words, name) + of, at, low=low, high=high, equation=equation)
    return words


def _ends(at: np.ndarray, wire: Wire | None) -> tuple[float, float]:
    """Even ends for the bars of a value that has a sign."""
    finite = np.abs(at[np.isfinite(at)])
    most = float(finite.max()) if finite.size else 1.0
    if most <= 1 and (wire is None or wire.op in ("tanh", "product", "sum", "sigmoid", "identity")):
        return -1.0, 1.0
    return -max(most, 0.1), max(most, 0.1)


def _label(words: Words, name: str) -> str:
    plain = {
        "kept": "kept of the old state", "added": "added to it", "forgotten": "forgotten of the old state",
        "h": "hidden state h", "c": "cell state c", "hidden": "hidden state h", "squashed": "tanh of the cell state",
    }  # fmt: skip
    if name in plain:
        return plain[name]
    if name.endswith(" before"):
        return f"{name.removesuffix(' before')} before this step"
    for ending, text in ((" from x", "share of the input"), (" from h", "share of the last state"), (" sum", "sum")):
        if name.endswith(ending) and name in words.wires:
            gate = words.wires[name.removesuffix(ending)]
            return f"{gate.symbol}, {text}: {words.right(words.wires[name])}"
    wire = words.wires.get(name)
    if wire is not None and wire.symbol:
        return f"{name} gate {wire.symbol}" if wire.op in ("sigmoid", "share") else f"{name} {wire.symbol}"
    return name if wire is None else words.right(wire)


def equation_names(cell: Cell, numbers: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Values that have an equation, in the cell's order, the states last."""
    words = Words(cell)
    gates = [wire.name for wire in cell.wiring if wire.symbol]
    order = dict.fromkeys([*(words.same.get(gate, gate) for gate in gates), *reversed(cell.states)])
    return [prefix + name for name in order if name in numbers and words.equation(name) is not None]


def add_matrices(scene: Scene, cell: Cell, blocks: Mapping[str, np.ndarray], features: int, stacked: bool) -> None:
    """The matrices gate by gate with their sizes; stacked as one matrix of state and input beside each other."""
    units = next(iter(blocks.values())).shape[0]
    rows = [str(unit + 1) for unit in range(units)]
    xs = [f"x{_sub(place)}" for place in range(features)]
    hs = [f"h{_sub(place)}" for place in range(units)]
    for name, block in blocks.items():
        part, _, gate = name.partition("_")
        if gate not in cell.gates:
            names = [cell.wiring[0].symbol] if block.shape[1] == 1 else [str(n + 1) for n in range(block.shape[1])]
            scene.matrix(name, name, block, f"p × {block.shape[1]}", rows, names, editable=True)
            continue
        own = Words(cell).wires[gate].symbol if gate not in Words(cell).same else ""
        size = {"W": f"p × d = {units} × {features}", "U": f"p × p = {units} × {units}"}.get(part, "")
        columns = {"W": xs, "U": hs}.get(part, ["\u00a0"])
        names = rows if part == "W" else []
        scene.matrix(name, f"{part}_{own}".rstrip("_"), block, size, names, columns, editable=True, mark=f"{gate} sum")
    if stacked:
        for gate in cell.gates:
            parts = [blocks[name] for name in (f"U_{gate}", f"W_{gate}") if name in blocks]
            size = f"p × (p + d) = {units} × {units + features}" if len(parts) == 2 else f"p × d = {units} × {features}"
            own = f"_{Words(cell).wires[gate].symbol}" if gate not in Words(cell).same else "_a"
            label = f"W{own} [h, x]"
            columns = [*(hs if len(parts) == 2 else []), *xs]
            scene.matrix(
                f"stacked_{gate}", label, np.concatenate(parts, axis=1), size, rows, columns, mark=f"{gate} sum"
            )


def _sub(place: int) -> str:
    return chr(ord("₁") + place)


def matrix_panels(cell: Cell, blocks: Mapping[str, np.ndarray], stacked: bool) -> list[dict[str, Any]]:
    """A panel a gate, and one with what else the cell has."""
    panels = []
    for gate in (wire.name for wire in cell.wiring if wire.symbol):
        own = [f"{part}_{gate}" for part in "WUbd" if f"{part}_{gate}" in blocks]
        names = [f"stacked_{gate}", *[name for name in own if name[0] in "bd"]] if stacked else own
        title = f"Matrices of the {gate} {'gate' if gate not in ('candidate', 'new', 'hidden') else 'state'}"
        panels.append({"kind": "matrix", "title": title, "names": names, "least": 420, "box": "3.3em"})
    others = [name for name in blocks if name.partition("_")[2] not in cell.gates]
    if others:
        panels.append({"kind": "matrix", "title": "What else it has", "names": others, "least": 420})
    return panels
