"""Made translation pairs: one number in the words of two languages.

The smallest real translation task: two genuine grammars, an exact answer, and enough numbers that most of them are
never seen in training. The words come from num2words, which is imported only when pairs are made.

Left out: ordinals, currencies, fractions and negative numbers, and the languages whose words num2words gets wrong.
"""

import copy
import unicodedata
from collections.abc import Callable

import numpy as np

MAX_NUMBER = 999_999

# num2words also knows am (fails), ar (writes 201,000 with "thousand" twice), az, tr and tet (one text for two numbers),
# kn (writes 200,000 as "two one hundred thousand"), fr_BE and fr_CH (misspell the hundreds). Of its other regional
# variants only those are listed that write some number differently from the plain language.
_LANGUAGE_CODES = """
    be bn ca ce cs cy da de en en_IN eo es fa fi fr he hu id is it ja ko kz lt lv nl no pl pt pt_BR ro ru sk sl sr
    sv te tg th uk vi
"""
_LANGUAGES = tuple(_LANGUAGE_CODES.split())


def number_languages() -> dict[str, str]:
    """Names the languages that `numbers` can write.

    Returns:
        num2words' code -> English name, sorted by name.
    """
    from babel import Locale

    names = Locale("en").languages
    territories = Locale("en").territories
    labels = {}
    for code in _LANGUAGES:
        language, _, territory = code.partition("_")
        # num2words files Kazakh under the code of the country.
        label = names["kk" if language == "kz" else language]
        labels[code] = f"{label} ({territories[territory]})" if territory else label
    return dict(sorted(labels.items(), key=lambda item: item[1]))


def numbers(
    src_language: str = "en", trg_language: str = "fr", seed: int = 0, count: int = 20_000
) -> list[tuple[str, str]]:
    """Makes pairs of one number in words, such as ("ninety-one", "quatre-vingt-onze").

    Numbers are drawn without repetition from 0 to 999,999 with a chance that falls as one over the number: nearly all
    below some thousand are there, and every length is well represented.

    Args:
        src_language: a code of `number_languages`.
        trg_language: another one.
        seed: which numbers, and their order; 0 or more.
        count: number of pairs, 1 to 1,000,000.

    Returns:
        `count` pairs (source text, target text) in random order, all distinct on both sides.

    Raises:
        ValueError: for an unknown language, twice the same language, a negative seed or an impossible count.
    """
    if src_language == trg_language:
        raise ValueError(f"source and target language must differ, both are {src_language!r}")
    if not 1 <= count <= MAX_NUMBER + 1:
        raise ValueError(f"count must lie between 1 and {MAX_NUMBER + 1}, got {count}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    to_src, to_trg = _writer(src_language), _writer(trg_language)
    rng = np.random.Generator(np.random.PCG64(seed))
    # The smallest of exponential waiting times with rate 1 / (n + 1) are a weighted draw without replacement.
    waiting = rng.standard_exponential(MAX_NUMBER + 1) * np.arange(1, MAX_NUMBER + 2)
    chosen = rng.permutation(np.argsort(waiting, kind="stable")[:count])
    pairs = [(to_src(number), to_trg(number)) for number in chosen.tolist()]
    assert len({src for src, _ in pairs}) == len({trg for _, trg in pairs}) == count, "two numbers share a text"
    return pairs


def _writer(language: str) -> Callable[[int], str]:
    """A function from number to words in one language, several times as fast as num2words itself.

    num2words walks through its list of number names from the largest on, and that list goes up to 10^600: a copy of
    the converter with only the names that can occur writes the same words.
    """
    if language not in _LANGUAGES:
        raise ValueError(f"no number words for language {language!r}; known are {', '.join(_LANGUAGES)}")
    from num2words import CONVERTER_CLASSES

    converter = copy.copy(CONVERTER_CLASSES[language])
    if hasattr(converter, "cards"):
        names = converter.cards
        converter.cards = type(names)((value, name) for value, name in names.items() if value <= MAX_NUMBER + 1)

    def write(number: int) -> str:
        return unicodedata.normalize("NFC", " ".join(converter.to_cardinal(number).split()))

    return write
