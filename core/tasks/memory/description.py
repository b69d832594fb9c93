"""Memory tasks: sequences that are answered step by step or at their end, most of them only by who remembers."""

from __future__ import annotations

from core.config.sizes import network_parameters
from core.config.summary import DataSummary
from core.tasks.description import TaskDescription, Values


def preset(name: str, summary: DataSummary) -> Values:
    """One small layer: what counts is how far it remembers, not how much it knows."""
    steps = {"quick": 1_500, "standard": 5_000, "large": 30_000}[name]
    return {
        "model": {"hidden_size": {"quick": 64, "standard": 128, "large": 512}[name], "num_layers": 1},
        "training": {
            "batch_size": {"quick": 64, "standard": 128, "large": 256}[name],
            "learning_rate": {"quick": 1e-2, "standard": 3e-3, "large": 1e-3}[name],
            "max_steps": steps,
            "patience": None if name == "quick" else steps // 2,
            "weight_decay": 0.0,
        },
    }


MEMORY = TaskDescription(
    name="memory",
    kind="sequences",
    traits=frozenset({"sequences"}),
    headline="accuracy",
    metrics=("accuracy", "loss"),
    baselines=("usual_answer", "last_steps"),
    item="sequence",
    reached="The network gives the right answer to **{value}** of the questions in sequences it has not seen",
    preset=preset,
    count_parameters=lambda run, summary: network_parameters(
        run.model, summary.num_features, summary.num_classes or summary.num_targets
    ),
    call='print(network.predict(["{example}"])[0])',
    example="c 4 1 7 7 2 5 8 3 6 1 ?",
    loss_unit="",
    loss_axis="Loss",
)
