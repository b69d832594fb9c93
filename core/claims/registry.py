"""The claims: what each one says, what came out, and where it is measured. No torch; experiments load by name.

Beside them stand other rows of the notes of which a page of Learn shows figures over seeds; they are measured, stored and
shown in the same way, and are no claims.
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
        figures: What the figures are, as sentences, where their names do not say it.
        against: What the notes say and our measurements contradict, as sentences; a page says it first.
    """

    id: str
    says: str
    verdict: str
    jobs: tuple[str, ...]
    is_time: bool = False
    published: tuple[Figure, ...] = ()
    figures: str = ""
    against: str = ""

    @property
    def standing(self) -> str:
        """The verdict in a word: one of `STANDINGS`."""
        return next(standing for standing in STANDINGS if self.verdict.startswith(_BEGINS[standing]))

    @property
    def measured(self) -> str:
        """The verdict as a sentence has it, beginning with its standing."""
        return (
            self.standing + self.verdict.removeprefix(_BEGINS[self.standing])
            if self.verdict.startswith("half")
            else self.verdict
        )


STANDINGS = ("does not hold", "holds in part", "holds")
_BEGINS = {"does not hold": "does not", "holds in part": "half", "holds": "holds"}
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
        "half: one step tells nothing of either, a recurrent net uses both, and so does a window, of the past that it covers",
        ("memory_tasks:order_and_past", "twins:order_of_words"),
        against="The notes say that a network without memory can use neither. One that is given the last steps beside the "
        "present one recalls what lies within them as well as any recurrent network, and tells the order where both symbols "
        "fall into them. Only what left its window is gone.",
    ),
    Claim(
        "F2",
        "the memory of an RNN is limited, a GRU's is in between, an LSTM's is strong",
        "half: gates help where delays vary, and on parity most of all; the GRU, not the LSTM, is ahead; with one fixed "
        "delay the start of the weights decides, and a well-started RNN wins",
        ("memory_tasks:delay_until_failure", "parity:length_until_failure"),
        published=_MEMORY,
        against="The notes put the LSTM first and the GRU between it and the RNN. As they usually start, the GRU bridged "
        "at least as long delays as the LSTM in every measurement; and with one long delay and nothing shorter "
        "beside it, a simple RNN that starts orthogonal goes further than either.",
    ),
    Claim(
        "F3",
        "gradients vanish or explode with distance; the product of U and f' predicts it",
        "holds: the product of U and f' predicts the slope to within a tenth of it, or to within 0.014 doublings a step where "
        "it is near 0, in all but three of 38 networks; the spectral radius of U alone only where nothing bends",
        ("gradients:slope_with_distance",),
        figures="Doublings of the gradient a step back in time: measured, and by what is said to predict it.",
    ),
    Claim(
        "F4",
        "each cure of vanishing and exploding gradients helps",
        "half: every cure has its own trouble and does nothing for the others. One long delay: the start of the weights, "
        "orthogonal or the identity with ReLU; delays of all lengths: gates; steep steps: clipping, a smaller rate or Adam. "
        "ReLU alone and truncation cure none",
        ("cures:each_cure",),
        against="The notes list truncation and activations that do not saturate among the cures. In our measurements neither "
        "alone made a training succeed that had failed; ReLU needs the identity as its start.",
    ),
    Claim(
        "F5",
        "the fixed context is a bottleneck: quality falls with the length of the source without attention, not with it",
        "holds: with attention at most 2% is lost up to four times the length; without it all but the shortest quarter fail "
        "after the same 2,400 steps",
        ("attention:with_length",),
    ),
    Claim(
        "F6",
        "attention shows what the decoder looked at",
        "half: networks that translate every sentence right look at the right word with one seed of three, and often beside "
        "it with the others: where the weights are is not what the network knows",
        ("attention:where_it_looks",),
        figures="Shares of errors, so less is better. Attention: of the words of which one source word is known to be the "
        "original, those at which the greatest weight lies on another word. Diagonal: the same for who looks as far through the "
        "sentence as it has written.",
        against="The notes read attention as what the decoder looked at. Networks that translate every sentence right may put "
        "their weights beside the right word, seed by seed; where they lie is not what the network knows.",
    ),
    Claim(
        "F7",
        "labels for every word are better with both directions than with one",
        "holds where a later word decides: forward only can but guess (of two answers right in 40% and 56%). Backward only "
        "does as well as both there; where an earlier word decides forward only does; a blank that needs both sides is filled by "
        "neither alone",
        ("directions:by_direction",),
    ),
    Claim(
        "F8",
        "reading the whole sentence first beats translating on the fly, word by word",
        "holds by far; but most of the gain is having read the whole sentence. Attention whose scores are plain dot products "
        "fails on dates in two of three seeds, with learned weights in the product (general) in none",
        ("on_the_fly:against_word_by_word",),
        figures="Beside: the share of pairs whose translation is no longer than the source and its end; word by word no other "
        "can be right.",
    ),
    Claim(
        "F9",
        "a recurrent language model can tell two hearings of an utterance apart by the probability of the whole sentence",
        "holds where what decides stands far from the choice; beside it an n-gram model does as well",
        ("sentences:two_hearings",),
    ),
    Claim(
        "F10",
        "recurrent nets are hard to parallelise: time grows with length, not with batch",
        "holds, less for the LSTM; for minGRU too, whose steps need not wait for each other, but do on a CPU",
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
_ROWS = (
    Claim(
        "A11",
        "a reservoir whose recurrent weights are drawn, and stay, foresees a chaotic series",
        "holds in the mean: further than an LSTM with as many settings tried, in this budget; but draws of one setting differ "
        "more than settings about the best, which has a spectral radius somewhat above 1",
        ("foreseen:on_mackey_glass", "foreseen:by_radius"),
    ),
    Claim(
        "E10",
        "the next frame of a film can be foreseen from frames in order, not from jumbled ones",
        "holds: in order every ball is put in the right place and its direction named, jumbled one ball in fourteen and half of "
        "the directions",
        ("moving_frames:both_orders",),
    ),
)
CLAIMS: Mapping[str, Claim] = MappingProxyType({claim.id: claim for claim in _ALL})
ROWS: Mapping[str, Claim] = MappingProxyType({row.id: row for row in _ROWS})
"""What else is measured: by the row of the lecture notes (`docs/lectures.md`)."""


def check_claim(claim: str) -> Claim:
    """The claim, or other row, of that id.

    Raises:
        ConfigError: There is none.
    """
    measured = {**CLAIMS, **ROWS}
    if claim not in measured:
        raise ConfigError.single("claim", f"one of {', '.join(measured)}", repr(claim), "Leave it out to see them all.")
    return measured[claim]
