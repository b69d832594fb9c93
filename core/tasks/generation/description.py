"""Generation: a language model reads a text and learns to write on."""

from __future__ import annotations

from core.config.sizes import reader_parameters
from core.config.summary import DataSummary
from core.tasks.description import TaskDescription, Values

MOST_READINGS = 12
"""Times that `standard` reads a text to learn it, where it is not short."""


def preset(name: str, summary: DataSummary) -> Values:
    """A size and a number of steps that follow the amount of text."""
    small = summary.num_tokens < 50_000
    # So large a network knows a text by heart once it has read it some twenty times: the rate has to fall before.
    standard = 2_000 if small else min(1_500, max(400, MOST_READINGS * summary.num_tokens // (64 * 128)))
    steps = {"quick": 800 if small else 350, "standard": standard, "large": 30_000}[name]
    hidden = {"quick": 96 if small else 192, "standard": 256 if small else 512, "large": 1_024}[name]
    return {
        "model": {
            "hidden_size": hidden,
            "num_layers": {"quick": 1, "standard": 1, "large": 2}[name],
            "embedding_dim": 32 if small else 64,
            "output_dropout": 0.3 if small else {"quick": 0.0, "standard": 0.2, "large": 0.2}[name],
        },
        "training": {
            "batch_size": {"quick": 16 if small else 32, "standard": 64, "large": 128}[name],
            "seq_len": {"quick": 64, "standard": 128, "large": 256}[name],
            "learning_rate": {"quick": 1e-2, "standard": 4e-3, "large": 2e-3}[name],
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
    tokens_per_step=lambda experiment, summary: experiment.training.batch_size * experiment.training.seq_len,
    hub_tag="text-generation",
    call='print(network.predict(["The "], temperature=0.8, length=200)[0]["text"])',
    file_defaults={"unit": "character", "vocab_size": 1_000, "split": (0.9, 0.05, 0.05)},
)
