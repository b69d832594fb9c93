"""Written texts beside one reference each: sacreBLEU's BLEU, chrF and TER, edits a word, and exact match.

BLEU counts words, and which signs make a word depends on the script: to sacreBLEU's usual tokenizer, which goes by
spaces, a Chinese sentence is one word, right or wrong as a whole. The references alone decide which tokenizer it is, so
that models and baselines on the same data are scored alike; the signature tells the choice.

Reference:
    Post (2018), "A call for clarity in reporting BLEU scores"; Popovic (2015), "chrF: character n-gram F-score";
    Snover et al. (2006), "A study of translation edit rate with targeted human annotation".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from core.metrics.base import Floats, Metric
from core.metrics.edits import edits
from core.scripts import Writing, writing_of

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU

_TOKENIZERS: Mapping[Writing, str] = MappingProxyType(
    {"chinese": "zh", "japanese": "ja-mecab", "korean": "ko-mecab", "undivided": "char", "divided": "13a"}
)


@dataclass(frozen=True, eq=False)
class Translations:
    """Hypotheses beside references, N each.

    Attributes:
        hypotheses, references: As texts.
        loss: Mean cross-entropy of a token in nats, where it is known. ``<unk>`` is a token like any other in it, so it
            is comparable within one vocabulary; the other figures are so between all.

    Raises:
        ValueError: The two lists differ in length.
    """

    hypotheses: Sequence[str]
    references: Sequence[str]
    loss: float | None = None

    def __post_init__(self) -> None:
        if len(self.hypotheses) != len(self.references):
            raise ValueError(f"{len(self.hypotheses)} hypotheses for {len(self.references)} references")

    @cached_property
    def of_corpus(self) -> tuple[float | None, float | None, str | None]:
        """BLEU and chrF from 0 to 100, and the signature: how sacreBLEU computed them; None of no texts.

        N-grams count up to the order that exists where every reference has fewer than four tokens.
        """
        if not self.references:
            return None, None, None
        from sacrebleu.metrics.chrf import CHRF

        bleu, chrf = _bleu_for(self.references), CHRF()
        scores = [one.corpus_score(self.hypotheses, [self.references]).score for one in (bleu, chrf)]
        return *scores, f"BLEU|{bleu.get_signature()} chrF2|{chrf.get_signature()}"

    @property
    def signature(self) -> str | None:
        """Goes with the figures, so that others can compute the same."""
        return self.of_corpus[2]


def _bleu_for(references: Sequence[str]) -> BLEU:
    """BLEU for some references, at least one: by words, or by characters where nothing here can tell words apart."""
    from sacrebleu.metrics.bleu import BLEU

    tokenizer = _TOKENIZERS[writing_of(references)]
    try:
        bleu = BLEU(tokenize=tokenizer)
    except (ImportError, RuntimeError):  # Japanese and Korean words need packages that may not be there
        bleu = BLEU(tokenize=(tokenizer := "char"))
    # Where no reference has four tokens (dates), plain BLEU is 0 even for a perfect translation.
    if max(len(bleu.tokenizer(reference).split()) for reference in references) < bleu.max_ngram_order:
        return BLEU(tokenize=tokenizer, effective_order=True)
    return bleu


def _hits(texts: Translations) -> tuple[Floats, None]:
    """1 where a text equals its reference, white space around them aside."""
    pairs = zip(texts.hypotheses, texts.references, strict=True)
    return np.array([one.strip() == wanted.strip() for one, wanted in pairs], dtype=np.float64), None


def _exact_match(texts: Translations) -> float | None:
    return float(_hits(texts)[0].mean()) if texts.references else None


def _sentence_chrf(texts: Translations) -> tuple[Floats, None]:
    from sacrebleu.metrics.chrf import CHRF

    score, pairs = CHRF().sentence_score, zip(texts.hypotheses, texts.references, strict=True)
    return np.array([score(one, [wanted]).score for one, wanted in pairs]), None


def _ter(texts: Translations) -> float | None:
    """sacreBLEU's TER, 0 and more: edits of words, a moved phrase counting once, for 100 words of the reference."""
    if not texts.references:
        return None
    from sacrebleu.metrics.ter import TER

    whole = writing_of(texts.references) != "divided"
    return float(TER(normalized=whole, asian_support=whole).corpus_score(texts.hypotheses, [texts.references]).score)


def _error_rate(texts: Translations) -> float | None:
    """Edits for each token of the references: words, or characters where nothing divides words; None without any."""
    split = str.split if writing_of(texts.references) == "divided" else list
    pairs = [(split(one), split(wanted)) for one, wanted in zip(texts.hypotheses, texts.references, strict=True)]
    num_tokens = sum(len(wanted) for _, wanted in pairs)
    return sum(edits(one, wanted) for one, wanted in pairs) / num_tokens if num_tokens else None


METRICS = (
    Metric(
        "exact_match", "Exact match", _exact_match, unit="%", form=".1f", is_share=True, perfect=1.0, near=0.05,
        per_item=_hits,
        gloss="Exact match is the share of test texts whose translation equals the reference letter by letter.",
    ),
    Metric("bleu", "BLEU", lambda texts: texts.of_corpus[0], form=".1f", perfect=100.0),
    Metric(
        "chrf", "chrF", lambda texts: texts.of_corpus[1], form=".1f", perfect=100.0, near=0.05, per_item=_sentence_chrf
    ),
    Metric(
        "ter", "TER", _ter, form=".1f", smaller_is_better=True,
        gloss="TER is how many words must be changed, or phrases moved, for 100 words of the reference.",
    ),
    Metric(
        "error_rate", "Error rate", _error_rate, unit="%", form=".1f", is_share=True, smaller_is_better=True,
        gloss="Error rate is how many words, or phonemes where words are spelled in them, must be put in, taken out or "
        "changed, as a share of those of the reference.",
    ),
)  # fmt: skip
