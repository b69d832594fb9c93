"""The claims: what each one says, what came out, and where it is measured. No torch; experiments load by name.

Left out: F5 to F7 and F9, which the pages of tasks show with the visitor's own networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.claims.figures import Figure
from core.config.errors import ConfigError


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes:
        id: What it is called, such as `F2`.
        says: What the notes say, as a clause.
        verdict: What our measurements say of it, as a clause.
        jobs: Functions of (quick, seeds) that give `Job`s, each `module:function` of core/claims/experiments.
        is_time: Whether seconds are measured, so that nothing may run beside it.
        published: Figures of other people to set beside ours.
    """

    id: str
    says: str
    verdict: str
    jobs: tuple[str, ...]
    is_time: bool = False
    published: tuple[Figure, ...] = ()


_PAPER = "published: Bai et al. 2018, table 1"
_ADDING = {"LSTM": 0.164, "GRU": 5.3e-5, "RNN": 0.177}
_COPY = {"LSTM": 0.0204, "GRU": 0.0197, "RNN": 0.0202}
_MEMORY = (
    *(Figure("F2", "adding, T=600", cell, "mse", (value,), None, _PAPER) for cell, value in _ADDING.items()),
    *(Figure("F2", "copy, delay 1000", cell, "loss", (value,), None, _PAPER) for cell, value in _COPY.items()),
)
_ALL = (
    Claim(
        "F1",
        "a feed-forward net cannot use order or the past; a recurrent one can",
        "holds, with a limit: a window sees the past that it covers",
        ("memory_tasks:order_and_past",),
    ),
    Claim(
        "F2",
        "the memory of an RNN is limited, a GRU's is in between, an LSTM's is strong",
        "half: gates help where delays vary, and on parity most of all; the GRU, not the LSTM, is ahead; with one fixed "
        "delay the start of the weights decides, and a well-started RNN wins",
        ("memory_tasks:delay_until_failure", "parity:length_until_failure"),
        published=_MEMORY,
    ),
    Claim(
        "F3",
        "gradients vanish or explode with distance; the product of U and f' predicts it",
        "holds: the product of U and f' gives the slope within a tenth, or one near 0 as near, in all but three of 38 networks; "
        "the spectral radius of U alone only where nothing bends",
        ("gradients:slope_with_distance",),
    ),
    Claim(
        "F4",
        "each cure of vanishing and exploding gradients helps",
        "half: every cure has its own trouble and does nothing for the others. One long delay: the start of the weights, "
        "orthogonal or the identity with ReLU; delays of all lengths: gates; steep steps: clipping, a smaller rate or Adam. "
        "ReLU alone and truncation cure none",
        ("cures:each_cure",),
    ),
    Claim(
        "F8",
        "reading the whole sentence first beats translating on the fly, word by word",
        "holds by far; but most of the gain is having read the whole sentence, and attention fails on dates in two of "
        "three seeds",
        ("on_the_fly:against_word_by_word",),
    ),
    Claim(
        "F10",
        "recurrent nets are hard to parallelise: time grows with length, not with batch",
        "holds, less for the LSTM",
        ("costs:time_with_length",),
        is_time=True,
    ),
    Claim("F11", "parameters do not grow with length", "holds exactly", ("costs:parameters_with_length",)),
    Claim(
        "F12",
        "one to one is only linear without a hidden layer",
        "holds",
        ("one_to_one:without_hidden_layer",),
    ),
)
CLAIMS: Mapping[str, Claim] = MappingProxyType({claim.id: claim for claim in _ALL})


def check_claim(claim: str) -> Claim:
    """The claim of that id.

    Raises:
        ConfigError: There is none.
    """
    if claim not in CLAIMS:
        raise ConfigError.single("claim", f"one of {', '.join(CLAIMS)}", repr(claim), "Leave it out to see them all.")
    return CLAIMS[claim]
