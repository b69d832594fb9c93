"""Real text without a download: Python's documentation and source, and the names of countries and languages.

All of it is on every machine that runs this program, as part of Python or of Babel. The running text is cleaned of
what makes a language model look better than it is: a paragraph that occurs twice may fall into two splits, so only its
first occurrence stays. Which Python and which Babel are installed decides the exact text.
"""

import re
import runpy
import sys
import sysconfig
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

MAX_STDLIB_CHARS = 5_000_000

_SKIPPED_MODULES = frozenset({"antigravity", "idlelib", "lib2to3", "test", "this", "turtledemo"})
# A block of source shorter than this is repeated because code is like that, not because somebody copied it.
_MIN_COPIED_LINES = 3
_TYPOGRAPHY = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2022\u00a0", "''\"\"-* ") | {
    ord("\u2014"): "--", ord("\u2026"): "...", ord("\u2192"): "->", ord("\t"): "    "
}  # fmt: skip
# Control characters, marks of writing direction and of places to break a line. Joiners stay: they are spelling.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f]")
# Codes that look like countries: unions, unknown and test regions.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
# Written out because finding them means loading every language Babel has, which costs 140 MB. A test compares.
_NAME_LANGUAGE_CODES = """
    ab af ak am ar as ast az be bew bg bn br brx bs ca ccp ce chr ckb cs cv cy da de dsb ee el en eo es et eu fa fi
    fil fo fr frr fur fy ga gd gl gsw gu ha he hi hr hsb ht hu hy ia id ie ig is it ja jv ka kab kea kgp kk km kn ko
    kok ks ksh ku ky lb lij lo lt lv mai mi mk ml mn mr ms mt my mzn nb nds ne nl nn no nqo oc or pa pcm pl ps pt qu
    rm ro ru sat sc scn sd si sk sl smn so sq sr sv sw szl ta te tg th ti tk to tr tt ug uk ur uz vec vi wo xnr yo
    yrl yue zh zu
"""
_NAME_LANGUAGES = tuple(_NAME_LANGUAGE_CODES.split())
_ALIKE = ("cs", "de", "en", "es", "fi", "fr", "hu", "id", "it", "nl", "pl", "pt", "ro", "sv", "tr")


def python_docs() -> str:
    """The language reference that Python's `help()` shows: about 370,000 characters of English prose, a hundred of them
    different; topics by name, each paragraph once, quotation marks and dashes in ASCII.

    Raises:
        FileNotFoundError: Python was installed without the topics.
    """
    try:  # outside sys.modules, which would keep half a megabyte alive for good
        topics = runpy.run_module("pydoc_data.topics")["topics"]
    except ImportError:
        message = "this Python was installed without its help topics (module pydoc_data.topics)"
        raise FileNotFoundError(message) from None
    seen: set[str] = set()
    paragraphs = []
    for _, topic in sorted(topics.items()):
        for paragraph in _paragraphs(topic.translate(_TYPOGRAPHY)):
            # The same paragraph is indented differently where it is nested differently.
            words = " ".join(paragraph.split())
            if words not in seen:
                seen.add(words)
                paragraphs.append(paragraph)
    return "\n\n".join(paragraphs) + "\n"


def stdlib_source() -> str:
    """The source of the standard library's modules, no packages, by name: about 4.5 million characters of plain ASCII.

    At most `MAX_STDLIB_CHARS`; blocks of three lines or more that were there before are left out, and so are the few
    with characters outside ASCII.

    Raises:
        FileNotFoundError: The source is not on this machine.
    """
    folder = Path(sysconfig.get_path("stdlib"))
    names = sorted(sys.stdlib_module_names - _SKIPPED_MODULES)
    files = [file for file in (folder / f"{name}.py" for name in names) if file.is_file()]
    if not files:
        raise FileNotFoundError(f"the source of Python's standard library is not in {folder}")
    seen: set[str] = set()
    blocks: list[str] = []
    num_chars = 0
    for file in files:
        for block in _paragraphs(file.read_text(encoding="utf-8").translate(_TYPOGRAPHY)):
            copied = block in seen and block.count("\n") + 1 >= _MIN_COPIED_LINES
            if copied or not block.isascii():
                continue
            num_chars += len(block) + len("\n\n")
            if num_chars > MAX_STDLIB_CHARS:
                return "\n\n".join(blocks) + "\n"
            seen.add(block)
            blocks.append(block)
    return "\n\n".join(blocks) + "\n"


def name_languages() -> dict[str, str]:
    """The languages in which at least 150 countries and languages have names: Babel's code to English name, by name."""
    names = _locale("en").languages
    return dict(sorted(((code, names[code]) for code in _NAME_LANGUAGES), key=lambda item: item[1]))


def country_names(language: str = "en") -> list[str]:
    """About 260 names of countries, such as "Côte d'Ivoire", in a language of `name_languages`, sorted by code point.

    Raises:
        ValueError: Another language.
    """
    territories = _locale(language).territories
    return _names(
        name for code, name in territories.items() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    )


def language_names(language: str = "en") -> list[str]:
    """150 to 660 names of the world's languages in one of `name_languages`, sorted by code point.

    Raises:
        ValueError: Another language.
    """
    return _names(_locale(language).languages.values())


def names_by_language() -> list[tuple[str, str]]:
    """About 4,000 names of countries and languages, each with the English name of the one language that writes it so.

    Of `_ALIKE`, languages of Europe and Indonesian in Latin letters; what two of them write alike is left out, and so is
    what has a blank in it: with several words there is more to go by than letters. In the order of names.
    """
    english = _locale("en").languages
    names = {code: {*country_names(code), *language_names(code)} for code in _ALIKE}
    languages = Counter(name for of_one in names.values() for name in of_one)
    return sorted(
        (name, english[code]) for code in _ALIKE for name in names[code] if languages[name] == 1 and " " not in name
    )


def _locale(language: str) -> "Locale":
    if language not in _NAME_LANGUAGES:
        raise ValueError(f"no names in language {language!r}; known are {', '.join(_NAME_LANGUAGES)}")
    from babel import Locale

    return Locale(language)


def _names(names: Iterable[str]) -> list[str]:
    """Distinct names, sorted; composed characters, plain spaces, no control characters or marks of direction."""
    return sorted({unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", name).split())) for name in names} - {""})


def _paragraphs(text: str) -> list[str]:
    """What blank lines separate, without blanks at the end of lines; the indentation stays."""
    lines = (line.rstrip() for line in text.split("\n"))
    return [block.strip("\n") for block in re.split(r"\n{2,}", "\n".join(lines)) if block.strip()]
