"""The dinner schedule as training finds it: the run's network day by day, its units and weights beside those made by hand.

Left out: starting the run and its curves (training.py).
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from core.config.errors import ConfigError
from core.insight.edits import Edits
from ui.learn import dinner_scenes as scenes
from ui.learn.scene import Equation, Scene, Token
from ui.learn.training import Curves, Group, by_values

UNITS = ("8", "6", "12")
SEEDS = tuple(str(seed) for seed in range(10))
MOST_UNITS = 16
NOTE = (
    "Training knows nothing of halves, thresholds and merges. It reads four in five of all 768 schedules of nine days with "
    "their dinners, and follows the gradient; the check above tries the rest, too. A small relu network does not always "
    "get there: another seed is another start."
)


def group(name: str, units: str, seed: str) -> Group:
    """The training that the page offers: an ordinary run of the memory tasks."""
    values = {
        "data.id": "dinner",
        "model.cell": "rnn",
        "model.nonlinearity": "relu",
        "model.hidden_size": int(units),
        "training.seed": int(seed),
    }
    wanted = by_values("memory", {f"RNN with relu, {units} units": values})
    return Group(name, wanted, "Let training find it", NOTE, (Curves("loss"), Curves("accuracy")))


def network_of(predictor: Any) -> Any:
    """The network of a run, as `core.insight.dinner` takes it.

    Raises:
        ConfigError: It is not one of the dinner schedule, or its units cannot be read this way.
    """
    from core.insight.dinner import Network
    from core.insight.dinner_units import is_readable

    if getattr(predictor, "symbols", ()) != (*scenes.DISHES, *scenes.WEATHER):
        hint = "Close it below and start a training of this page."
        raise ConfigError.single("run", "a network of the dinner schedule", "one of something else", hint)
    model = predictor.model
    recurrent = model.recurrent
    if not is_readable(recurrent) or recurrent.hidden_size > MOST_UNITS:
        expected = f"one layer of rnn with relu, {MOST_UNITS} units at most"
        raise ConfigError.single("run", expected, "another network", "Open it on the page of its task.")
    output = model.output
    return Network(deepcopy(recurrent).cpu(), output.weight.detach().cpu(), output.bias.detach().cpu())


def nothing(name: str, why: str) -> Scene:
    """What stands here while there is no trained network."""
    scene = Scene(name, "No trained network yet", [""])
    scene.row({"kind": "text", "title": "Found by training", "text": why})
    return scene


def found(network: Any, run_id: str, edits: Edits, statements: dict[str, Any]) -> Scene:
    """The scene of a trained network.

    Args:
        network: As `network_of` gives it.
        run_id: Of its run.
        edits: The days; its weights stay what training found.
        statements: The panel of statements.
    """
    from core.insight import dinner, dinner_units

    units = dinner_units.units_of(network)
    start, is_sunny = scenes.days_of(edits)
    played = dinner.play(units.network, start, is_sunny)
    names = [f"unit {place + 1}" for place in range(len(units.places))]
    scene = scenes.scene_of(f"dinner-{run_id[:8]}", "The dinner schedule as training found it", is_sunny, names)
    _add_run(scene, played, units.network, names)
    checked = dinner.check(units.network)
    scene.row(scenes.days_panel(played, start, is_sunny))
    scene.row(*_step_panels(names))
    equations = {
        "kind": "equations",
        "title": "The chosen unit in numbers",
        "names": ["from_memory", "from_input", "sum", "h"],
    }
    scene.row(equations, statements)
    scene.row(_unit_table(units, names))
    scene.row(
        {"kind": "matrix", "title": "Found by training", "names": ["U", "W", "b", "V"], "tint": True, "digits": 2,
         "note": "Each unit brought to 1 at its largest, which changes no answer, and ordered by when it is on."},
        {"kind": "matrix", "title": "Made by hand", "names": ["hand_U", "hand_W", "hand_b", "hand_V"], "tint": True, "digits": 2,
         "note": "The network of six units whose weights one can read."},
    )  # fmt: skip
    scene.row(*scenes.check_panels(checked, "every weather", len(is_sunny)))
    return scene


def _add_run(scene: Scene, played: Any, network: Any, names: list[str]) -> None:
    from core.insight import dinner

    recurrent, hand = network.recurrent, dinner.by_hand()
    weights, loops = recurrent.weight_ih_l0.numpy(), recurrent.weight_hh_l0.numpy()
    bias = (recurrent.bias_ih_l0 + recurrent.bias_hh_l0).numpy()
    inputs = (*scenes.DISHES, *scenes.WEATHER)
    short = [name.removeprefix("unit ") for name in names]
    size = len(names)
    scene.matrix("U", "U", loops, f"{size} × {size}", short, short, mark="from_memory")
    scene.matrix("W", "W", weights, f"{size} × 5", short, inputs, mark="from_input")
    scene.matrix("b", "b", bias[:, None], f"{size}", short, mark="bias")
    scene.matrix(
        "V", "Output V", network.weight.numpy(), f"3 × {size}", scenes.DISHES, short, mark="dinner", units=False
    )
    roles, numbers = scenes.ROLES, [str(place + 1) for place in range(len(scenes.ROLES))]
    more: dict[str, Any] = {"units": False}
    scene.matrix("hand_U", "U", hand.food @ hand.merge, "6 × 6", roles, numbers, **more)
    scene.matrix("hand_W", "W", np.hstack((hand.first, hand.weather)), "6 × 5", roles, inputs, **more)
    scene.matrix("hand_b", "b", -hand.threshold[:, None], "6", roles, **more)
    scene.matrix("hand_V", "Output M", hand.merge, "3 × 6", scenes.DISHES, numbers, **more)
    scene.value("x", "today's input x", played["x"])
    scene.value("before", "hidden state of yesterday", played["before"])
    memory = Equation(
        "memory = U · h of yesterday", _result({"products": "U", "of": "before"}, " = ", name="from_memory")
    )
    scene.value("from_memory", "from memory, U h", played["before"] @ loops.T, equation=memory)
    given = Equation("input = W · x", _result({"products": "W", "of": "x"}, " = ", name="from_input"))
    scene.value("from_input", "from the input, W x", played["x"] @ weights.T, equation=given)
    scene.value("bias", "bias b", bias[None])
    parts = ({"v": "from_memory"}, " + ", {"v": "from_input"}, " + ", {"v": "bias"}, " = ")
    scene.value("sum", "sum", played["sum"], equation=Equation("sum = memory + input + b", _result(*parts, name="sum")))
    cut = Equation("h = relu(sum)", _result("relu(", {"v": "sum"}, ") = ", name="h"))
    scene.value("h", "hidden state h", played["h"], before=np.zeros(size), equation=cut)
    scene.value("dinner", "tonight's scores", played["dinner"])


def _result(*tokens: Token, name: str) -> list[Token]:
    """The right side of an equation, with its result."""
    return [*tokens, {"v": name, "result": True}]


def _step_panels(names: list[str]) -> list[dict[str, Any]]:
    add = [
        {"value": "before", "title": "h of yesterday", "names": names},
        {"value": "from_memory", "title": "U · h", "sign": "U ×"},
        {"value": "from_input", "title": "W · x", "sign": "+"},
        {"value": "bias", "title": "b", "sign": "+"},
        {"value": "sum", "title": "sum", "sign": "="},
    ]
    cut = [
        {"value": "h", "title": "relu: h", "names": names},
        {"value": "dinner", "title": "scores, V · h + c", "names": list(scenes.DISHES), "sign": "V ×", "chosen": False},
    ]
    return [
        {"kind": "vectors", "title": "Add", "columns": add, "grow": 1.6, "least": 400},
        {"kind": "vectors", "title": "Cut at 0, and answer", "columns": cut, "least": 300},
    ]


def _unit_table(units: Any, names: list[str]) -> dict[str, Any]:
    """When each unit is on, from its mean in each case."""
    rows = [
        [f"{name}, {meaning}", *(float(f"{value:.2f}") for value in case), place + 1]
        for name, meaning, case, place in zip(names, units.meanings, units.by_case.tolist(), units.places, strict=True)
    ]
    return {
        "kind": "table",
        "title": "What each unit has come to mean",
        "note": "Its mean in each case, over every weather up to eight days. “Same soup”: soup yesterday, and rain; “next soup”: "
        "curry yesterday, and sun.",
        "columns": ["", *scenes.ROLES, "in the run"],
        "rows": rows,
        "chosen_by": "unit",
    }
