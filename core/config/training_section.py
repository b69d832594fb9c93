"""The training section of an experiment: how the weights are found.

As all fields, each says once what it is (core.config.sections).
"""

from __future__ import annotations

from typing import Literal

from core.config.fields import Section, setting
from core.config.rules import Range, Rule


class TrainingConfig(Section):
    """How the weights are found."""

    batch_size: int = setting(
        64,
        "Batch size",
        "Sequences in one training step.",
        level="basic",
        ge=1,
        search=Range(8, 256, log=True),
        step=8,
        group="Budget",
    )
    seq_len: int = setting(
        128, "Sequence length",
        "Tokens between two cuts of the gradient; of items that stand apart, the most that are read of each.",
        of=("stream",), level="basic", ge=1,
        search=Range(16, 256, log=True), step=16, group="Budget",
    )  # fmt: skip
    learning_rate: float = setting(
        3e-3, "Learning rate", "The size of the largest step.", level="basic", gt=0.0, le=10.0,
        search=Range(1e-4, 3e-2, log=True), step=0.001,
    )  # fmt: skip
    max_steps: int = setting(1_000, "Steps", "Training steps in all.", level="basic", ge=1, step=100, group="Budget")
    max_seconds: float | None = setting(
        None, "Time limit (s)", "Training ends here at the latest: fewer steps are planned when all would take longer.",
        usual=("60",), gt=0.0, step=10.0, group="Budget",
    )  # fmt: skip
    truncation: Literal["carry", "slide"] = setting(
        "carry", "Truncation",
        "Windows follow each other and hand on their state, or start from zero, slide by one and count one error each.",
        of=("stream",),
        requires=(Rule("data.items", lambda items: items == "joined", "carry with data.items=apart",
                       "Every item starts from zero there: leave it out.",
                       "Every item starts from zero by itself.", concerns=lambda way: way == "slide"),),
    )  # fmt: skip
    optimizer: Literal["adamw", "adam", "rmsprop", "momentum", "sgd"] = setting(
        "adamw", "Optimizer", "The rule that moves the weights."
    )
    schedule: Literal["constant", "linear", "cosine"] = setting(
        "cosine", "Schedule", "How the learning rate falls after the warm-up."
    )
    warmup_steps: int = setting(
        20, "Warm-up steps", "Steps over which the learning rate rises.", ge=0, search=Range(0, 200), step=10
    )
    weight_decay: float = setting(
        0.01, "Weight decay", "Pull of the weight matrices towards zero.", ge=0.0, le=1.0,
        search=Range(1e-4, 0.3, log=True), step=0.01,
    )  # fmt: skip
    max_grad_norm: float | None = setting(
        1.0, "Gradient clipping", "Largest norm of the gradient; without one nothing is clipped.", gt=0.0,
        search=(None, 0.25, 1.0, 5.0), step=0.5,
    )  # fmt: skip
    max_grad_value: float | None = setting(
        None, "Clipping by value", "Largest entry of the gradient, cut before its norm is.", usual=("1",), gt=0.0,
        search=(None, 0.5, 1.0), step=0.5,
    )  # fmt: skip
    averaging: Literal["none", "ema", "mean"] = setting(
        "none", "Averaged weights",
        "Judge and keep a running average of the weights: one that forgets exponentially (ema), or the mean of all in the "
        "second half of the steps.",
    )  # fmt: skip
    averaging_decay: float | None = setting(
        None, "Decay of the average",
        "Share of the average that each step keeps, such as 0.99 to remember about 100 steps; when not set, it remembers the "
        "last tenth of the steps so far.", usual=("0.99",), gt=0.0, lt=1.0, search=(None, 0.98, 0.99, 0.998),
        requires=(Rule("training.averaging", lambda kind: kind == "ema", "not set without an average that forgets",
                       "Set training.averaging=ema.", "Needs an average that forgets exponentially."),),
    )  # fmt: skip
    loss: Literal["cross_entropy", "squared", "binary"] | None = setting(
        None, "Loss",
        "How wrong an answer is: cross-entropy, squared error of the probabilities, or a yes or no for each class; when "
        "not set, cross-entropy for a class and the squared error for a number.", of=("sequences",), group="Objective",
    )  # fmt: skip
    label_smoothing: float = setting(
        0.0, "Label smoothing", "Share of the target spread over all classes.", of=("smoothing",), ge=0.0, lt=1.0,
        search=Range(0.0, 0.2),
        requires=(Rule("model.output_layer", lambda layer: layer != "crf", "0 with a conditional random field",
                       "Set model.output_layer=softmax.", "A conditional random field judges a sentence as a whole."),),
        group="Objective",
    )  # fmt: skip
    word_dropout: float = setting(
        0.0, "Word dropout", "Share of words replaced by the unknown one while training, so that it is learned too.",
        of=("classes",), ge=0.0, le=0.9, search=Range(0.0, 0.3), group="Objective",
    )  # fmt: skip
    class_weights: Literal["none", "balanced", "effective"] = setting(
        "none", "Class weights",
        "Whether every example counts alike, or every class, so that rare ones are not overlooked; by the effective number a "
        "class counts less the more alike its many examples must be.", of=("classes",), group="Objective",
    )  # fmt: skip
    effective_beta: float | None = setting(
        None, "Beta of the effective number",
        "How soon further texts of a class tell nothing new: no class counts as more than 1 / (1 - beta) texts; when not set, "
        "as more than the largest one has.",
        of=("classes",), gt=0.0, lt=1.0, usual=("0.999",), search=(None, 0.9, 0.99, 0.999, 0.9999),
        requires=(Rule("training.class_weights", lambda kind: kind == "effective", "not set without class weights of this kind",
                       "Set training.class_weights=effective.", "Needs class weights by the effective number."),),
        group="Objective",
    )  # fmt: skip
    teacher_forcing_ratio: float = setting(
        1.0, "Teacher forcing", "Share of training batches in which the decoder reads the true words, not its own.",
        of=("decoder",), ge=0.0, le=1.0, search=Range(0.0, 1.0), group="Objective",
    )  # fmt: skip
    teacher_forcing_schedule: Literal["constant", "linear", "inverse_sigmoid"] = setting(
        "constant", "Teacher forcing schedule",
        "Whether teacher forcing falls from 1 to its final share while training, and how.", of=("decoder",),
        requires=(Rule("training.teacher_forcing_ratio", lambda ratio: ratio < 1, "constant when the share stays at 1",
                       "Set training.teacher_forcing_ratio below 1: that is where it falls to.",
                       "Needs a share of teacher forcing below 1, to which it can fall."),), group="Objective",
    )  # fmt: skip
    patience: int | None = setting(
        None, "Patience",
        "Stop after this many steps without a better validation score; without a number it never does.", usual=("100",),
        ge=1, group="Budget",
    )  # fmt: skip
    seed: int = setting(0, "Seed", "The same seed gives the same run.", ge=0, le=2**31 - 1, group="Run")
    device: Literal["auto", "cpu", "cuda", "mps"] = setting("auto", "Device", "Where to train.", search=(), group="Run")
    precision: Literal["auto", "fp32", "bf16"] = setting(
        "auto",
        "Precision",
        "Size of the numbers; bf16 is faster where the processor or GPU has it.",
        search=(),
        group="Run",
    )
