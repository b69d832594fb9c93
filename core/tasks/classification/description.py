"""Classification: a sequence is read to its end and gets one label of a few."""

from __future__ import annotations

from core.config.sizes import reader_parameters
from core.config.summary import DataSummary
from core.tasks.description import TaskDescription, Values

_SHORT = 15  # tokens of a text
_FEW = 100  # times that a word occurs on average, below which most words hardly do


def preset(name: str, summary: DataSummary) -> Values:
    """Both directions; more dropout and fewer steps where there are few texts, and another start where words are rare."""
    small = summary.num_train < 5_000
    steps = {"quick": 400 if small else 600, "standard": 3_000, "large": 15_000}[name]
    dropout = 0.5 if small else {"quick": 0.0, "standard": 0.2, "large": 0.3}[name]
    values: Values = {
        "model": {
            "hidden_size": {"quick": 64, "standard": 128, "large": 512}[name],
            "num_layers": 1 if name != "large" else 2,
            "embedding_dim": {"quick": 64, "standard": 128, "large": 256}[name],
            "bidirectional": True,
            "pooling": "mean" if small else "max",
            "embedding_dropout": dropout,
            "output_dropout": dropout,
        },
        "training": {
            "batch_size": 64,
            "learning_rate": 3e-3 if small else {"quick": 1e-2, "standard": 4e-3, "large": 1e-3}[name],
            "max_steps": steps,
            "patience": None if name == "quick" else steps // 2,
            "label_smoothing": 0.05 if small else 0.0,
        },
    }
    return _for_rare_words(name, values, summary) if summary.num_tokens < _FEW * summary.vocab_size else values


def _for_rare_words(name: str, values: Values, summary: DataSummary) -> Values:
    """Of words that hardly occur little can be learned: they start near zero, are read by their letters, and much is dropped.

    On validation sets of film reviews and questions (docs/benchmarks.md).
    """
    short = summary.num_tokens < _SHORT * summary.num_train  # questions, of which more are read in the same time
    steps = {"quick": 500 if short else 250, "standard": 1_500 if short else 800, "large": 4_000}[name]
    model = {
        "embedding_dim": {"quick": 128, "standard": 200, "large": 300}[name],
        "embedding_scale": 0.1,
        "character_dim": 25,
        "pooling": "attention",
        "embedding_dropout": 0.5,
        "output_dropout": 0.5,
    }
    training = {
        "learning_rate": {"quick": 3e-3, "standard": 2e-3, "large": 1e-3}[name],
        "max_steps": steps,
        "patience": None if name == "quick" else steps // 2,
        "word_dropout": 0.1,
    }
    return {"model": {**values["model"], **model}, "training": {**values["training"], **training}}


CLASSIFICATION = TaskDescription(
    name="classification",
    kind="labelled",
    traits=frozenset(
        {"labelled", "files", "tokens", "units", "cut", "two_directions", "pooling", "smoothing", "classes"}
    ),
    headline="accuracy",
    metrics=("accuracy", "macro_f1", "label_error", "weighted_kappa", "loss"),
    baselines=("majority", "bag_of_embeddings", "tfidf_logistic"),
    item="text",
    reached="The network gives the right label to **{value}** of the texts it has not seen",
    preset=preset,
    count_parameters=lambda run, summary: reader_parameters(run.model, summary.vocab_size, summary.num_classes),
    hub_tag="text-classification",
    call='print(network.predict(["{example}"])[0])',
    example="Not bad at all.",
    is_corrected=True,
    loss_axis="Loss, nats",
    file_defaults={"unit": "word", "vocab_size": 10_000, "max_length": 128},
)
