"""The page of the Hopfield network: a damaged picture is recalled update by update, and how many it can hold."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from core.insight.edits import Edits
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.scene import Equation, Scene, sliders

if TYPE_CHECKING:
    from core.insight.hopfield import Recalled

NAME = "hopfield"
NUMBERS = {str(count): f"{count}: the digits 0 to {count - 1}" for count in (3, 4, 5, 8, 10)}
RULES = {"hebb": "Hebb's", "projection": "Projection"}
COLORS = ("var(--blue)", "var(--red)", "var(--green)", "var(--pink)", "var(--amber)", "var(--muted)")
SIZES = {64: "var(--amber)", 256: "var(--blue)"}
SHARES = (0.02, 0.05, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.25)
MOST_TURNED = 0.5
DRAWS = 3  # of random patterns, for the capacity
LESSON = Lesson(
    NAME,
    "A recurrent network as a memory: pictures are stored in its weights at one go, and a damaged one rolls back to the "
    "stored one, because every update takes its energy down.",
    (
        Statement(
            "A fifth of the pixels of a 0 is turned over. After one round of updates the 0 is whole again.",
            {"step": 64, "mark": "energy", "edits": {"digit": 0, "share": 0.2, "draw": 1}}, {"stored": "3", "rule": "hebb"},
        ),
        Statement(
            "The energy never rises: an update that turns a unit over takes it down, any other leaves it as it was.",
            {"step": 12, "mark": "energy", "edits": {"digit": 2, "share": 0.3, "draw": 2}}, {"stored": "3", "rule": "hebb"},
        ),
        Statement(
            "Turn over half of the pixels, and this one rolls into the negative of a stored picture: the negative has the "
            "same energy, so it is stored with it, though nobody asked.",
            {"step": 128, "mark": "energy", "edits": {"digit": 0, "share": 0.5, "draw": 1}}, {"stored": "3", "rule": "hebb"},
        ),
        Statement(
            "A fourth digit is too much for Hebb's rule, though 64 units would hold eight or nine random pictures: digits "
            "resemble each other. The end is a mixture.",
            {"step": 64, "mark": "energy", "edits": {"digit": 0, "share": 0.1, "draw": 1}}, {"stored": "4", "rule": "hebb"},
        ),
        Statement(
            "The projection rule takes out what the pictures share: all ten digits stand, and a damaged 0 comes back.",
            {"step": 64, "mark": "energy", "edits": {"digit": 0, "share": 0.2, "draw": 1}},
            {"stored": "10", "rule": "projection"},
        ),
    ),
    Question(
        "Why can no recall go round in circles for ever?",
        ("Every picture was stored only once.", "Each turned unit lowers the energy, and there are finitely many states.",
         "The weights get smaller with every update."),
        1,
        "A state that came back would need an energy that had risen again, and no update lets it rise. The weights stay as they "
        "are; that they are symmetric is what this rests on.",
    ),
)  # fmt: skip


def scene_of(count: int, rule: str, edits: Edits) -> Scene:
    """The figure: the first `count` digits stored with a rule, one of them damaged and recalled."""
    from core.insight.hopfield import WIDTH, damaged, digit_pictures, recall_picture

    stored = digit_pictures()[:count]
    panel, (digit, share, seed) = sliders(edits, {
        "digit": ("Picture to damage", 0, 0, count - 1, 1, "Which stored digit is damaged."),
        "share": ("Share of pixels turned over", 0.2, 0, MOST_TURNED, 0.05, "Drawn at random; click pixels for more."),
        "draw": ("Draw", 1, 1, 20, 1, "Another draw of pixels, and of the order of updates."),
    })  # fmt: skip
    start = np.where(edits.applied("pixel", damaged(stored[digit], share, seed), -1, 1) >= 0, 1.0, -1.0)
    found = recall_picture(stored, rule, start, digit, seed)
    updates, whole = len(found.recall.units), {"other": stored[digit].tolist(), "than": f"the stored {digit}"}
    scene = Scene(f"hopfield-{count}-{rule}", "A damaged picture of a digit, recalled by a Hopfield network",
                  ["no update yet", *[""] * updates], 1, "state", {"step": 1, "mark": "energy"}, play_ms=90)  # fmt: skip
    _add_values(scene, found, start, stored[digit])
    scene.row(panel)
    scene.row(
        {"kind": "pixels", "title": "A damaged picture, and what becomes of it", "width": WIDTH, "grow": 2, "least": 320,
         "note": f"×: unlike the stored {digit}; orange where it should be filled, else where it should be empty.", "pictures": [
             {"title": "Damaged: click to turn a pixel over", "at": start.tolist(), **whole, "edit": "pixel"},
             {"title": "The state now", "value": "state", **whole, "ring": "place"},
         ]},
        {"kind": "facts", "title": "How it ends", "items": _facts(found, digit)},
    )  # fmt: skip
    overlaps = [
        {"label": f"with {one}", "color": COLORS[one % len(COLORS)], "value": f"overlap.{one}",
         "style": "line" if one < len(COLORS) else "dashed"}
        for one in range(count)
    ]  # fmt: skip
    line = {"kind": "lines", "follow": True, "first": 0, "x_title": "updates", "least": 300}
    numbers = []
    if updates:
        scene.row(
            {**line, "title": "Energy, which never rises", "y_title": "E",
             "series": [{"label": "", "color": COLORS[0], "value": "energy"}]},
            {**line, "title": "Overlap with each stored picture", "y_title": "m", "low": -1, "high": 1, "series": overlaps},
        )  # fmt: skip
        numbers = [{"kind": "equations", "title": "This update in numbers", "names": ["field", "new", "energy"]}]
    scene.row(*numbers, statements_panel(LESSON))
    scene.row(
        {"kind": "pixels", "title": "What is stored", "width": WIDTH, "least": 320, "pictures": [
            {"title": f"{one}", "at": picture.tolist(), "note": "at rest" if kept else "not at rest"}
            for one, (picture, kept) in enumerate(zip(stored, found.kept, strict=True))]},
    )  # fmt: skip
    scene.row(_capacity_panel())
    return scene


def _add_values(scene: Scene, found: Recalled, start: np.ndarray, wanted: np.ndarray) -> None:
    """The values of every state; the first one has no update behind it."""
    recall = found.recall
    units = recall.units
    before = recall.states[np.arange(len(units)), units] if len(units) else np.zeros(0)
    after = recall.states[np.arange(1, len(units) + 1), units] if len(units) else np.zeros(0)
    scene.value("state", "state of the units", recall.states)
    scene.value("place", "updated unit, from 0", np.concatenate(([-1], units))[:, None])
    scene.value("unit", "updated unit", _with_none(units + 1))
    scene.value("old", "what the unit was", _with_none(before))
    scene.value("field", "what reaches the unit, h", _with_none(recall.fields), equation=Equation(
        "h = Σ w_ij · s_j over all other units j", ["h of unit ", {"v": "unit"}, " = ", {"v": "field", "result": True}],
        ["The others vote, each with its weight."]))  # fmt: skip
    scene.value("new", "what the unit becomes", _with_none(after), equation=Equation(
        "s_i ← sign(h)", ["sign(", {"v": "field"}, ") = ", {"v": "new", "result": True}, ", it was ", {"v": "old"}]))  # fmt: skip
    scene.value("energy", "energy E", recall.energies[:, None], before=[recall.energies[0]], equation=Equation(
        "E ← E − (new − old) · h, where E = −½ Σ w_ij · s_i · s_j",
        [{"v": "energy", "back": 1}, " − (", {"v": "new"}, " − ", {"v": "old"}, ") · ", {"v": "field"}, " = ",
         {"v": "energy", "result": True}],
        ["New has the sign of h, so what is taken off is never below 0."]))  # fmt: skip
    for name in ("unit", "old", "field", "new"):
        scene.values[name]["at"][0] = [None]  # no update yet: a dash, and not "not a number"
    for one, overlaps in enumerate(found.overlaps.T):
        scene.value(f"overlap.{one}", f"overlap with {one}", overlaps[:, None])


def _with_none(numbers: np.ndarray) -> np.ndarray:
    return np.concatenate(([np.nan], numbers))[:, None]


def _facts(found: Recalled, digit: int) -> list[dict[str, Any]]:
    words = {
        "same": f"the stored {digit}",
        "other": f"another one: the {found.nearest}",
        "negative": f"the negative of the {found.nearest}",
        "mixture": "none that was stored",
        "moving": "not at rest yet",
    }
    recall = found.recall
    closest = found.overlaps[-1, found.nearest]
    turned = int((recall.states[1:] != recall.states[:-1]).any(1).sum())
    return [
        {"label": "The end", "text": words[found.ends],
         "note": f"closest: {found.nearest}, overlap {closest:.2f}".replace("-", "−")},
        {"label": "Energy", "text": f"{recall.energies[0]:.1f} → {recall.energies[-1]:.1f}".replace("-", "−"),
         "note": f"{turned} of {len(recall.units)} updates turned a unit over" if turned else "at rest from the start"},
        {"label": "Stored pictures at rest", "text": f"{found.kept.sum()} of {len(found.kept)}",
         "note": "" if found.kept.all() else "the others fall apart by themselves"},
    ]  # fmt: skip


@cache
def _capacity_panel() -> dict[str, Any]:
    """Measured here once, on random patterns; it depends on nothing that a visitor sets."""
    from core.insight.capacity import CRITICAL, RECALLED, measure_capacity

    series = []
    for size, color in SIZES.items():
        draws = [measure_capacity(size, SHARES, seed) for seed in range(DRAWS)]
        at = [[one.share, one.recalled] for loads in draws for one in loads]
        mean = [[loads[0].share, sum(one.recalled for one in loads) / DRAWS] for loads in zip(*draws, strict=True)]
        series += [
            {"label": f"{size} units, mean of {DRAWS} draws", "color": color, "points": mean,
             "style": "line" if size > 64 else "dashed"},
            {"label": f"{size} units, each draw", "color": color, "style": "dots", "radius": 2.2, "points": at},
        ]  # fmt: skip
    edge = {
        "label": "0.138 n, the limit for very many units",
        "color": "var(--red)",
        "style": "dotted",
        "points": [[CRITICAL, 0], [CRITICAL, 1]],
    }
    return {
        "kind": "lines", "title": "Capacity, measured with random patterns and Hebb's rule", "series": [*series, edge],
        "x_title": "stored patterns a unit", "y_title": "share recalled", "low": 0, "high": 1,
        "note": f"A pattern counts as recalled if, begun at itself, it comes to rest with an overlap of {RECALLED} or more. The "
        "more units, the steeper the fall; theory (Amit, Gutfreund and Sompolinsky, 1985) puts it at 0.138 patterns a unit as "
        "units grow without end. Small networks fall gently, and still hold some patterns beyond it.",
    }  # fmt: skip


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        stored = pick(
            NAME, "stored", "Stored pictures", tuple(NUMBERS), NUMBERS, "How many digits the weights hold.", wide=True
        )
        rule = pick(NAME, "rule", "Storage rule", tuple(RULES), RULES,
                    "Hebb's rule adds up products of pixels; projection first takes out what the pictures share.")  # fmt: skip
    draw_lesson(LESSON, lambda edits: scene_of(int(stored), rule, edits))
