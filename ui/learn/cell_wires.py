"""Where the parts of a cell stand in its picture: cells of one state, of two, the simple one, and any other in columns.

A layout is what the component's panel `wires` takes, once wide and once for a phone. Left out: the parts themselves
(cell_picture.py), the numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from core.models.cells import Cell
from ui.learn.cell_picture import BUS, FUNCTIONS, ROW, TALL, Picture, gate, inputs, output


def panel(
    cell: Cell, known: Collection[str], title: str, prefix: str = "", always_narrow: bool = False
) -> dict[str, Any]:
    """The panel with the picture of a cell.

    Args:
        cell: Which one.
        known: Names of the values there are, without the prefix.
        title: Over the picture.
        prefix: See `Picture`.
        always_narrow: Whether it stands beside another picture.
    """
    wide, narrow = (_picture(cell, Picture(known, prefix, is_wide)).data() for is_wide in (True, False))
    note = "Bars are all units, numbers the chosen one; above 0 blue, below orange."
    shown = narrow if always_narrow else wide
    return {
        "kind": "wires",
        "title": title,
        "note": note,
        "grow": 3,
        "least": 420,
        "alt": title,
        **shown,
        "narrow": narrow,
    }


def _picture(cell: Cell, picture: Picture) -> Picture:
    names = {wire.name for wire in cell.wiring}
    if {"forget", "input", "candidate", "output", "squashed"} <= names and "c" in cell.states:
        return _two_states(cell, picture)
    if {"kept", "added"} <= names and cell.states == ("h",):
        return _one_state(cell, picture)
    if cell.gates == ("hidden",):
        return _simple(cell, picture)
    return _columns(cell, picture)


def _two_states(cell: Cell, picture: Picture) -> Picture:
    """LSTM and its relatives: the cell state runs along the top."""
    wide = picture.wide
    x_in, bus, f, i, g, o, out = (46, 98, 160, 264, 368, 488, 594) if wide else (32, 63, 95, 154, 213, 272, 330)
    picture.width = 640 if wide else 374
    plus, line, low, out_y = (i + g) / 2, 52, 176, 228
    edge = picture.room / 2 + 4
    picture.bars("c before", "c before", x_in, line - 27)
    picture.wire("c before", (x_in + edge, line), (f - 17, line), state=True)
    picture.wire("kept", (f + 17, line), (plus - 17, line), state=True)
    picture.wire("c", (plus + 17, line), (out - edge - 1, line), state=True)
    picture.op("kept", "×", f, line)
    picture.op("c", "+", plus, line)
    picture.bars("c", "cell state c", out, line - 27)
    picture.tag("kept", "kept", (f + plus) / 2, line - 12)
    picture.tag("forgotten", "forgotten", f + 8, line + 36, "start", high=True)
    picture.tag("added", "added", plus + 8, line + 40, "start", high=True)
    inputs(picture, x_in, 184, bus, o)
    short = ("f", "i", "g", "o")
    words = ("forget gate f", "input gate i", "candidate g", "output gate o") if wide else short
    for name, text, x in zip(("forget", "input", "candidate", "output"), words, (f, i, g, o), strict=True):
        gate(picture, cell, name, text, x)
    top = ROW - 24
    picture.wire("forget", (f, top), (f, line + 17))
    picture.wire("input", (i, top), (i, low), (plus - 17, low))
    picture.wire("candidate", (g, top), (g, low), (plus + 17, low))
    picture.op("added", "×", plus, low)
    picture.wire("added", (plus, low - 17), (plus, line + 17))
    last = line
    if "c normalised" in picture.known:
        picture.wire("c", (o, line), (o, line + 15))
        picture.op("c normalised", "LN", o, line + 32, 16)
        last = line + 48
    squashed = 140 if last > line else 112
    picture.wire("c normalised" if last > line else "c", (o, last), (o, squashed - 18))
    picture.op("squashed", "tanh", o, squashed, 18)
    if wide:
        picture.tag("squashed", "", o + 23, squashed + 5, "start")
    else:
        picture.tag("squashed", "", o - 6, squashed + 33, "end")
    picture.wire("squashed", (o, squashed + 18), (o, out_y - 34))
    picture.op("h", "×", o, out_y - 17)
    picture.wire("output", (o, top), (o, out_y))
    picture.bars("h", "hidden state h" if wide else "h", out, out_y - 44)
    picture.wire("h", (o + 17, out_y - 17), (out - edge - 1, out_y - 17), state=True)
    output(picture, out, out_y - 44)
    for name, x, start in (("forget", f, bus + 22), ("input", i, bus + 22), ("output", o, o - 60)):
        if f"{name} from c" in picture.known and wide:
            side = ROW + 27 - (26 if name == "input" else 0)
            turn = [(start, 214), (x - 60, 214), (x - 60, side)] if name == "input" else [(start, side)]
            picture.wire(f"{name} from c", (start, line), *turn, (x - edge - 2, side))
    return picture


def _one_state(cell: Cell, picture: Picture) -> Picture:
    """GRU and its relatives: h runs along the top, the candidate is mixed in."""
    wide, wiring = picture.wide, {wire.name: wire for wire in cell.wiring}
    x_in, bus, keep, middle, new, out = (46, 102, 172, 292, 424, 586) if wide else (32, 64, 98, 170, 240, 326)
    picture.width = 640 if wide else 372
    line, low, top, edge = 52, 184, ROW - 24, picture.room / 2 + 4
    picture.wire("h before", (x_in + edge, line), (keep - 17, line), state=True)
    picture.wire("kept", (keep + 17, line), (new - 17, line), state=True)
    picture.wire("h", (new + 17, line), (out - edge - 1, line), state=True)
    picture.op("kept", "×", keep, line)
    picture.op("h", "+", new, line)
    picture.bars("h", "hidden state h" if wide else "h", out, line - 27)
    picture.tag("kept", "kept", (keep + new) / 2, line - 12)
    picture.tag("forgotten", "forgotten", keep + 8, line + (36 if wide else 32), "start", high=True)
    picture.tag("added", "added", new + 8, line + 50, "start", high=True)
    output(picture, out, line - 27)
    inputs(picture, x_in, line - 27, bus, new)
    keeper, replacer = (_factor(wiring, name) for name in ("kept", "added"))
    other = [name for name in cell.gates if name not in (keeper[0], "new", "candidate")]
    candidate = wiring["added"].of[1]
    gate(picture, cell, keeper[0], _named(wiring, keeper[0], wide), keep)
    for name in other:
        gate(picture, cell, name, _named(wiring, name, wide), middle)
    _top_of_gate(picture, keeper, replacer, keep, middle, new, line, low, top)
    picture.op("added", "×", new, low)
    picture.wire("added", (new, low - 17), (new, line + 17))
    picture.wire(candidate, (new, top), (new, low + 17))
    _candidate(cell, picture, candidate, other, keep, middle, new)
    return picture


def _factor(wiring: Any, name: str) -> tuple[str, str]:
    """The gate that a product is made with, and its complement's name where that is what acts."""
    first = wiring[name].of[0]
    return (wiring[first].of[0], first) if wiring[first].op == "complement" else (first, "")


def _named(wiring: Any, name: str, wide: bool) -> str:
    symbol = wiring[name].symbol
    return (
        symbol if not wide else f"{name}{'' if name in ('candidate',) else ' gate' if name != 'new' else ''} {symbol}"
    )


def _top_of_gate(
    picture: Picture, keeper: tuple[str, str], replacer: tuple[str, str], keep: float, middle: float, new: float,
    line: float, low: float, top: float,
) -> None:  # fmt: skip
    """From the gates up to what is kept and what is added; one gate may do both, one of them as its complement."""
    if keeper[1]:  # the complement keeps
        picture.wire(keeper[0], (keep, top), (keep, 163))
        picture.op(keeper[1], "1−", keep, 146)
        picture.wire(keeper[1], (keep, 129), (keep, line + 17))
    else:
        picture.wire(keeper[0], (keep, top), (keep, line + 17))
    if replacer[0] != keeper[0]:
        picture.wire(replacer[0], (middle, top), (middle, low), (new - 17, low))
    elif replacer[1]:
        at = (keep + new) / 2
        picture.wire(keeper[0], (keep, low), (at - 17, low))
        picture.op(replacer[1], "1−", at, low)
        picture.tag(replacer[1], "", at, low - 22)
        picture.wire(replacer[1], (at + 17, low), (new - 17, low))
    else:
        picture.wire(keeper[0], (keep, low), (new - 17, low))


def _candidate(
    cell: Cell, picture: Picture, name: str, other: Sequence[str], keep: float, middle: float, new: float
) -> None:
    """The candidate, and where a reset gate acts on its way up: before the product with U, or after it."""
    wide, wiring = picture.wide, {wire.name: wire for wire in cell.wiring}
    text = f"{'candidate' if wide else ''} {wiring[name].symbol}".strip()
    after, before = f"{name} let through" in wiring, "h reset" in wiring
    if not after and not before:
        gate(picture, cell, name, text, new)
        return
    picture.bars(name, text, new, ROW)
    acting = wiring["h reset" if before else f"{name} let through"].of[0]
    start = middle if other else keep
    turn = (middle + new) / 2 + (8 if wide else 0)
    acts = BUS - 38
    picture.wire(acting, (start, ROW - 24), (start, ROW - 38), (turn, ROW - 38), (turn, acts), (new - 17, acts))
    picture.op("h reset" if before else f"{name} let through", "×", new, acts)
    picture.wire("h before" if before else f"{name} from h", (new, BUS), (new, acts + 17))
    picture.wire(f"{name} sum", (new, acts - 17), (new, ROW + TALL + 26))
    beside = new + 22
    picture.tag(f"{name} from x", "from x" if wide else "x", beside, ROW + TALL + 40, "start")
    if after:
        picture.tag(f"{name} from h", "U h", beside, acts + 18, "start")
        picture.tag(f"{name} let through", "r · U h", beside, acts - 2, "start")
    else:
        picture.tag(f"{name} from h", f"U ({wiring[acting].symbol} h)", beside, acts - 2, "start")
        picture.tag("h reset", f"{wiring[acting].symbol} h", beside, acts + 18, "start")


def _simple(cell: Cell, picture: Picture) -> Picture:
    """One sum and a function, and the way of h back to the next step."""
    function = FUNCTIONS[next(wire.op for wire in cell.wiring if wire.name == "hidden")]
    has_shares = "hidden from x" in picture.known
    if picture.wide:
        picture.width, picture.height = 650, 330
        h_in, share, plus, total, act, out = 48, 160, 242, 322, 414, 502
        upper, lower, middle = 100, 216, 158
    else:
        return _simple_narrow(function, picture, has_shares)
    edge = picture.room / 2 + 4
    picture.bars("h before", "h before", h_in, upper)
    picture.bars("x", "input x", h_in, lower, all=True)
    if has_shares:
        picture.bars("hidden from h", "U h + d", share, upper)
        picture.bars("hidden from x", "W x + b", share, lower)
        picture.wire("hidden from h", (h_in + edge, upper + 27), (share - edge, upper + 27), state=True)
        picture.wire("hidden from x", (h_in + edge, lower + 27), (share - edge, lower + 27))
        picture.wire("hidden from h", (share + edge, upper + 27), (plus, upper + 27), (plus, middle + 10), state=True)
        picture.wire("hidden from x", (share + edge, lower + 27), (plus, lower + 27), (plus, middle + 44))
    else:
        picture.wire("h before", (h_in + edge, upper + 27), (plus, upper + 27), (plus, middle + 10), state=True)
    picture.op("hidden sum", "+", plus, middle + 27)
    picture.wire("hidden sum", (plus + 17, middle + 27), (total - edge, middle + 27))
    picture.bars("hidden sum", "sum a", total, middle)
    picture.wire("hidden sum", (total + edge, middle + 27), (act - 24, middle + 27))
    picture.op("h", function, act, middle + 27, 22)
    picture.wire("h", (act + 24, middle + 27), (out - edge, middle + 27), state=True)
    picture.bars("h", "hidden state h", out, middle)
    picture.wire("h", (out, middle - 24), (out, 40), (h_in, 40), (h_in, upper - 24), state=True)
    picture.label("h goes round: it is what the next step reads", (h_in + out) / 2, 30)
    if "y" in picture.known:
        picture.wire("y", (out + edge, middle + 27), (out + 62, middle + 27))
        picture.bars("y", "y = g(V h + b)", out + 102, middle, all=True)
    return picture


def _simple_narrow(function: str, picture: Picture, has_shares: bool) -> Picture:
    picture.width, picture.height = 350, 545
    left, right, middle = 90, 240, 165
    picture.bars("h before", "h before", left, 30)
    picture.bars("x", "input x", right, 30, all=True)
    if has_shares:
        picture.wire("hidden from h", (left, 112), (left, 140), state=True)
        picture.wire("hidden from x", (right, 112), (right, 140))
        picture.bars("hidden from h", "U h + d", left, 164)
        picture.bars("hidden from x", "W x + b", right, 164)
    start = 246 if has_shares else 112
    picture.wire("hidden from h", (left, start), (left, 274), (middle - 17, 274), state=True)
    picture.wire("hidden from x", (right, start), (right, 274), (middle + 17, 274))
    picture.op("hidden sum", "+", middle, 274)
    picture.wire("hidden sum", (middle, 291), (middle, 310))
    picture.bars("hidden sum", "sum a", middle, 334)
    picture.wire("h", (middle, 416), (middle, 430))
    picture.op("h", function, middle, 452, 21)
    picture.wire("h", (middle - 23, 452), (left + 29, 452), state=True)
    picture.bars("h", "h", left, 452 - 27)
    if "y" in picture.known:
        picture.wire("y", (left, 506), (left, 534), (right, 534), (right, 506))
        picture.bars("y", "y = g(V h + b)", right, 425, all=True)
    return picture


def _columns(cell: Cell, picture: Picture) -> Picture:
    """Any other cell: what it reads, its gates, and its state, without the way between gates and state."""
    step = 120 if picture.wide else 64
    before = [f"{name} before" for name in cell.states if f"{name} before" in picture.known]
    rows = [[*before, "x"], list(cell.gates), [*cell.states, "y"]]
    for place, names in enumerate(rows):
        for column, name in enumerate(name for name in names if name in picture.known):
            picture.bars(name, name, step * (column + 0.6), 30 + 120 * place)
    picture.width, picture.height = step * max(3, *(len(row) for row in rows)) + 20, 380
    return picture
