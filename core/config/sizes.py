"""Closed-form sizes: parameters, work per step and expected time, without building a network.

A test holds every count equal to the model's own. Left out: memory, and what a processor really reaches; the
page measures that on finished runs.
"""

from __future__ import annotations

from math import prod

from core.config.experiment import Experiment, ModelConfig
from core.config.summary import DataSummary
from core.models.cells import build_cell

DEFAULT_FLOPS_PER_SECOND = 1e11  # two CPU cores, until a finished run has shown better
OVERHEAD_SECONDS = 0.004  # of a training step: optimizer and kernel launches
FED_SECONDS = 1e-3  # of a decoder's step that reads what the step before wrote: the whole network is called for it


def recurrent_output_size(model: ModelConfig) -> int:
    """Width of what the recurrent stack gives: twice the hidden size when two directions are concatenated."""
    return model.hidden_size * (2 if model.bidirectional and model.merge_mode in (None, "concat") else 1)


def recurrent_parameters(model: ModelConfig, input_size: int) -> int:
    """Parameters of every layer and direction, as the cell names them, and learned initial states."""
    cell, directions = build_cell(model.cell), 2 if model.bidirectional else 1
    total, width = 0, input_size
    for _ in range(model.num_layers):
        total += directions * sum(prod(shape) for shape in cell.shapes(width, model.hidden_size).values())
        width = recurrent_output_size(model)
    if model.initial_state == "learned":
        total += cell.num_states * directions * model.num_layers * model.hidden_size
    return total


def count_parameters(experiment: Experiment, summary: DataSummary) -> int:
    """Parameters of the network that the experiment builds on that data."""
    return _COUNTS[experiment.task](experiment, summary)


def _forecaster(experiment: Experiment, summary: DataSummary) -> int:
    model = experiment.model
    at_once = model.shape == "many_to_one"  # step by step, every column is forecast, to be fed back
    num_values = summary.num_features - summary.num_indicators
    outputs = summary.num_targets * experiment.data.horizon if at_once else num_values
    return recurrent_parameters(model, summary.num_features) + _linear(recurrent_output_size(model), outputs)


def _language_model(experiment: Experiment, summary: DataSummary) -> int:
    model = experiment.model
    embedding = summary.vocab_size * model.embedding_dim
    return embedding + recurrent_parameters(model, model.embedding_dim) + _linear(model.hidden_size, summary.vocab_size)


def _classifier(experiment: Experiment, summary: DataSummary) -> int:
    model = experiment.model
    embedding = summary.vocab_size * model.embedding_dim
    head = _linear(recurrent_output_size(model), summary.num_classes)
    return embedding + recurrent_parameters(model, model.embedding_dim) + head


def _encoder_decoder(experiment: Experiment, summary: DataSummary) -> int:
    model = experiment.model
    hidden, key = model.hidden_size, recurrent_output_size(model)
    bridge = model.bridge or ("projected" if model.bidirectional else "last")
    # The encoder's state starts the decoder; only where none is handed over there is one to learn.
    start = model.initial_state if bridge == "zero" else "zero"
    decoder = model.model_copy(update={"bidirectional": False, "merge_mode": None, "initial_state": start})
    total = (summary.src_vocab_size + summary.trg_vocab_size) * model.embedding_dim
    total += recurrent_parameters(model, model.embedding_dim)
    total += recurrent_parameters(decoder, model.embedding_dim + (hidden if model.input_feeding else 0))
    if bridge == "projected":
        directions = 2 if model.bidirectional else 1
        total += build_cell(model.cell).num_states * _linear(directions * hidden, hidden)
    total += _attention(model.attention, hidden, key)
    return total + _linear(hidden, summary.trg_vocab_size)


def _attention(kind: str, query: int, key: int) -> int:
    """Scores, the projection of keys that dot products may need, and the layer that joins context and state."""
    if kind == "none":
        return 0
    if kind in ("dot", "scaled_dot") and query != key:
        return query * key + 2 * query * query
    join = (key + query) * query
    if kind == "general":
        return query * key + join
    return (query * query + query * key + 2 * query if kind == "additive" else 0) + join


def _linear(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


_COUNTS = {
    "forecasting": _forecaster,
    "generation": _language_model,
    "sentiment": _classifier,
    "translation": _encoder_decoder,
}


def tokens_per_step(experiment: Experiment, summary: DataSummary) -> float:
    """Tokens (or time steps) that one training step reads."""
    batch = experiment.training.batch_size
    if experiment.task == "generation":
        return batch * experiment.training.seq_len
    if experiment.task == "forecasting":
        return batch * experiment.data.window_size
    return batch * summary.num_tokens / max(1, summary.num_train)


def flops_per_step(experiment: Experiment, summary: DataSummary) -> float:
    """Multiply-adds counted twice, forward and backward (three times forward), of one training step.

    Embeddings are look-ups and cost nothing; a many-to-one forecaster's head runs once a window.
    """
    embeddings = 0
    if experiment.task != "forecasting":
        vocabularies = summary.vocab_size + summary.src_vocab_size + summary.trg_vocab_size
        embeddings = vocabularies * experiment.model.embedding_dim
    weights = float(count_parameters(experiment, summary) - embeddings)
    if experiment.task == "translation":
        weights /= 2  # each token passes the encoder or the decoder, not both
    return 6 * weights * tokens_per_step(experiment, summary)


def scan_seconds(experiment: Experiment, summary: DataSummary) -> float:
    """Seconds of one training step that no faster arithmetic saves: steps of sequences wait for each other.

    Every layer and direction goes through the sequence by itself, at its cell's `step_seconds` a step, however small the
    network and the batch are. A step of a decoder that reads what it wrote costs a call of the network beside.
    """
    model, training = experiment.model, experiment.training
    length = tokens_per_step(experiment, summary) / training.batch_size
    passes = model.num_layers * (2.0 if model.bidirectional else 1.0)
    fed = 0.0
    if experiment.task == "translation":  # half of the tokens are the source's
        passes = (passes + model.num_layers) / 2
        fed = length / 2 * (1.0 if model.input_feeding else 1.0 - training.teacher_forcing_ratio)
    return length * passes * build_cell(model.cell).step_seconds + fed * FED_SECONDS


def estimate_seconds(experiment: Experiment, summary: DataSummary, flops_per_second: float) -> float:
    """Expected training time in seconds, capped by `training.max_seconds`.

    Args:
        flops_per_second: What the machine reached on a run before, or `DEFAULT_FLOPS_PER_SECOND`.
    """
    of_step = flops_per_step(experiment, summary) / flops_per_second + OVERHEAD_SECONDS
    seconds = experiment.training.max_steps * (of_step + scan_seconds(experiment, summary))
    return min(seconds, experiment.training.max_seconds or seconds)
