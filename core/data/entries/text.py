"""Texts to continue. Left out: reading them (core.data.sources)."""

from __future__ import annotations

from functools import partial

from core.data.entries.entry import MADE_HERE, OUR_LICENCE, Entry, LoadFrom
from core.data.made.brackets import nested_brackets
from core.data.sources import builtin
from core.data.sources.documents import country_names, language_names, name_languages, python_docs, stdlib_source
from core.data.sources.public import text

_LONG = {"unit": "character", "vocab_size": 1_000, "split": (0.9, 0.05, 0.05)}
_ITEMS = {**_LONG, "split": (0.8, 0.1, 0.1), "items": "apart"}

TEXT: tuple[Entry, ...] = (
    Entry(
        "python_docs",
        "text",
        "Python documentation",
        "The language reference that every Python carries for its help command.",
        "The Python Software Foundation, module pydoc_data.topics",
        "PSF License",
        partial(builtin.load_long_text, python_docs),
        depends_on=("python",),
        defaults=_LONG,
        unused=("items",),
        examples=("The assignment statement ", "A class definition ", "If the argument is "),
    ),
    Entry(
        "stdlib_source",
        "text",
        "Python standard library source",
        "The source code of the standard library's modules.",
        "The Python Software Foundation, the library folder of this Python",
        "PSF License",
        partial(builtin.load_long_text, stdlib_source),
        depends_on=("python",),
        defaults=_LONG,
        unused=("items",),
        examples=("def ", "class ", "    if self."),
    ),
    Entry(
        "country_names",
        "text",
        "Country names",
        "Names of countries in a language of your choice.",
        "Unicode CLDR, through Babel",
        "Unicode License v3",
        partial(builtin.load_names, country_names),
        depends_on=("babel",),
        defaults={**_ITEMS, "language": "en"},
        language_fields=("language",),
        languages=name_languages,
        examples=("", "S", "New "),
    ),
    Entry(
        "language_names",
        "text",
        "Language names",
        "Names of languages in a language of your choice.",
        "Unicode CLDR, through Babel",
        "Unicode License v3",
        partial(builtin.load_names, language_names),
        depends_on=("babel",),
        defaults={**_ITEMS, "language": "en"},
        language_fields=("language",),
        languages=name_languages,
        examples=("", "M", "Old "),
    ),
    Entry(
        "brackets",
        "text",
        "Brackets in brackets",
        "Sentences of forty words with brackets in brackets: one ends once all are closed, so their depth must be known.",
        MADE_HERE,
        OUR_LICENCE,
        LoadFrom(builtin.load_made_text, nested_brackets),
        made=True,
        defaults=_LONG,
        examples=("the sea (my ", "a bird (", "we came "),
        items=(8_000, "sentences"),
    ),
    Entry(
        "tinyshakespeare",
        "text",
        "Tiny Shakespeare",
        "Forty thousand lines of Shakespeare's plays, the text that most character models are measured on.",
        "github.com/karpathy/char-rnn",
        "Text in the public domain; the repository states MIT",
        text.load_tinyshakespeare,
        defaults=_LONG,
        unused=("items",),
        examples=("ROMEO:\n", "First Citizen:\n", "To be, or "),
        citation="Andrej Karpathy (2015), char-rnn",
        splits="none published; cut in order, the first 90% to train as usual",
        items=(1_115_394, "characters"),
    ),
    Entry(
        "makemore_names",
        "text",
        "First names (makemore)",
        "First names given in the United States, in small letters.",
        "github.com/karpathy/makemore; the names from ssa.gov",
        "MIT (the repository); names of the US government",
        text.load_makemore_names,
        defaults=_ITEMS,
        examples=("", "an", "mar"),
        citation="Andrej Karpathy (2022), makemore",
        splits="none published; shuffled, repeated names once",
        items=(32_033, "names"),
    ),
    Entry(
        "nottingham_abc",
        "text",
        "Nottingham folk tunes",
        "Folk tunes in ABC notation, which writes music as letters: jigs, reels, waltzes and more.",
        "github.com/jukedeck/nottingham-dataset, ABC_cleaned",
        "GPL-3.0 (the repository)",
        text.load_nottingham_abc,
        defaults=_ITEMS,
        examples=("X: 1\nT:", 'M:6/8\nK:D\n|:"D"', "X: 1\nT:The "),
        citation="Eric Foxley, Nottingham Music Database; cleaned by Jukedeck (2017)",
        splits="none published; whole tunes shuffled",
        items=(1_034, "tunes"),
    ),
)
