"""A text that was explained: what each word adds by each method, and what the methods are worth. No torch, for the screen.

Left out: working it out (the task's predictor).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.insight.faithfulness import Against

MOST_EXPLAINED = 300
"""Words, or signs, of a text that is explained: shortened texts are read once for each word and more."""
SKIPPED, UNKNOWN = "skipped", "unknown"
REMOVALS = (SKIPPED, UNKNOWN)
GRADIENT, INTEGRATED, OCCLUSION, ATTENTION = "gradient_times_input", "integrated_gradients", "occlusion", "attention"
_CLOSE = 0.02  # share of the difference by which a sum may miss it before that is said
_CLEAR = 0.95  # share of the random orders that an explanation must beat to be evidence


@dataclass(frozen=True)
class Explained:
    """One text, its label and why.

    Attributes:
        words: What the network read, W.
        label: The class that is explained, by its number.
        probability: Of that class.
        values: By the name of a method what each word adds to the log odds of the class, (W,) in nats; of attention, which
            knows no class and no sign, the weight of each word.
        difference: The log odds of the class less those of a text of blanks, which integrated gradients add up to, but
            for what their finite number of points leaves out.
        against: Of each method its curve while its words are taken away, and how that stands beside chance.
        random: Curves of random orders, (R, K).
        gone: How many words are gone at each point of a curve, (K,).
    """

    words: tuple[str, ...]
    label: int
    probability: float
    values: Mapping[str, np.ndarray]
    difference: float
    against: Mapping[str, Against]
    random: np.ndarray
    gone: np.ndarray

    @property
    def adds_up(self) -> bool:
        """Whether integrated gradients add up to the difference, as far as a reader would see."""
        return bool(abs(self.values[INTEGRATED].sum() - self.difference) <= _CLOSE * max(1.0, abs(self.difference)))

    @property
    def evidence(self) -> str | None:
        """The method whose words count most, if chance hardly ever reaches it."""
        best = max(self.against, key=lambda name: self.against[name].gain)
        return best if self.against[best].gain > 0 and self.against[best].ahead >= _CLEAR else None

    @property
    def as_good(self) -> list[str]:
        """Methods that are evidence too and no further behind the best one than random orders are from each other."""
        best = self.evidence
        if best is None:
            return []
        first = self.against[best]
        return [
            name
            for name, one in self.against.items()
            if name != best and one.ahead >= _CLEAR and first.gain - one.gain <= first.spread
        ]
