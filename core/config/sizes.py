"""Closed-form sizes: parameters, work per step and expected time, without building a network.

A test holds every count equal to the model's own. Left out: memory, and what a processor really reaches; the
page measures that on finished runs.
"""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from core.config.sections import ModelConfig
from core.config.summary import DataSummary
from core.models.cells import build_cell

if TYPE_CHECKING:
    from core.config.experiment import Experiment

DEFAULT_FLOPS_PER_SECOND = 1e11  # two CPU cores, until a finished run has shown better
OVERHEAD_SECONDS = 0.004  # of a training step: optimizer and kernel launches
NUM_LETTERS, LETTER_DIM = 256, 16  # as core.data.letters and core.models.inputs have them; a test holds them equal
FED_SECONDS = 1e-3  # of a decoder's step that reads what the step before wrote: the whole network is called for it


def recurrent_output_size(model: ModelConfig) -> int:
    """Width of what the recurrent stack gives: twice the hidden size when two directions are concatenated."""
    return model.hidden_size * (2 if model.bidirectional and model.merge_mode in (None, "concat") else 1)


def recurrent_parameters(model: ModelConfig, input_size: int) -> int:
    """Parameters of every layer and direction, as the cell names them, and learned initial states; or of a window's layers."""
    if model.window is not None:
        sizes = [model.window * input_size] + [model.hidden_size] * model.num_layers
        return sum(linear_parameters(*pair) for pair in pairwise(sizes))
    cell, directions = build_cell(model.cell), 2 if model.bidirectional else 1
    total, width = 0, input_size
    for _ in range(model.num_layers):
        total += directions * sum(prod(shape) for shape in cell.shapes(width, model.hidden_size).values())
        width = recurrent_output_size(model)
    if model.initial_state == "learned":
        total += cell.num_states * directions * model.num_layers * model.hidden_size
    return total


def linear_parameters(inputs: int, outputs: int) -> int:
    """Weights and biases of a dense layer."""
    return inputs * outputs + outputs


def network_parameters(model: ModelConfig, inputs: int, outputs: int) -> int:
    """Of recurrent layers and a dense layer that reads what they give."""
    return recurrent_parameters(model, inputs) + linear_parameters(recurrent_output_size(model), outputs)


def reader_parameters(model: ModelConfig, vocab_size: int, outputs: int) -> int:
    """Of a network that reads tokens: embedding, recurrent layers, what weighs their states, and a score for each output."""
    width = recurrent_output_size(model)
    weighing = linear_parameters(width, width) + width if model.pooling == "attention" else 0
    inputs = model.embedding_dim + 2 * model.character_dim
    embeddings = vocab_size * model.embedding_dim + letters_parameters(model.character_dim)
    if model.tied_embeddings:
        width = recurrent_output_size(model)
        narrowing = width * model.embedding_dim if width != model.embedding_dim else 0
        return embeddings + recurrent_parameters(model, inputs) + narrowing + outputs
    return embeddings + network_parameters(model, inputs, outputs) + weighing


def letters_parameters(size: int) -> int:
    """Of what composes words of their letters: vectors of the letters, and an LSTM of that size in each direction."""
    if not size:
        return 0
    return NUM_LETTERS * LETTER_DIM + 2 * sum(
        prod(shape) for shape in build_cell("lstm").shapes(LETTER_DIM, size).values()
    )


def chained_tags(model: ModelConfig, num_tags: int) -> int:
    """Tags of a conditional random field; 0 where there is none."""
    return num_tags if model.output_layer == "crf" else 0


def chain_parameters(model: ModelConfig, num_tags: int) -> int:
    """Of a conditional random field over the tags, where there is one: pairs of tags, and first and last ones."""
    return chained_tags(model, num_tags) * (num_tags + 2)


def count_parameters(experiment: Experiment, summary: DataSummary) -> int:
    """Parameters of the network that the experiment builds on that data."""
    return experiment.description.count_parameters(experiment, summary)


def flops_per_step(experiment: Experiment, summary: DataSummary) -> float:
    """Multiply-adds counted twice, forward and backward (three times forward), of one training step.

    Embeddings are look-ups and cost nothing, but where they are the output layer too.
    A many-to-one forecaster's head runs once a window.
    """
    task = experiment.description
    vocabularies = summary.vocab_size + summary.src_vocab_size + summary.trg_vocab_size
    looked_up = 0 if experiment.model.tied_embeddings else vocabularies * experiment.model.embedding_dim
    weights = count_parameters(experiment, summary) - looked_up
    return 6 * task.weights_passed * weights * task.tokens_per_step(experiment, summary)


def scan_seconds(experiment: Experiment, summary: DataSummary) -> float:
    """Seconds of one training step that no faster arithmetic saves: steps of sequences wait for each other.

    Every layer and direction goes through the sequence by itself, at its cell's `step_seconds` a step, however small the
    network and the batch are. A step of a decoder that reads what it wrote costs a call of the network beside. Without
    memory no step waits.
    """
    if experiment.model.window is not None:
        return 0.0
    task = experiment.description
    length = task.tokens_per_step(experiment, summary) / experiment.training.batch_size
    steps, fed = task.scan_steps(experiment, length)
    return steps * build_cell(experiment.model.cell).step_seconds + fed * FED_SECONDS


def estimate_seconds(experiment: Experiment, summary: DataSummary, flops_per_second: float) -> float:
    """Expected training time in seconds, capped by `training.max_seconds`.

    Args:
        flops_per_second: What the machine reached on a run before, or `DEFAULT_FLOPS_PER_SECOND`.
    """
    of_step = flops_per_step(experiment, summary) / flops_per_second + OVERHEAD_SECONDS
    seconds = experiment.training.max_steps * (of_step + scan_seconds(experiment, summary))
    return min(seconds, experiment.training.max_seconds or seconds)
