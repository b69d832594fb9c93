"""Quality figures of translations: sacreBLEU's BLEU and chrF, and exact match, as plain numbers for JSON.

BLEU counts words, and which signs make a word depends on the script: to sacreBLEU's usual tokenizer, which goes by
spaces, a Chinese sentence is one word, right or wrong as a whole. The references alone decide which tokenizer it is, so
that models and baselines on the same data are scored alike; the signature tells the choice.

Reference:
    Post (2018), "A call for clarity in reporting BLEU scores"; Popovic (2015), "chrF: character n-gram F-score".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.scripts import Writing, writing_of

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU

_TOKENIZERS: Mapping[Writing, str] = MappingProxyType(
    {"chinese": "zh", "japanese": "ja-mecab", "korean": "ko-mecab", "undivided": "char", "divided": "13a"}
)


def translation_metrics(
    hypotheses: Sequence[str], references: Sequence[str], loss: float | None = None
) -> dict[str, float | str | None]:
    """Corpus BLEU, chrF and exact match of translations, one reference each.

    Args:
        hypotheses: N translations.
        references: N true translations.
        loss: mean cross-entropy of a token in nats, passed through (None when not finite). ``<unk>`` is a token like any
            other in it, so it is comparable within one vocabulary; the other figures are so between all.

    Returns:
        ``bleu`` and ``chrf`` from 0 to 100, ``exact_match`` from 0 to 1 (surrounding white space ignored), ``loss``,
        and ``signature``: how sacreBLEU computed the first two (its tokenizer for the script of the references; n-grams
        up to the order that exists where every reference has fewer than four tokens). All but the loss are None when
        there is nothing to score.

    Raises:
        ValueError: the two lists differ in length.
    """
    if len(hypotheses) != len(references):
        raise ValueError(f"{len(hypotheses)} hypotheses for {len(references)} references")
    loss = loss if loss is not None and math.isfinite(loss) else None
    if not hypotheses:
        return {"bleu": None, "chrf": None, "exact_match": None, "loss": loss, "signature": None}
    from sacrebleu.metrics.chrf import CHRF

    bleu, chrf = _bleu_for(references), CHRF()
    exact = sum(h.strip() == r.strip() for h, r in zip(hypotheses, references, strict=True))
    return {
        "bleu": bleu.corpus_score(hypotheses, [references]).score,
        "chrf": chrf.corpus_score(hypotheses, [references]).score,
        "exact_match": exact / len(hypotheses),
        "loss": loss,
        "signature": f"BLEU|{bleu.get_signature()} chrF2|{chrf.get_signature()}",
    }


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
