"""The page of the neural Turing machine: bit vectors are written to a memory and read back, at lengths never trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.insight.edits import Edits
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, statements_panel
from ui.learn.scene import Equation, Scene, slider

if TYPE_CHECKING:
    from core.insight.heads import Copy

NAME = "turing"
LONGEST, FEWEST_ROWS, MOST_ROWS = 70, 8, 64
BLUE, RED, AMBER, GREY = "var(--blue)", "var(--red)", "var(--amber)", "var(--muted)"
HEADS = ("write head", "read head")
ASKED = ("strength", "gate", "back", "stay", "on", "sharpening", "row")


def _at(step: int, head: int, mark: str, length: int, rows: int = 32, draw: int = 1) -> dict[str, Any]:
    return {"step": step, "unit": head, "mark": mark, "edits": {"length": length, "rows": rows, "draw": draw}}


LESSON = Lesson(
    NAME,
    "A network with a memory beside it. It reads random bit vectors, and after a mark it must say them again; it was trained "
    "on 1 to 6 vectors only.",
    (
        Statement("Writing: the head lets content count for little and moves on by one row.", _at(3, 0, "shifted", 6)),
        Statement("At the mark the read head goes by content: it finds the row that was written first.",
                  _at(6, 1, "likeness", 6)),
        Statement("Twenty-four vectors, four times as long as in training: the same two acts, repeated.",
                  _at(30, 1, "shifted", 24)),
        Statement("Thirty-three vectors and 32 rows: the last one is written over the first, which the read head seeks at the "
                  "mark. It begins elsewhere, and every answer is out of step.", _at(33, 1, "likeness", 33)),
        Statement("The same thirty-three and 40 rows: no weight has changed, and it copies.", _at(33, 1, "likeness", 33, 40)),
        Statement("Thirty-one and 32 rows: one bit of the last vector, answered at out 31, is wrong. Where it is read, at out "
                  "30, the weight has spread: it reads a mixture.", _at(61, 1, "sharpened", 31)),
        Statement("Sixty-two and 64 rows: rows enough, but this time it takes another row for that of the first vector.",
                  _at(62, 1, "likeness", 62, 64, 13)),
    ),
    Question(
        "Why can it copy more vectors than it ever saw?",
        ("It has learnt each length by heart.", "It has learnt a step that can be repeated: write, move on; read, move on.",
         "Its controller has one unit for each vector."),
        1,
        "The same weights serve every step, and moving to the next row is the same act everywhere, until no row is left.",
    ),
)  # fmt: skip

# Value, label, formula, numbers put in ("{name}" is a value), and what it says; in the order of a step.
EQUATIONS = (
    ("strength", "key strength β", "k = tanh(·)   β = softplus(·)   g = σ(·)   s = softmax(·)   γ = 1 + softplus(·)",
     "β = {strength}, g = {gate}, s(−1) = {back}, s(0) = {stay}, s(+1) = {on}, γ = {sharpening}",
     "The dot is a linear layer on the controller, h = tanh(W·[x, r of the step before] + b). In every line i is row {row}, "
     "where this head's weight is largest."),
    ("likeness", "likeness to the key", "K(i) = k · M(i) / (|k| |M(i)|)", "K(i) = {likeness!}",
     "The cosine of the key and the row."),
    ("content", "content weight", "wᶜ(i) = e^(β K(i)) / Σⱼ e^(β K(j))",
     "e^({strength} · {likeness}) / {exponentials} = {content!}",
     "Addressing by content: the larger β, the more for the likest row."),
    ("gated", "gated weight", "wᵍ(i) = g wᶜ(i) + (1 − g) wₜ₋₁(i)",
     "{gate} · {content} + (1 − {gate}) · {last} = {gated!}", "The gate g: 1 is content alone, 0 where it stood last."),
    ("shifted", "shifted weight", "w̃(i) = s(−1) wᵍ(i + 1) + s(0) wᵍ(i) + s(+1) wᵍ(i − 1)",
     "{back} · {next} + {stay} · {gated} + {on} · {before} = {shifted!}", "In a circle: after the last row comes the first."),
    ("sharpened", "sharpened weight", "w(i) = w̃(i)^γ / Σⱼ w̃(j)^γ", "{shifted}^{sharpening} / {powers} = {sharpened!}",
     "Undoes the blur of a shift that is not quite certain."),
    ("later", "write: first number in its row", "M(i) ← M(i) (1 − w(i) e) + w(i) a",
     "{earlier} · (1 − {written} · {erase}) + {written} · {add} = {later!}",
     "With the write head's w, before reading: erase e = σ(·), add a = tanh(·), here for the first number of the row."),
    ("found", "read: first number", "r = Σⱼ w(j) M(j)", "{read_with} · {later} + {elsewhere} from other rows = {found!}",
     "With the read head's w, the first number. The answer is σ(W·[h, r] + b), and what it says comes by h, from the r of the "
     "step before."),
)  # fmt: skip
ONLY_PUT_IN = ("row", "exponentials", "gate", "back", "stay", "on", "last", "next", "before", "sharpening", "powers",
               "earlier", "written", "erase", "add", "read_with", "elsewhere")  # fmt: skip


def scene_of(edits: Edits) -> Scene:
    """The figure: one sequence of a length and a draw, copied by the trained machine with a memory of some rows."""
    from core.insight.copying import BITS, ROWS, TRAINED_TO
    from core.insight.heads import copy

    length = edits.whole("length", TRAINED_TO, 1, LONGEST)
    rows = edits.whole("rows", ROWS, FEWEST_ROWS, MOST_ROWS)
    seed = edits.whole("draw", 1, 1, 20)
    found = copy(length, rows, seed)
    said = [f"out {place + 1}" for place in range(length)]
    labels = [*(f"in {place + 1}" for place in range(length)), "mark", *said]
    scene = Scene("turing", "A neural Turing machine copies bit vectors", labels, 2, start={"unit": 0, "mark": "strength"},
                  unit_names=HEADS, play_ms=500)  # fmt: skip
    scene.row({"kind": "sliders", "sliders": [
        slider("length", "Vectors to copy", length, 1, LONGEST, 1, f"Training had 1 to {TRAINED_TO}."),
        slider("rows", "Rows of the memory", rows, FEWEST_ROWS, MOST_ROWS, 1, f"Training had {ROWS}; no weight depends on them."),
        slider("draw", "Draw", seed, 1, 20, 1, "Other random bits."),
    ]})  # fmt: skip
    scene.row({"kind": "facts", "title": "How it ends", **_end(found, rows)})
    bits = [f"bit {place + 1}" for place in range(BITS)]
    for name, label, numbers, names in (
        ("inputs", "Input", found.inputs.T, [*bits, "mark"]),
        ("said", "Output: the chance of a 1; × is a wrong bit", found.chances.T, bits),
        ("target", "Target", found.targets.T, bits),
        ("wrong", "", found.wrong.T, bits),
        *((head, f"Weights of the {head} head over the {rows} rows", found.weights[head].T, _row_names(rows))
          for head in ("write", "read")),
    ):  # fmt: skip
        scene.matrix(name, label, (numbers * 1.0).round(3), "", names, units=False)
    scene.row({"kind": "over_time", "title": "Write and read heads over time", "note": "A vector is answered one step after its "
               "row is read. A head without a shade has spread its weight over all rows.", "alt": f"{found.wrong.sum()} of "
               f"{found.wrong.size} bits are wrong", "maps": [
        {"name": "inputs"}, {"name": "said", "wrong": "wrong", "from": length + 1}, {"name": "target", "from": length + 1},
        {"name": "write", "unit": 0}, {"name": "read", "unit": 1}],
        "parts": [{"text": "it reads", "from": 0}, {"text": "it answers", "from": length + 1}]})  # fmt: skip
    _add_equations(scene, found)
    asked = [[name, *({"v": value, "unit": head} for value in ASKED)] for head, name in enumerate(HEADS)]
    scene.row({"kind": "table", "title": "Both heads at this step: choose one", "chosen_by": "unit", "rows": asked,
               "columns": ["", "β", "g", "s(−1)", "s(0)", "s(+1)", "γ", "row"]})  # fmt: skip
    scene.row(
        {"kind": "equations", "title": "{unit}: this step in numbers", "least": 320, "names": [one[0] for one in EQUATIONS]},
        statements_panel(LESSON, least=320),
    )  # fmt: skip
    scene.row(*(_stages(scene, found, head) for head in ("write", "read")))
    scene.row(*_beside_an_lstm())
    return scene


def _row_names(rows: int) -> list[str]:
    return [f"row {place + 1}" for place in range(rows)]


def _end(found: Copy, rows: int) -> dict[str, Any]:
    """What came of it and, where it fails, why."""
    length, wrong, size = len(found.targets), int(found.wrong.sum()), found.wrong.size
    begins, sharpest = found.begins_at == found.first_row, found.weights["read"][-2].max()
    if not wrong:
        says = "At the mark the read head finds the row of the first vector by its content, then moves on as the write head did."
    elif length >= rows:
        says = (
            f"Rows have run out: the write head has come round to row {found.first_row}, onto the first vector, which the read "
            f"head seeks at the mark. It begins at row {found.begins_at}"
            + (", and is lost later." if begins else ", out of step.")
        )
    elif not begins:
        says = "There are rows enough, but the read head takes another row for that of the first vector, and is out of step."
    else:
        says = "There are rows enough, and it begins rightly. But its weights have spread over rows, and it reads a mixture."
    return {"says": says, "items": [
        {"label": "Bits wrong", "text": f"{wrong} of {size}", "note": f"guessing: about {size // 2}"},
        {"label": "Rows that the vectors take", "text": f"{min(length, rows)} of {rows}",
         "note": "later it writes where nothing is left to read" if length < rows else f"needed: {length + 1}, one for the mark"},
        {"label": "Reading begins at", "text": f"row {found.begins_at}", "note": f"the first vector is in row {found.first_row}"},
        {"label": "Weight at the last vector's reading", "text": f"{sharpest:.2f}", "note": "its largest; 1: that row alone"},
    ]}  # fmt: skip


def _add_equations(scene: Scene, found: Copy) -> None:
    numbers = {**found.numbers, **found.memory}
    numbers["sharpened"] = numbers["weights"]
    for name, label, formula, put_in, says in EQUATIONS:
        scene.value(name, label, numbers[name], equation=Equation(formula, _tokens(put_in), _tokens(says)))
    for name in ONLY_PUT_IN:
        scene.value(name, name.replace("_", " "), numbers[name])


def _tokens(text: str) -> list[Any]:
    """Words and values of a line: "{name}" is a value, "{name!}" the result."""
    parts = text.replace("}", "{").split("{")
    return [
        ({"v": part.rstrip("!"), "result": part.endswith("!")} if at % 2 else part)
        for at, part in enumerate(parts)
        if part
    ]


def _stages(scene: Scene, found: Copy, head: str) -> dict[str, Any]:
    columns = []
    for stage, title in (("rows", "row"), ("last", "before"), ("content", "content"), ("gated", "gated"),
                         ("shifted", "shifted"), ("weights", "sharpened")):  # fmt: skip
        scene.value(f"{head}.{stage}", f"{head} head: {title}", found.windows[head][stage])
        looks = {"most": 1e9} if stage == "rows" else {"most": 1, "places": 3}
        columns.append({"value": f"{head}.{stage}", "title": title, "chosen": False, "rows": f"{head}.rows", **looks})
    for at in scene.values[f"{head}.rows"]["at"]:
        at[-1] = "rest"
    return {"kind": "vectors", "title": f"{head.capitalize()} head: its weights after each stage", "least": 330,
            "columns": columns,
            "note": "Rows around the largest weight; before: at the step before; rest: all other rows together."}  # fmt: skip


def _beside_an_lstm() -> list[dict[str, Any]]:
    """Measured when the networks were trained; it depends on nothing that a visitor sets."""
    from core.insight.copied import SEEDS, measured
    from core.insight.copying import ROWS, TRAINED_TO

    found = measured()
    looks = dict(zip(found.right, (("line", BLUE), ("dots", AMBER), ("dashed", RED)), strict=True))
    series = [
        {"label": "" if seed else name, "style": style, "color": color, "radius": 3,
         "points": list(zip(found.lengths, row, strict=True))}
        for name, (style, color) in looks.items() for seed, row in enumerate(found.right[name])
    ]  # fmt: skip
    for label, points in (
        ("guessing: 0.5", [[1, 0.5], [found.lengths[-1], 0.5]]),
        (f"up to here in training: {TRAINED_TO}", [[TRAINED_TO, 0.4], [TRAINED_TO, 1]]),
        (f"rows of the memory: {ROWS}", [[ROWS, 0.4], [ROWS, 1]]),
    ):
        series.append({"label": label, "style": "dotted", "color": GREY, "points": points})
    rows = [
        [f"{length}", *(_span(found.at(name, length)) for name in looks)] for length in (3, 5, 6, 8, 12, 24, 31, 33, 40)
    ]
    steps = [name.split(", ")[1].removesuffix(" steps") for name in looks]
    seconds = [_span(took, 0) for took in found.seconds.values()]
    return [
        {"kind": "lines", "title": "Beside an LSTM of as many weights: bits right by length", "series": series,
         "low": 0.4, "high": 1, "x_title": "vectors to copy", "y_title": "bits right", "least": 380, "height": 260,
         "note": f"2,400 weights, and 2,440 of the LSTM; {len(SEEDS)} seeds each, the same task, rate and batches; 100 fresh "
         "sequences a length. The machine above is the one of seed 1."},
        {"kind": "table", "title": "From the worst seed to the best", "columns": ["vectors", *looks], "rows": rows,
         "least": 380, "note": "Guessing: 0.5. Up to 5 vectors the LSTM with 25 times the steps is as good. At 6 it is behind, "
         "and beyond it falls at once: all bits share its 21 units, and nothing in it moves on to a free place. The machine "
         "holds until its rows run out; from 33 on two of three guess like the LSTMs, one is a little better. A step of the "
         f"LSTM is cheaper: {steps[2]} took {seconds[2]} s of a CPU core, {steps[0]} of the machine's {seconds[0]} s."},
    ]  # fmt: skip


def _span(numbers: Sequence[float], digits: int = 2) -> str:
    ends = dict.fromkeys(f"{one:.{digits}f}" for one in (min(numbers), max(numbers)))
    return " to ".join(ends)


def draw() -> None:
    """The page."""
    begin(LESSON)
    draw_lesson(LESSON, scene_of)
