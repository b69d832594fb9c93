"""What a picture of a cell is put together from: bars, signs, numbers beside wires, and the way from input to gates.

It shows only what has numbers: a run has no shares of input and state. Left out: where what stands (cell_wires.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from core.models.cells import Cell

Point = tuple[float, float]
FUNCTIONS = {"tanh": "tanh", "sigmoid": "σ", "relu": "ReLU", "identity": "id"}
TALL = 54  # of bars
ROW = 272  # where the bars of gates begin
BUS = 436  # the wire that brings input and last state to them


@dataclass
class Picture:
    """Nodes and wires, and which numbers there are.

    Attributes:
        known: Names of the values that can be shown.
        prefix: Before the name of every value, where two cells stand in one figure.
        wide: Whether there is room for words beside the wires.
    """

    known: Collection[str]
    prefix: str = ""
    wide: bool = True
    width: float = 780
    height: float = 450
    nodes: list[dict[str, Any]] = field(default_factory=list)
    wires: list[dict[str, Any]] = field(default_factory=list)

    @property
    def room(self) -> float:
        """For the bars of a gate."""
        return 72 if self.wide else 50

    def named(self, name: str) -> str:
        """The value's name in the scene; two cells in one figure read the same input."""
        return name if name in ("x", "y") else self.prefix + name

    def wire(self, mark: str, *points: Point, state: bool = False, arrow: bool = True) -> None:
        shown: dict[str, Any] = {"points": [list(point) for point in points], "state": state, "arrow": arrow}
        self.wires.append(shown | ({"mark": self.named(mark)} if mark in self.known else {}))

    def op(self, mark: str, sign: str, x: float, y: float, radius: float = 15) -> None:
        node = {"shape": "op", "text": sign, "x": x, "y": y, "radius": radius}
        self.nodes.append(node | ({"mark": self.named(mark)} if mark in self.known else {}))

    def tag(self, name: str, text: str, x: float, y: float, anchor: str = "middle", high: bool = False) -> None:
        """A number with its words before it or, where it is to be `high`, above it."""
        if name in self.known:
            node = {
                "shape": "value" if high else "tag",
                "text": text,
                "value": self.named(name),
                "x": x,
                "y": y,
                "anchor": anchor,
            }
            self.nodes.append(node | ({"soft": True} if high else {}))

    def bars(self, name: str, text: str, x: float, y: float, all: bool = False) -> None:
        """Bars whose middle is at x and whose top is at y."""
        if name in self.known:
            node = {"shape": "gate", "text": text, "value": self.named(name), "x": x, "y": y, "room": self.room}
            self.nodes.append(node | ({"all": True} if all else {}))

    def label(self, text: str, x: float, y: float, anchor: str = "middle") -> None:
        self.nodes.append({"shape": "label", "text": text, "x": x, "y": y, "anchor": anchor})

    def data(self) -> dict[str, Any]:
        """As the component takes it."""
        return {"width": self.width, "height": self.height, "nodes": self.nodes, "wires": self.wires}


def gate(picture: Picture, cell: Cell, name: str, text: str, x: float, fed: bool = True) -> None:
    """A gate with its shares under it, and the wire from below."""
    picture.bars(name, text, x, ROW)
    below = ROW + TALL + 36
    for source, words in (("x", "from x"), ("h", "from h"), ("c", "from c")):
        if f"{name} from {source}" in picture.known and not (source == "h" and not fed):
            picture.tag(f"{name} from {source}", words if picture.wide else source, x, below)
            below += 16
    picture.wire(f"{name} sum", (x, BUS), (x, below - 8))


def output(picture: Picture, x: float, y: float) -> None:
    """What the tiny network makes of h, under the bars of h that begin at y."""
    if "y" in picture.known:
        picture.wire("y", (x, y + TALL + 26), (x, y + TALL + 54))
        picture.bars("y", "y = g(V h + b)" if picture.wide else "y", x, y + TALL + 78, all=True)


def inputs(picture: Picture, x: float, h_at: float, right: float, bus_to: float, x_at: float = 334) -> None:
    """The bars of h before and of the input at the left, and the bus that brings both to the gates."""
    edge = x + picture.room / 2 + 4
    picture.bars("h before", "h before", x, h_at)
    if h_at > TALL + 40:
        picture.wire("h before", (edge, h_at + 27), (right, h_at + 27), (right, BUS), arrow=False)
    else:
        picture.wire("h before", (right, h_at + 27), (right, BUS), arrow=False)
    if "x" in picture.known:
        picture.bars("x", "input x", x, x_at, all=True)
        picture.wire("x", (edge, x_at + 27), (right, x_at + 27), arrow=False)
    picture.wire("", (right, BUS), (bus_to, BUS), arrow=False)
