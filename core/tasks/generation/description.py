"""Generation: a language model reads a text and learns to write on."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from core.config.sizes import reader_parameters
from core.config.summary import DataSummary
from core.tasks.description import QUICK_SECONDS, TaskDescription, Values

if TYPE_CHECKING:
    from core.config.experiment import Experiment

MOST_READINGS = 12
"""Times that `standard` reads a text to learn it, where it is not short."""


FEW_TOKENS = 1_000_000
"""Of items that stand apart: with fewer a network of the size for long texts knows them by heart."""
FEW_SIGNS = 1_000
"""Characters, not words: an output as wide as the network costs next to nothing, and `quick` reaches the 6-gram with it."""
LONGEST_READ = 1_024
"""Tokens of an item that stands apart: what is longer is read to here while training."""


def quick_seconds(summary: DataSummary) -> float:
    """Longer for characters, of which a network needs millions to reach the 6-gram: with bf16, which two cores with AVX-512
    have, it is a quarter of that."""
    return (5 if summary.vocab_size <= FEW_SIGNS else 1) * QUICK_SECONDS


def tokens_per_step(experiment: Experiment, summary: DataSummary) -> float:
    """Windows are full, items as long as they are on average."""
    training = experiment.training
    is_apart = experiment.data.items == "apart" and summary.num_train
    return training.batch_size * min(summary.num_tokens / summary.num_train if is_apart else inf, training.seq_len)


def preset(name: str, summary: DataSummary) -> Values:
    """A size and a number of steps that follow the amount of text; of items that stand apart as many tokens a step."""
    small = summary.num_tokens < 50_000
    batch_size = {"quick": 16 if small else 32, "standard": 64, "large": 128}[name]
    seq_len = {"quick": 64, "standard": 128, "large": 256}[name]
    tokens = batch_size * seq_len
    if summary.num_train:
        mean = summary.num_tokens / summary.num_train
        batch_size = max(32, min(256, round(tokens / mean / 8) * 8))
        seq_len = min(summary.longest, LONGEST_READ)
        tokens = round(batch_size * min(mean, seq_len))
    # So large a network knows a text by heart once it has read it some twenty times: the rate has to fall before.
    standard = 2_000 if small else min(1_500, max(400, MOST_READINGS * summary.num_tokens // tokens))
    spells = not small and summary.vocab_size <= FEW_SIGNS
    steps = {"quick": 800 if small else 700 if spells else 350, "standard": standard, "large": 30_000}[name]
    medium = 256 if small or (summary.num_train and summary.num_tokens < FEW_TOKENS) else 512
    hidden = {"quick": 96 if small else 256 if spells else 192, "standard": medium, "large": 1_024}[name]
    is_tied = spells and name == "quick"
    return {
        "model": {
            "hidden_size": hidden,
            "num_layers": {"quick": 1, "standard": 1, "large": 2}[name],
            "embedding_dim": hidden if is_tied else 32 if small else 64,
            "tied_embeddings": is_tied,
            "output_dropout": 0.3 if small else {"quick": 0.0, "standard": 0.2, "large": 0.2}[name],
        },
        "training": {
            "batch_size": batch_size,
            "seq_len": seq_len,
            "learning_rate": {"quick": 8e-3 if spells else 1e-2, "standard": 4e-3, "large": 2e-3}[name],
            "max_steps": steps,
            "patience": steps // 2 if small and name != "quick" else None,
        },
    }


GENERATION = TaskDescription(
    name="generation",
    kind="text",
    traits=frozenset({"text", "files", "tokens", "units", "stream"}),
    headline="bits_per_char",
    metrics=("bits_per_char", "loss", "perplexity"),
    baselines=tuple(f"ngram_{n}" for n in range(1, 7)),
    item="token",
    reached="On text it has not seen the network needs **{value}** for each character",
    preset=preset,
    count_parameters=lambda run, summary: reader_parameters(run.model, summary.vocab_size, summary.vocab_size),
    tokens_per_step=tokens_per_step,
    quick_seconds=quick_seconds,
    hub_tag="text-generation",
    keeps_moments=True,
    call='print(network.predict(["The "], temperature=0.8, length=200)[0]["text"])',
    file_defaults={"unit": "character", "vocab_size": 1_000, "split": (0.9, 0.05, 0.05)},
)
