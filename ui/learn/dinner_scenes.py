"""The figures of the dinner schedule: what is played day by day, the steps inside, the matrices, and what is wrong.

Left out: the page around them (dinner.py), a trained network (dinner_found.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.insight.edits import Edits
from ui.learn.scene import Equation, Scene

DISHES = ("soup", "pasta", "curry")
WEATHER = ("sunny", "rainy")
ROLES = tuple(f"{half} {dish}" for half in ("same", "next") for dish in DISHES)
USUAL_WEATHER = (1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0)
"""Sun and rain of the days after the first."""
USUAL_DAYS, MOST_DAYS, MOST_CASES = 8, len(USUAL_WEATHER), 6
SUN, RAIN = "var(--amber)", "var(--blue)"


def days_of(edits: Edits) -> tuple[int, list[bool]]:
    """The first dinner and the weather that the visitor has set."""
    days = edits.whole("days", USUAL_DAYS, 1, MOST_DAYS)
    weather = edits.applied("sun", np.array(USUAL_WEATHER), 0, 1)
    return edits.whole("start", 0, 0, len(DISHES) - 1), [bool(day > 0.5) for day in weather[:days]]


def scene_of(name: str, alt: str, is_sunny: Sequence[bool], units: Sequence[str], with_weather: bool = True) -> Scene:
    """A scene with a day a step."""
    weather = [(WEATHER[0] if day else WEATHER[1]) if with_weather else "the next day" for day in is_sunny]
    labels = ["the first dinner is told", *weather]
    return Scene(name, alt, labels, len(units), "day", {"mark": "h"}, unit_names=units)


def days_panel(
    played: Mapping[str, Any], start: int, is_sunny: Sequence[bool], with_weather: bool = True
) -> dict[str, Any]:
    """The days with their weather, which can be changed, the dish of the network, and whether it is right."""
    steps: list[dict[str, Any]] = []
    for day, (answer, right) in enumerate(zip(played["answer"].tolist(), played["right"].tolist(), strict=True)):
        if not day:
            choice = {"edit": "start", "options": list(DISHES), "chosen": start}
        elif with_weather:
            options = [WEATHER[1], WEATHER[0]]
            choice = {
                "edit": f"sun.{day - 1}",
                "options": options,
                "chosen": int(is_sunny[day - 1]),
                "colors": [RAIN, SUN],
            }
        else:
            choice = {"options": ["next"], "chosen": 0}
        is_right = answer == right
        note = "" if is_right else f"{DISHES[right]} is"
        steps.append(choice | {"says": dish(answer), "right": is_right, "note": note and f"{note} right"})
    told = "Click the weather to change it" if with_weather else "Click the dish of day 1 to change it"
    return {
        "kind": "choices",
        "title": "Day by day: the weather, and what the network cooks",
        "note": f"{told}; the first dinner is told, too. Arrow keys step, space plays.",
        "steps": steps,
        "count": {
            "name": "days", "value": len(is_sunny), "low": 1, "high": MOST_DAYS, "less": "A day less", "more": "A day more"
        },
    }  # fmt: skip


def dish(answer: int) -> str:
    """An answer in a word."""
    return DISHES[answer] if answer >= 0 else "no dish"


def check_panels(check: Any, what: str, num_days: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """How many sequences are right by length, and the shortest ones that are not."""
    rows = [[days, check.num_all[days], right] for days, right in check.num_right.items()]
    table = {
        "kind": "table",
        "title": f"Tried on {what} up to {len(rows)} days",
        "columns": ["days after the first", "sequences", "right on every day"],
        "rows": rows,
    }
    items = [_case(one, num_days) for one in check.wrong[:MOST_CASES]]
    wrong = sum(check.num_all.values()) - sum(check.num_right.values())
    more = len(check.wrong) - len(items)
    cases = {
        "kind": "cases",
        "title": "Where it goes wrong" if items else "Nothing goes wrong",
        "least": 320,
        "note": f"{wrong:,} of {sum(check.num_all.values()):,} sequences are wrong on some day. The shortest ones:"
        if items
        else "",
        "items": items,
        "none": f"All {sum(check.num_all.values()):,} sequences are right on every day.",
        "more": f"And {more:,} more that go wrong on their last day for the first time." if more else "",
    }
    return table, cases


def _case(wrong: Any, num_days: int) -> dict[str, Any]:
    """A wrong sequence in words, and the edits that show it; the days behind it stay."""
    weather = ", ".join(WEATHER[0] if day else WEATHER[1] for day in wrong.is_sunny)
    days = f", then {weather}" if weather else ""
    edits = {"start": wrong.first, "days": max(num_days, len(wrong.is_sunny))}
    return {
        "text": f"{DISHES[wrong.first]}{days}: {dish(wrong.says)}, but {dish(wrong.right)} is right",
        "step": len(wrong.is_sunny),
        "edits": edits | {f"sun.{day}": int(sun) for day, sun in enumerate(wrong.is_sunny)},
    }


def add_run(
    scene: Scene, played: Mapping[str, Any], food: np.ndarray, weights: np.ndarray, threshold: np.ndarray
) -> None:
    """The values of the readable network with their equations.

    Args:
        played: As `core.insight.dinner.play` gives it.
        food: (6, 3).
        weights: (6, 5), W.
        threshold: (6,).
    """
    scene.matrix("W", "W", weights, "6 × 5")
    scene.value("x", "today's input x", played["x"])
    scene.value("yesterday", "yesterday's dish", played["remembered"])
    scene.value("from_food", "food matrix times yesterday's dish", played["remembered"] @ food.T, equation=Equation(
        "food = F · yesterday", [{"products": "food", "of": "yesterday"}, " = ", {"v": "from_food", "result": True}],
        ["the same dish above, the next one below"]))  # fmt: skip
    scene.value("from_weather", "weather matrix times today's weather", played["x"] @ weights.T, equation=Equation(
        "weather = W · x", [{"products": "W", "of": "x"}, " = ", {"v": "from_weather", "result": True}],
        ["which half counts; on day 1 the dish that is told"]))  # fmt: skip
    scene.value("total", "sum", played["sum"] + threshold, equation=Equation(
        "sum = food + weather",
        [{"v": "from_food"}, " + ", {"v": "from_weather"}, " = ", {"v": "total", "result": True}]))  # fmt: skip
    scene.value("limit", "threshold", threshold[None])
    scene.value("cut", "sum less the threshold", played["sum"], equation=Equation(
        "cut = sum − threshold",
        [{"v": "total"}, " − ", {"v": "limit"}, " = ", {"v": "cut", "result": True}]))  # fmt: skip
    scene.value("h", "hidden state h", played["h"], before=np.zeros(len(ROLES)), equation=Equation(
        "h = relu(cut)", ["relu(", {"v": "cut"}, ") = ", {"v": "h", "result": True}],
        ["what is below 0 becomes 0"]))  # fmt: skip
    dishes: list[Any] = [
        token for place, one in enumerate(DISHES) for token in (f" {one} ", {"v": "dinner", "unit": place})
    ]
    scene.value("dinner", "tonight's dish", played["dinner"], equation=Equation(
        "tonight = M · h", ["M merges the two halves:", *dishes],
        ["the largest number is cooked"]))  # fmt: skip


def step_panels() -> list[dict[str, Any]]:
    """Add, threshold, merge, with the numbers of the chosen day."""

    def column(value: str, title: str, names: Sequence[str] = (), sign: str = "", **more: Any) -> dict[str, Any]:
        return {"value": value, "title": title, "names": list(names), "sign": sign, **more}

    add = [
        column("yesterday", "yesterday", DISHES, chosen=False, most=1),
        column("from_food", "F · yesterday", ROLES, "F ×", most=2),
        column("from_weather", "weather", (), "+", most=2),
        column("total", "sum", (), "=", most=2),
    ]
    cut = [column("cut", "sum − threshold", (), most=2), column("h", "after relu: h", (), "→", most=2)]
    merge = [column("h", "h", ROLES, most=2), column("dinner", "tonight", DISHES, "M ×", chosen=False, most=1)]
    words = {
        "1. Add": ("What follows yesterday's dish, and which half today's weather lets count.", add, 2.2, 400),
        "2. Threshold": ("1 is taken off; only what had both is left.", cut, 1, 180),
        "3. Merge": ("Same or next: it is one dish.", merge, 1.2, 250),
    }
    return [
        {"kind": "vectors", "title": title, "note": note, "columns": columns, "grow": grow, "least": least}
        for title, (note, columns, grow, least) in words.items()
    ]
