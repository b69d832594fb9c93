"""Why a classifier gave a text its label: several explanations word by word, and whether the words they point at count.

Words are taken away by reading the text without them, or with the sign of an unknown word in their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from core.config.errors import ConfigError
from core.data.batching import Sequences
from core.insight import explanations
from core.insight.explained import (
    ATTENTION,
    GRADIENT,
    INTEGRATED,
    MOST_EXPLAINED,
    OCCLUSION,
    REMOVALS,
    SKIPPED,
    UNKNOWN,
    Explained,
)
from core.insight.faithfulness import against_random, kept, points, random_orders, strongest_first
from core.tasks.options import check_whole

if TYPE_CHECKING:
    from core.tasks.classification.predictor import ClassificationPredictor


def explain(
    network: ClassificationPredictor, text: str, label: int | None = None, removal: str = SKIPPED, seed: int = 0
) -> Explained:
    """Explains a text in every way that the network allows.

    Args:
        text: One that has been checked.
        label: Number of the class to explain; None for the one that the network says.
        removal: How words are taken away, one of `REMOVALS`.
        seed: Of the random orders.

    Raises:
        ConfigError: No words or more than `MOST_EXPLAINED`, no such class or removal.
    """
    ids = network.encode(text)
    words = tuple(network.words(text))
    if not 1 <= len(words) <= MOST_EXPLAINED:
        received, hint = f"{len(words):,}", "Type a shorter text." if words else "Type a sentence."
        raise ConfigError.single("text", f"1 to {MOST_EXPLAINED:,} words or signs", received, hint)
    if removal not in REMOVALS:
        raise ConfigError.single("removal", " or ".join(REMOVALS), repr(removal), "Choose one of these.")
    whole = network.scores(_texts(network, text, np.ones((1, len(ids)), dtype=bool), removal))
    label = int(whole[0].argmax()) if label is None else check_whole("label", label, 0, len(network.classes) - 1)
    values, difference = _values(network, text, len(ids), whole, label, removal)
    orders = [*map(strongest_first, values.values()), *random_orders(len(ids), seed)]
    curves = _curves(network, text, orders, label, removal)
    random = curves[len(values) :]
    against = {
        name: against_random(curve, random, len(ids)) for name, curve in zip(values, curves[: len(values)], strict=True)
    }
    return Explained(words, label, float(curves[0, 0]), values, difference, against, random, points(len(ids)))


def _values(
    network: ClassificationPredictor, text: str, num_words: int, whole: Tensor, label: int, removal: str
) -> tuple[dict[str, np.ndarray], float]:
    """By method what each word adds, and what integrated gradients add up to; of the scores that the probability is made of."""
    model, temperature = network.model, network.temperature

    def score(vectors: Tensor, lengths: Tensor) -> Tensor:
        return model.score(vectors, lengths) / temperature

    with torch.inference_mode(False), torch.no_grad():
        ids, lengths = network.made_of(text, np.arange(num_words), np.array([0, num_words])).batch(np.array([0]))
        vectors = model.embedding(ids)
        weights = model.weights(vectors, lengths)
    without = network.scores(_texts(network, text, explanations.one_left_out(num_words), removal))
    integrated = explanations.integrated_gradients(score, vectors, label, num_words)
    values = {
        GRADIENT: explanations.gradient_times_input(score, vectors, label, num_words),
        INTEGRATED: integrated.values,
        OCCLUSION: explanations.occlusion(whole / temperature, without / temperature, label),
    }
    if weights is not None:
        values[ATTENTION] = weights[0, :num_words].double().cpu().numpy()
    return values, integrated.difference


def _curves(
    network: ClassificationPredictor, text: str, orders: list[np.ndarray], label: int, removal: str
) -> np.ndarray:
    """The probability of the label while words go in each of some orders: (O, K), to six decimals."""
    tables = [kept(order) for order in orders]
    texts = _texts(network, text, np.concatenate(tables), removal)
    shares = network.probabilities(texts)[:, label].double().numpy()
    return np.round(shares, 6).reshape(len(orders), -1)


def _texts(network: ClassificationPredictor, text: str, stays: np.ndarray, removal: str) -> Sequences:
    """The text once for each row of which words stay, bool (N, W), without the others or with unknown ones instead."""
    places, num_words = np.broadcast_to(np.arange(stays.shape[1]), stays.shape), stays.shape[1]
    if removal == UNKNOWN:
        rows, lengths = np.where(stays, places, -1).ravel(), np.full(len(stays), num_words)
    else:
        rows, lengths = places[stays], stays.sum(axis=1)
    return network.made_of(text, rows, np.concatenate([[0], np.cumsum(lengths)]))
