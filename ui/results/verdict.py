"""What the headline figures mean, and the order of methods beside each other. Left out: who wins (core.verdict)."""

from collections.abc import Mapping

from core.figures import smaller_is_better

GLOSSES: Mapping[str, str] = {
    "mase": "MASE is the mean error, measured in errors of repeating the last season: below 1 beats that.",
    "bits_per_char": (
        "Bits per character say how surprising the text is to the network, with what is not in the vocabulary spelled "
        "out, so that networks of any unit and vocabulary compare; loss and perplexity compare within one vocabulary."
    ),
    "accuracy": "Accuracy is the share of test texts with the right label.",
    "exact_match": "Exact match is the share of test texts whose translation equals the reference letter by letter.",
}


def leader_first(names_to_values: Mapping[str, float | None], metric: str) -> list[str]:
    """Names sorted from best to worst on a metric; undefined ones last."""
    sign = 1 if smaller_is_better(metric) else -1
    return sorted(
        names_to_values,
        key=lambda name: (names_to_values[name] is None, sign * (names_to_values[name] or 0.0), name),
    )
