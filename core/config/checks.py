"""Values of an experiment that are fine alone and impossible together.

Left out: ranges and names, which each field says itself; limits of a server and the size of the data (core.resolve).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.config.errors import Problem
from core.config.fields import asks_for
from core.config.recipe import find_recipe_problems
from core.models.cells import build_cell

if TYPE_CHECKING:
    from core.config.experiment import Experiment, ModelConfig


def find_contradictions(experiment: Experiment) -> list[Problem]:
    """Values that are fine alone and impossible together."""
    data, model, training = experiment.data, experiment.model, experiment.training
    found: list[Problem] = []

    def refuse(field: str, expected: str, received: Any, hint: str) -> None:
        found.append(Problem(field, expected, repr(received), hint))

    for section_name, section in (("data", data), ("model", model), ("training", training)):
        for key, field in type(section).model_fields.items():
            value = getattr(section, key)
            if not experiment.description.uses(asks_for(field)) and value != field.default:
                refuse(f"{section_name}.{key}", f"nothing, {experiment.task} does not use it", value, "Leave it out.")
    _check_layers(model, refuse)
    if model.bidirectional and model.shape == "many_to_many":
        refuse(
            "model.bidirectional",
            "false when every step predicts the next",
            True,
            "It would see the answer: set model.shape=many_to_one.",
        )
    if model.attention == "none":
        if model.input_feeding:
            refuse(
                "model.input_feeding", "false without attention", True, "There is nothing to feed: set model.attention."
            )
        if model.bridge == "zero":
            refuse("model.bridge", "last or projected without attention", "zero", "The decoder would see no source.")
    if training.teacher_forcing_schedule != "constant" and training.teacher_forcing_ratio == 1:
        refuse(
            "training.teacher_forcing_schedule",
            "constant when the share stays at 1",
            training.teacher_forcing_schedule,
            "Set training.teacher_forcing_ratio below 1: that is where it falls to.",
        )
    train, validation, test = data.split
    if min(data.split) < 0 or train <= 0 or validation <= 0 or abs(train + validation + test - 1) > 1e-6:
        refuse(
            "data.split",
            "three shares that add up to 1, training and validation above 0",
            data.split,
            "For example [0.8, 0.1, 0.1].",
        )
    if data.many_series == "each":
        if data.missing == "drop":
            hint = "Each series would lose other steps: set data.missing=mask or interpolate."
            refuse("data.missing", "interpolate or mask with data.many_series=each", "drop", hint)
        if data.covariate_columns:
            hint = "Leave them out, or set data.many_series=together."
            refuse("data.covariate_columns", "nothing with data.many_series=each", data.covariate_columns, hint)
    found += find_recipe_problems(data.id, data.recipe)
    if data.source == "file" and not data.path:
        refuse("data.path", "a path", (), "Name the file.")
    if data.source != "file" and data.path:
        refuse("data.path", "nothing unless data.source is file", data.path, "Set data.source=file.")
    if len(data.path) > 2:
        refuse("data.path", "one path, or two parallel files", data.path, "Leave out the others.")
    return found


def _check_layers(model: ModelConfig, refuse: Callable[[str, str, Any, str], None]) -> None:
    """What the cell, the number of layers and of directions rule out."""
    cell = build_cell(model.cell)
    if model.num_layers == 1:
        if model.dropout > 0:
            refuse("model.dropout", "0 with one layer", model.dropout, "Add a layer or use model.output_dropout.")
        if model.residual:
            refuse("model.residual", "false with one layer", True, "Add a layer: the first has nothing to skip.")
    if model.merge_mode is not None and not model.bidirectional:
        refuse("model.merge_mode", "nothing without two directions", model.merge_mode, "Set model.bidirectional=true.")
    if model.nonlinearity is not None and len(cell.nonlinearities) == 1:
        refuse("model.nonlinearity", "nothing for gated cells", model.nonlinearity, "Set model.cell=rnn.")
    if model.weight_dropout > 0 and not cell.has_recurrent_matrix:
        refuse(
            "model.weight_dropout",
            f"0 for {cell.name}, which has no recurrent weights",
            model.weight_dropout,
            "Use model.output_dropout.",
        )
    if model.forget_bias is not None and cell.memory_gate is None:
        refuse(
            "model.forget_bias",
            f"nothing for {cell.name}, which has no gate to forget by",
            model.forget_bias,
            "Choose a gated model.cell, or model.initialization=identity.",
        )
