"""Tagging: a label for every word, many to many and aligned."""

from __future__ import annotations

from core.config.sizes import chain_parameters, reader_parameters
from core.config.summary import DataSummary
from core.tasks.description import TaskDescription, Values


def preset(name: str, summary: DataSummary) -> Values:
    """Both directions, because a later word may decide; more dropout and smaller steps where there are few sentences.

    With time for it, letters too: they tell of words that training lacks, and small embeddings keep rare ones from shouting.
    """
    small = summary.num_train < 2_000
    steps = {"quick": 150 if small else 250, "standard": 2_000, "large": 10_000}[name]
    dropout = 0.5 if small else {"quick": 0.1, "standard": 0.4, "large": 0.5}[name]
    return {
        "model": {
            "hidden_size": {"quick": 64, "standard": 128, "large": 512}[name],
            "num_layers": 1 if name != "large" else 2,
            "embedding_dim": {"quick": 128, "standard": 128, "large": 256}[name],
            "bidirectional": True,
            "character_dim": {"quick": 0, "standard": 40, "large": 50}[name],
            "embedding_scale": 1.0 if name == "quick" else 0.1,
            "embedding_dropout": dropout,
            "output_dropout": dropout,
        },
        "training": {
            "batch_size": 64,
            "learning_rate": 1e-2 if small else {"quick": 2e-2, "standard": 4e-3, "large": 1e-3}[name],
            "max_steps": steps,
            "word_dropout": 0.0 if name == "quick" else 0.05,
            "patience": None if name == "quick" else steps // 2,
        },
    }


TAGGING = TaskDescription(
    name="tagging",
    kind="tagged",
    traits=frozenset({"tagged", "files", "tokens", "cut", "two_directions", "smoothing", "classes", "chain"}),
    headline="accuracy",
    metrics=("accuracy", "entity_f1", "entity_precision", "entity_recall", "macro_f1", "loss"),
    sharper="entity_f1",
    sharper_reached="The network finds the entities of sentences it has not seen with an F1 of **{value}**",
    baselines=("majority", "most_frequent_tag", "feature_regression"),
    item="sentence",
    reached="The network gives the right tag to **{value}** of the words of sentences it has not seen",
    preset=preset,
    count_parameters=lambda run, summary: (
        reader_parameters(run.model, summary.vocab_size, summary.num_classes)
        + chain_parameters(run.model, summary.num_classes)
    ),
    hub_tag="token-classification",
    call='print(network.predict(["{example}"])[0])',
    example="The cat sleeps .",
    loss_axis="Loss, nats per word",
    unit="word",
    file_defaults={"vocab_size": 10_000, "max_length": 128},
)
