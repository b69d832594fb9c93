"""What of a run can be said in torch's own modules, and the numbers that a template needs; the rest is refused in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError, Problem
from core.config.experiment import Experiment

TEMPLATES = Path(__file__).parent / "templates"
LAYERS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
_HINT = "Train a network without it, or take the whole run, which `core.load` reads."

# By field, what the templates can say; None is what nobody chose.
_SAID: Mapping[str, tuple[Any, ...]] = {
    "model.cell": tuple(LAYERS),
    "model.nonlinearity": (None, "tanh", "relu"),
    "model.residual": (False,),
    "model.initial_state": ("zero",),
    "model.merge_mode": (None, "concat"),
    "model.window": (None,),
    "model.shape": ("many_to_one", "many_to_many"),
    "model.scaling": ("series",),
    "model.segment": (1,),
    "model.likelihood": ("point",),
    "model.pooling": ("last", "mean", "max"),
    "model.output_layer": ("softmax",),
    "model.attention": ("none", "dot", "scaled_dot", "general"),
    "model.input_feeding": (False,),
    "data.many_series": ("together",),
}


@dataclass(frozen=True)
class Plain:
    """A run in plain words.

    Attributes:
        template: The text of its template.
        values: What stands for each name in it.
        flags: Which of its lines stay.
    """

    template: str
    values: Mapping[str, Any]
    flags: frozenset[str]


def in_one_layer(weights: Mapping[str, Any]) -> dict[str, Any]:
    """Weights (tensors) in which a projection before the output and the output are one matrix, as they are one function."""
    narrowing = weights.get("narrowing.weight")
    kept = {name: weight for name, weight in weights.items() if name != "narrowing.weight"}
    if narrowing is None:
        return kept
    product = kept["output.weight"].double() @ narrowing.double()
    return {**kept, "output.weight": product.to(narrowing.dtype)}


def in_plain_words(experiment: Experiment, weights: Mapping[str, Any], scaler: Mapping[str, Any] | None) -> Plain:
    """What a template needs to say a run's network.

    Args:
        weights: By name, with shapes.
        scaler: What `scaler.json` holds; None for networks that read no numbers.

    Raises:
        ConfigError: Something that no template says, naming each option.
    """
    path = TEMPLATES / f"{experiment.description.kind}.txt"
    problems = [] if path.exists() else [_refused("task", "one that reads series or texts", experiment.task)]
    problems += _refusals(experiment) + ([] if scaler is None else _of_series(scaler))
    if path.exists() and experiment.model.character_dim and "#? letters" not in path.read_text(encoding="utf-8"):
        problems.append(_refused("model.character_dim", "nothing", str(experiment.model.character_dim)))
    if problems:
        raise ConfigError(problems)
    model = experiment.model
    sizes = {name: tuple(weight.shape) for name, weight in weights.items()}
    stack = next(name.removesuffix(".weight_ih_l0") for name in sizes
                 if name in ("recurrent.weight_ih_l0", "encoder.weight_ih_l0"))  # fmt: skip
    two = bool(model.bidirectional)
    output_size = model.hidden_size * (2 if two else 1)
    nonlinearity = ', nonlinearity="relu"' if model.nonlinearity == "relu" else ""
    values: dict[str, Any] = {
        "layer": LAYERS[model.cell],
        "layers": f"{model.hidden_size}, {model.num_layers}, batch_first=True{nonlinearity}",
        "bidirectional": two,
        "hidden_size": model.hidden_size,
        "num_layers": model.num_layers,
        "output_size": output_size,
        "input_size": sizes[f"{stack}.weight_ih_l0"][1],
        "num_outputs": sizes["output.weight"][0],
        "num_classes": sizes["output.weight"][0],
        "embedding_dim": model.embedding_dim,
        "character_dim": model.character_dim,
        "num_states": 2 if model.cell == "lstm" else 1,
        "window_size": experiment.data.window_size,
        "horizon": experiment.data.horizon,
    }
    for name, key in (
        ("vocab_size", "embedding.weight"), ("vocab_size", "embedding.words.weight"),
        ("src_vocab_size", "src_embedding.weight"), ("trg_vocab_size", "trg_embedding.weight"),
    ):  # fmt: skip
        if key in sizes:
            values[name] = sizes[key][0]
    projected = "memory_projection.weight" in sizes
    values["memory_size"] = model.hidden_size if projected else output_size
    flags = {"two"} if two else set()
    flags |= {name for name in ("projected",) if "bridge.0.weight" in sizes}
    flags |= {"memory_projection"} if projected else set()
    flags |= {"apart"} if experiment.data.items == "apart" else set()
    flags |= {"letters"} if "embedding.letters.weight" in sizes else set()
    flags |= {"attention", model.attention} if "combine.weight" in sizes else set()
    flags |= {model.cell, model.pooling if stack == "recurrent" else model.bridge or "last"}
    if "projected" in flags:
        flags -= {"last"}
    if scaler is not None:
        values |= {
            "lag": scaler["scaler"]["lag"],
            "lowest": scaler["scaler"].get("lowest"),
            "num_columns": len(scaler["columns"]),
            "num_targets": len(scaler["targets"]),
        }
        flags |= {"lag"} if values["lag"] else set()
        flags |= {"direct"} if model.shape == "many_to_one" else set()
        flags |= {"powers"} if scaler["scaler"].get("powers") else set()
        flags |= {"lowest"} if values["lowest"] is not None else set()
    return Plain(path.read_text(encoding="utf-8"), values, frozenset(flags))


def _refusals(experiment: Experiment) -> list[Problem]:
    """The options of an experiment that no template says."""
    problems = []
    for name, said in _SAID.items():
        section, field = name.split(".")
        value = getattr(getattr(experiment, section), field, None)
        if value is not None and value not in said:
            expected = " or ".join(str(one).lower() for one in said if one is not None) or "nothing"
            problems.append(_refused(name, expected, str(value)))
    return problems


def _of_series(scaler: Mapping[str, Any]) -> list[Problem]:
    """What of a series no template says."""
    problems = []
    if scaler.get("ahead_form"):
        problems.append(_refused("data.future_columns", "nothing that is known ahead", "values known ahead"))
    if scaler.get("told") or scaler.get("known"):
        problems.append(_refused("data.missing", "a series without gaps at its end", "gaps"))
    return problems


def _refused(name: str, expected: str, received: str) -> Problem:
    return Problem(name, f"for a file that needs nothing of Unroll, {expected}", received, _HINT)


def powers_of(scaler: Mapping[str, Any]) -> dict[str, list[float]] | None:
    """By place of a column its exponent, floor and ceiling; None where nothing is transformed."""
    powers = scaler.get("powers")
    if not powers:
        return None
    rows = zip(powers["exponents"], powers["floors"], powers["ceilings"], strict=True)
    return {str(place): list(row) for place, row in enumerate(rows) if row[0] is not None}


def read_json_file(path: Path) -> Any:
    """What a file of a run holds; None where it is not there."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
