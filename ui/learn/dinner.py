"""The dinner schedule: a recurrent network whose weights one can read, edit and break, and then have found by training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.config.errors import ConfigError
from core.insight.edits import Edits
from ui import services
from ui.learn import dinner_found
from ui.learn import dinner_scenes as scenes
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.scene import Equation, Scene
from ui.learn.training import draw_group, finished, members_of

NAME = "dinner"
WORDS = {
    "both": "Memory and weather",
    "cycle": "Memory alone",
    "weather": "Weather alone",
    "found": "Found by training",
}
LESSON = Lesson(
    NAME,
    "A cook knows three dishes. When it is sunny there is the next one of the cycle soup, pasta, curry; when it rains, "
    "yesterday's again. Six units are enough to cook by that for ever, and every one of their weights can be read.",
    (
        Statement(
            "Weather alone picks one dish for sun and one for rain. Whatever you choose, over all weathers one day in three "
            "is right, by luck: below the days are all counted.",
            {"step": 3}, {"network": "weather"},
        ),
        Statement(
            "A memory of one dish is enough for the cycle: a matrix with a single 1 in each column turns today into "
            "tomorrow.",
            {"step": 1, "mark": "h"}, {"network": "cycle"},
        ),
        Statement(
            "Add: soup yesterday and sun today. Only “next pasta” gets both, and reaches 2.",
            {"step": 1, "unit": 4, "mark": "total"}, {"network": "both"},
        ),
        Statement(
            "Threshold and merge: 1 is taken off, the rest is cut, and one dish is left: pasta.",
            {"step": 1, "unit": 4, "mark": "h"}, {"network": "both"},
        ),
        Statement(
            "On a rainy day the other half counts, and pasta is kept. The same weights, other units.",
            {"step": 2, "unit": 1, "mark": "h"}, {"network": "both"},
        ),
        Statement(
            "Take away the one weight that leads from soup to pasta, and the schedule ends after soup.",
            {"step": 1, "unit": 4, "mark": "from_food", "edits": {"food.4.0": 0}}, {"network": "both"},
        ),
        Statement(
            "Training finds weights that cook the same and look nothing like these: see what its units stand for.",
            {"step": 1}, {"network": "found"},
        ),
    ),
    Question(
        "There was pasta, and then it rains for a week. What is there on the last day, and how does the network know?",
        (
            "Pasta: each rainy day the same unit switches itself on again.",
            "Curry: after seven days the cycle has moved on.",
            "It cannot know: seven times rain says nothing about pasta.",
        ),
        0,
        "The inputs of the week say nothing about pasta. U carries it: “same pasta” feeds itself through F M, and rain lets "
        "it through, however long it lasts.",
    ),
)  # fmt: skip


def readable(edits: Edits) -> Scene:
    """The network of six units that follows the weather."""
    from core.insight import dinner

    given = dinner.by_hand()
    matrices = dinner.Matrices(
        food=edits.applied("food", given.food, -5, 5),
        weather=edits.applied("weather", given.weather, -5, 5),
        first=edits.applied("told", given.first, -5, 5),
        threshold=edits.applied("threshold", given.threshold[:, None], -5, 5)[:, 0],
        merge=edits.applied("merge", given.merge, -5, 5),
    )
    start, is_sunny = scenes.days_of(edits)
    network = dinner.network_of(matrices)
    played = dinner.play(network, start, is_sunny)
    scene = scenes.scene_of("dinner-both", "The dinner schedule, day by day", is_sunny, scenes.ROLES)
    scenes.add_run(scene, played, matrices.food, np.hstack((matrices.first, matrices.weather)), matrices.threshold)
    table, cases = scenes.check_panels(dinner.check(network), "every weather", len(is_sunny))
    scene.row(scenes.days_panel(played, start, is_sunny))
    scene.row(*scenes.step_panels())
    equations = {"kind": "equations", "title": "The chosen unit in numbers",
                 "names": ["from_food", "from_weather", "total", "cut", "h", "dinner"]}  # fmt: skip
    scene.row(equations, statements_panel(LESSON))
    scene.row(_matrices(scene, matrices))
    scene.row(table, cases)
    return scene


def _matrices(scene: Scene, matrices: Any) -> dict[str, Any]:
    """The matrices, all of which can be edited, and the recurrent matrix that they make."""
    names: dict[str, Any] = {"editable": True, "low": -5, "high": 5}
    scene.matrix(
        "food", "F, the food matrix", matrices.food, "6 × 3", scenes.ROLES, scenes.DISHES, mark="from_food", **names
    )
    scene.matrix("weather", "Weather matrix", matrices.weather, "6 × 2", scenes.ROLES, scenes.WEATHER, mark="from_weather",
                 **names)  # fmt: skip
    scene.matrix(
        "threshold", "Threshold", matrices.threshold[:, None], "6", scenes.ROLES, ("taken off",), mark="cut", **names
    )
    scene.matrix(
        "told", "First dinner", matrices.first, "6 × 3", scenes.ROLES, scenes.DISHES, mark="from_weather", **names
    )
    scene.matrix("merge", "M, the merge", matrices.merge, "3 × 6", scenes.DISHES, scenes.ROLES, mark="dinner", units=False,
                 **names)  # fmt: skip
    scene.matrix("U", "U = F M, the recurrent weights", matrices.food @ matrices.merge, "6 × 6", scenes.ROLES, scenes.ROLES,
                 mark="from_food")  # fmt: skip
    return {
        "kind": "matrix",
        "title": "Every weight of it: h = relu(W x + U h − threshold), with W = [first dinner, weather] and U = F M",
        "note": "Type over a number: the days above and the check below follow.",
        "names": ["food", "weather", "threshold", "told", "merge", "U"],
        "box": "3.4em",
    }


def cycle(edits: Edits) -> Scene:
    """The network of three units that knows no weather."""
    from core.insight import dinner

    following = edits.applied("U", dinner.by_hand().food[3:], -5, 5)
    start, is_sunny = scenes.days_of(edits)
    network = dinner.cycle_network(following)
    played = dinner.play(network, start, [True] * len(is_sunny))
    scene = scenes.scene_of("dinner-cycle", "The cycle, day by day", is_sunny, scenes.DISHES, with_weather=False)
    scene.matrix("U", "U", following, "3 × 3", scenes.DISHES, scenes.DISHES, editable=True, low=-5, high=5, mark="h")
    scene.value("before", "yesterday's dish", played["before"])
    scene.value("carried", "food matrix times yesterday", played["before"] @ following.T)
    scene.value("told", "the dish that is told", played["x"][:, :3])
    equation = Equation(
        "h = relu(U · yesterday + told)",
        ["relu(", {"products": "U", "of": "before"}, " + ", {"v": "told"}, ") = ", {"v": "h", "result": True}],
        ["the row of U that is marked, times yesterday"],
    )
    scene.value("h", "today's dish h", played["h"], equation=equation)
    table, cases = scenes.check_panels(dinner.check(network, is_cycle=True), "the cycle from every dish", len(is_sunny))
    scene.row(scenes.days_panel(played, start, is_sunny, with_weather=False))
    columns = [
        {"value": "before", "title": "yesterday", "names": list(scenes.DISHES), "most": 1},
        {"value": "carried", "title": "U · yesterday", "sign": "U ×", "most": 1},
        {"value": "told", "title": "told on day 1", "sign": "+", "most": 1},
        {"value": "h", "title": "today: h", "sign": "=", "most": 1},
    ]
    scene.row(
        {"kind": "vectors", "title": "One step", "least": 370, "grow": 1.5, "note": "The state is the dish.", "columns": columns},
        {"kind": "matrix", "title": "The food matrix", "names": ["U"], "box": "3.4em",
         "note": "A column is yesterday's dish, a row today's."},
        {"kind": "equations", "title": "In numbers", "names": ["h"]},
    )  # fmt: skip
    scene.row(statements_panel(LESSON))
    scene.row(table, cases)
    return scene


def weather(edits: Edits) -> Scene:
    """The network without memory."""
    from core.insight import dinner

    choice = edits.applied("choice", np.eye(3)[[1, 0]].T, -5, 5)
    start, is_sunny = scenes.days_of(edits)
    network = dinner.weather_network(choice)
    played = dinner.play(network, start, is_sunny)
    found = dinner.check(network)
    scene = scenes.scene_of("dinner-weather", "Dinner by the weather alone", is_sunny, scenes.DISHES)
    scene.matrix("choice", "W", choice, "3 × 2", scenes.DISHES, scenes.WEATHER, editable=True, low=-5, high=5, mark="h")
    scene.value("x", "today's weather", played["x"][:, 3:])
    scene.value("picked", "what the weather picks", played["x"][:, 3:] @ choice.T)
    scene.value("told", "the dish that is told", played["x"][:, :3])
    equation = Equation(
        "dish = relu(W · weather + told)",
        ["relu(", {"products": "choice", "of": "x"}, " + ", {"v": "told"}, ") = ", {"v": "h", "result": True}],
        ["nothing of yesterday is in it"],
    )
    scene.value("h", "today's dish", played["h"], equation=equation)
    table, cases = scenes.check_panels(found, "every weather", len(is_sunny))
    scene.row(scenes.days_panel(played, start, is_sunny))
    columns = [
        {"value": "x", "title": "weather", "names": list(scenes.WEATHER), "most": 1, "chosen": False},
        {"value": "picked", "title": "W · weather", "sign": "W ×", "most": 1},
        {"value": "told", "title": "told on day 1", "sign": "+", "most": 1},
        {"value": "h", "title": "today", "names": list(scenes.DISHES), "sign": "=", "most": 1},
    ]
    scene.row(
        {"kind": "vectors", "title": "One step", "least": 370, "grow": 1.5, "columns": columns,
         "note": "There is no arrow from yesterday."},
        {"kind": "matrix", "title": "What the weather picks", "names": ["choice"], "box": "3.4em",
         "note": f"It is right on {found.share_of_days:.0%} of all days with weather. Every choice of one dish for sun and one "
         "for rain is right on a third."},
        {"kind": "equations", "title": "In numbers", "names": ["h"]},
    )  # fmt: skip
    scene.row(statements_panel(LESSON))
    scene.row(table, cases)
    return scene


SCENES: Mapping[str, Callable[[Edits], Scene]] = {"both": readable, "cycle": cycle, "weather": weather}


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        options = (*SCENES, "found")
        network = pick(NAME, "network", "Network", options, WORDS, "What the cook has to go by.", wide=True)
        if network == "found":
            units = pick(NAME, "units", "Hidden size", dinner_found.UNITS, {}, "Units of the network that is trained.")
            seed = pick(
                NAME, "seed", "Seed", dinner_found.SEEDS, {}, "Another seed starts from other weights.", wide=True
            )
    if network != "found":
        draw_lesson(LESSON, SCENES[network])
        return
    group = dinner_found.group(NAME, units, seed)
    runs = finished(members_of(NAME))
    run_id = runs[-1].run_id if runs else ""

    def train() -> None:
        draw_group(group)

    draw_lesson(LESSON, lambda edits: _found(run_id, edits), below=train)


def _found(run_id: str, edits: Edits) -> Scene:
    """The network of a run that is over; without one, where to start it."""
    if not run_id:
        return dinner_found.nothing("dinner-found", "Nothing is trained yet. The button below starts a run.")
    try:
        network = dinner_found.network_of(services.predictor(run_id))
    except ConfigError as error:
        words = " ".join(f"Expected {one.expected}, but this is {one.received}. {one.hint}" for one in error.problems)
        return dinner_found.nothing(f"dinner-not-{run_id[:8]}", words)
    return dinner_found.found(network, run_id, edits, statements_panel(LESSON))
