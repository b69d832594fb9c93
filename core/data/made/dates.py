"""Made translation pairs: one date as two languages write it, or as ISO 8601 does.

The source side mixes a language's own styles (with and without the day of the week, months long or short), the target
side keeps to one, so that the answer is exact: the task is to read a date and to write it. The forms come from Babel,
which is imported only when pairs are made.

Left out: calendars other than the Gregorian one, years in two digits, times of day, and the languages for which Babel
knows no names of months or weekdays.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from babel import Locale

ISO = "iso"
FIRST_DAY = datetime.date(1900, 1, 1)
LAST_DAY = datetime.date(2099, 12, 31)
NUM_DAYS = (LAST_DAY - FIRST_DAY).days + 1

# Written out because finding them means loading every language Babel has, which costs 140 MB. A test compares.
_LANGUAGE_CODES = """
    aa ab af agq ak am an ar as asa ast az bal bas be bem bew bez bg bgc bho blo bm bn bo br brx bs byn ca cad cch
    ccp ce ceb cgg chr cic ckb co cs csw cu cv cy da dav de dje doi dsb dua dyo dz ebu ee el en eo es et eu ewo fa
    ff fi fil fo fr frr fur fy ga gaa gd gez gl gn gsw gu guz gv ha haw he hi hr hsb ht hu hy ia id ie ig ii is it
    iu ja jgo jmc jv ka kaa kab kaj kam kcg kde kea kgp khq ki kk kl kln km kn ko kok ks ksb ksf ksh ku kw kxv ky la
    lag lb lg lij lkt lmo ln lo lt ltg lu luo luy lv mai mas mer mfe mg mgh mgo mi mk ml mn mni mr ms mt mua mus my
    myv naq nb nd nds ne nl nmg nn nnh no nqo nr nso nus ny nyn oc om or os osa pa pap pcm pis pl prg ps pt qu raj
    rif rm rn ro rof ru rw rwk sa sah saq sat sbp sc scn sd se seh ses sg shi si sk sl smn sn so sq sr ss ssy st su
    sv sw syr szl ta te teo tg th ti tig tk tn to tok tpi tr trv trw ts tt twq tzm ug uk ur uz vai ve vec vi vmw vo
    vun wae wal wo xh xnr xog yav yi yrl yue za zgh zh zu
"""
_LANGUAGES = tuple(_LANGUAGE_CODES.split())
_STYLES = ("full", "long", "medium")
_BIDI_MARKS = re.compile("[\u061c\u200e\u200f]")
# What Babel puts where a language has no name for a month.
_NAMELESS_MONTH = re.compile(r"M(0[1-9]|1[0-2])")
_TWO_DIGIT_YEAR = re.compile(r"(?<!y)yy(?!y)")


def date_languages() -> dict[str, str]:
    """Names the languages that `dates` can write.

    Returns:
        Code -> English name: "iso" for ISO 8601 first, then Babel's plain languages sorted by name.
    """
    from babel import Locale

    names = Locale("en").languages
    return {ISO: "ISO 8601", **dict(sorted(((code, names[code]) for code in _LANGUAGES), key=lambda item: item[1]))}


def dates(
    src_language: str = "en", trg_language: str = "fr", seed: int = 0, count: int = 15_000
) -> list[tuple[str, str]]:
    """Makes pairs of one date in two languages, such as ("Monday, March 3, 1986", "3 mars 1986").

    The source is written in one of up to four styles, drawn anew for each date: the language's full, long and medium
    style and day, month name, year. The target is always in its language's long style. ISO 8601 has one style.

    Args:
        src_language: a code of `date_languages`.
        trg_language: another one.
        seed: which dates in which style, and their order; 0 or more.
        count: number of pairs, 1 to 73,049 (every day from 1900 to 2099).

    Returns:
        `count` pairs (source text, target text) in random order, no date twice, all distinct on both sides.

    Raises:
        ValueError: for an unknown language, twice the same language, a negative seed or an impossible count.
    """
    if src_language == trg_language:
        raise ValueError(f"source and target language must differ, both are {src_language!r}")
    if not 1 <= count <= NUM_DAYS:
        raise ValueError(f"count must lie between 1 and {NUM_DAYS}, got {count}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    to_src = _writers(src_language)
    to_trg = _writers(trg_language)[0]
    rng = np.random.Generator(np.random.PCG64(seed))
    offsets = rng.permutation(NUM_DAYS)[:count].tolist()
    styles = rng.integers(len(to_src), size=count).tolist()
    days = [FIRST_DAY + datetime.timedelta(days=offset) for offset in offsets]
    pairs = [(to_src[style](day), to_trg(day)) for style, day in zip(styles, days, strict=True)]
    assert len({src for src, _ in pairs}) == len({trg for _, trg in pairs}) == count, "two dates share a text"
    return pairs


def _writers(language: str) -> list[Callable[[datetime.date], str]]:
    """Functions from date to text, one a style of the language, the long style first."""
    if language == ISO:
        return [datetime.date.isoformat]
    if language not in _LANGUAGES:
        raise ValueError(f"no dates in language {language!r}; known are {', '.join((ISO, *_LANGUAGES))}")
    from babel import Locale
    from babel.dates import format_date

    locale = Locale(language)

    def writer(pattern: str) -> Callable[[datetime.date], str]:
        return lambda day: _clean(format_date(day, pattern, locale))

    return [writer(pattern) for pattern in _patterns(locale)]


def _patterns(locale: "Locale") -> list[str]:
    """The distinct date patterns of a language that say a date completely, the long style first."""
    from babel.dates import format_date

    long_pattern = locale.date_formats["long"].pattern
    candidates = [long_pattern, *(locale.date_formats[style].pattern for style in _STYLES)]
    # Day before month before year would be foreign to the languages that go from the year down.
    if long_pattern.index("d") < long_pattern.index("y"):
        candidates.append("d MMMM y")
    patterns = []
    for pattern in dict.fromkeys(candidates):
        year_text = " ".join(format_date(datetime.date(1986, month, 3), pattern, locale) for month in range(1, 13))
        if not _TWO_DIGIT_YEAR.search(pattern) and not _NAMELESS_MONTH.search(year_text):
            patterns.append(pattern)
    return patterns


def _clean(text: str) -> str:
    """Composed characters, single plain spaces, and no invisible marks of writing direction."""
    return unicodedata.normalize("NFC", " ".join(_BIDI_MARKS.sub("", text).split()))
