"""Sequence to sequence: an encoder reads the source and a decoder writes the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.config.sizes import linear_parameters, recurrent_output_size, recurrent_parameters
from core.config.summary import DataSummary
from core.models.cells import build_cell
from core.tasks.description import TaskDescription, Values

if TYPE_CHECKING:
    from core.config.experiment import Experiment


def preset(name: str, summary: DataSummary) -> Values:
    """An encoder of two directions and attention, which learns soonest where to look."""
    return {
        "model": {
            "hidden_size": {"quick": 128, "standard": 256, "large": 512}[name],
            "num_layers": 1 if name != "large" else 2,
            "embedding_dim": {"quick": 64, "standard": 128, "large": 256}[name],
            "bidirectional": True,
            "attention": "dot",
            "output_dropout": 0.1 if name == "quick" else 0.2,
        },
        "training": {
            "batch_size": 64,
            "learning_rate": {"quick": 8e-3, "standard": 3e-3, "large": 1e-3}[name],
            "max_steps": {"quick": 250, "standard": 5_000, "large": 40_000}[name],
            "label_smoothing": 0.0 if name == "quick" else 0.1,
        },
    }


def count_parameters(experiment: Experiment, summary: DataSummary) -> int:
    """Of an encoder-decoder: two embeddings, encoder, decoder, bridge, attention, and a score for each token."""
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
        total += build_cell(model.cell).num_states * linear_parameters(directions * hidden, hidden)
    total += attention_parameters(model.attention, hidden, key)
    return total + linear_parameters(hidden, summary.trg_vocab_size)


def attention_parameters(kind: str, query: int, key: int) -> int:
    """Scores, the projection of keys that dot products may need, and the layer that joins context and state."""
    if kind == "none":
        return 0
    if kind in ("dot", "scaled_dot") and query != key:
        return query * key + 2 * query * query
    join = (key + query) * query
    if kind == "general":
        return query * key + join
    return (query * query + query * key + 2 * query if kind == "additive" else 0) + join


def scan_steps(experiment: Experiment, length: float) -> tuple[float, float]:
    """Half of the tokens are the source's; a decoder that reads what it wrote calls the network step by step."""
    model = experiment.model
    passes = (model.num_layers * (2.0 if model.bidirectional else 1.0) + model.num_layers) / 2
    fed = length / 2 * (1.0 if model.input_feeding else 1.0 - experiment.training.teacher_forcing_ratio)
    return length * passes, fed


SEQ2SEQ = TaskDescription(
    name="seq2seq",
    kind="pairs",
    traits=frozenset({"pairs", "files", "tokens", "units", "cut", "two_directions", "decoder", "smoothing"}),
    headline="exact_match",
    metrics=("exact_match", "bleu", "chrf", "ter", "error_rate", "loss"),
    baselines=("copy_source", "word_for_word", "nearest_source", "most_frequent"),
    item="pair",
    reached="The network translates **{value}** of the unseen texts exactly as expected",
    preset=preset,
    count_parameters=count_parameters,
    hub_tag="translation",
    call='print(network.predict(["{example}"])[0]["trg"])',
    example="I am happy.",
    weights_passed=0.5,  # each token passes the encoder or the decoder, not both
    scan_steps=scan_steps,
    file_defaults={"unit": "subword", "vocab_size": 4_000, "max_length": 128},
)
