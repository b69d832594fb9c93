"""Sentences with a tag for every word: CoNLL columns and CoNLL-U, told from tables and prose by their first lines.

One word a line, its columns divided by blanks or tabs, and a blank line between sentences. In CoNLL-U the tag is the universal
part of speech, elsewhere the last column; `data.label_column` chooses another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import Rows, TaggedSet
from core.data.pieces import between
from core.data.sources.encodings import is_parquet, read_text, scan
from core.data.sources.inputs import InputFile, listing, path_error, plural, shorten
from core.data.sources.labelled_files import check_labels
from core.data.sources.parts import Parts, one_each, training_shares, with_validation
from core.data.sources.tables import too_many
from core.data.splits import split_items
from core.schemes import as_bio, count_repaired, scheme_of, spans_of

EXTENSIONS = (".conll", ".conllu")
_HEAD = 65_536
_MIN_LINES = 5
_UNIVERSAL = re.compile(r"\d+(-\d+|\.\d+)?\t[^\t]+(\t[^\t]*){8}")
_TAG = re.compile(r"O|[BIESLU]-[\w-]+")
CONLLU_COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
MIN_SENTENCES = 10
MAX_TAGS = 500
_LONGEST_LINE = 10_000
_LONGEST_SENTENCE = 10_000
_WORD = 1  # in CoNLL-U; elsewhere the first column is the word
# "3-4" stands for two words that follow, "5.1" for one that is not written.
_WHOLE_NUMBER = re.compile(r"\d{1,9}")

Sentence = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class _Layout:
    """What the columns are called, and where the word and the tag of a line stand."""

    names: tuple[str, ...]
    word: int
    tag: int
    delimiter: str | None  # None: any blanks
    is_conllu: bool


def columns_of(text: str, name: str = "", column: str | None = None) -> tuple[tuple[str, ...], str]:
    """What the columns of a text are called, and which of them holds the tags. Arguments and errors as `parse_conll`."""
    layout = _layout(text, name, column)
    return layout.names, layout.names[layout.tag]


def parse_conll(text: str, name: str = "", column: str | None = None) -> Iterator[Sentence]:
    """Words and tags of each sentence.

    Args:
        text: CoNLL columns or CoNLL-U, lines ended by \n.
        name: What to call the text in messages.
        column: The column of the tags, as `data.label_column` names it; None for the usual one.

    Raises:
        ConfigError: A line with another number of columns than the first, no such column, or a line or a sentence
            without an end.
    """
    layout = _layout(text, name, column)
    for rows in parse_rows(text, name, column):
        yield tuple(row[layout.word] for row in rows), tuple(row[layout.tag] for row in rows)


def parse_rows(text: str, name: str = "", column: str | None = None) -> Iterator[list[list[str]]]:
    """The cells of every word of each sentence. Arguments and errors as `parse_conll`."""
    layout = _layout(text, name, column)
    rows: list[list[str]] = []
    for number, line in enumerate(_lines(text), 1):
        if not line.strip():
            if rows:
                yield rows
                rows = []
            continue
        if _is_comment(line):
            continue
        cells = [cell.strip() for cell in _cells(line, layout.delimiter)]
        place = f"in line {number:,} of {shorten(name)!r}"
        if len(cells) != len(layout.names):
            expected, received = f"{plural(len(layout.names), 'column')} in every line", f"{len(cells):,} {place}"
            raise path_error(expected, received, "Mend the line, or take it out.")
        if layout.is_conllu and not _WHOLE_NUMBER.fullmatch(cells[0]):
            continue
        if not cells[layout.word] or not cells[layout.tag]:
            raise path_error("a word and a tag in every line", f"one of them {place}", "Add the other.")
        rows.append(cells)
        if len(rows) > _LONGEST_SENTENCE:
            expected, received = f"sentences of at most {_LONGEST_SENTENCE:,} words", f"a longer one up to {place[3:]}"
            raise path_error(expected, received, "Put a blank line between two sentences.")
    if rows:
        yield rows


def _lines(text: str) -> Iterator[str]:
    for line in between(text, "\n"):
        if len(line) > _LONGEST_LINE:
            received = f"a line of {len(line):,} characters"
            raise path_error("one word and its tag a line", received, "Write every word on its own line.")
        yield line


def _is_comment(line: str) -> bool:
    """What says something of a text or a sentence. A word "#" has a tag beside it."""
    return line.startswith("-DOCSTART-") or (line.startswith("# ") and "\t" not in line) or line.strip() == "#"


def _cells(line: str, delimiter: str | None) -> list[str]:
    return re.split(r"[ \t]+", line.strip(" \t")) if delimiter is None else line.split(delimiter)


def _layout(text: str, name: str, column: str | None) -> _Layout:
    """Read off the first line of words."""
    first = next((line for line in _lines(text) if line.strip() and not _is_comment(line)), "")
    tabbed = first.split("\t")
    is_conllu = len(tabbed) == len(CONLLU_COLUMNS) and bool(re.match(r"\d", tabbed[0]))
    delimiter = "\t" if len(tabbed) > 1 else None
    width = len(_cells(first, delimiter))
    if width < 2:
        raise path_error(
            "one word and its tag a line",
            f"{shorten(name)!r}, lines of one column",
            "Write a blank or a tab and the tag behind every word, and a blank line between sentences.",
        )
    names = list(CONLLU_COLUMNS) if is_conllu else [f"column {k + 1}" for k in range(width)]
    word = _WORD if is_conllu else 0
    wanted = column or ("upos" if is_conllu else names[-1])
    if wanted not in names or names.index(wanted) == word:
        expected = f"one of {listing([other for other in names if other != names[word]])}"
        raise ConfigError.single("data.label_column", expected, repr(shorten(wanted)), "Choose one of these columns.")
    return _Layout(tuple(names), word, names.index(wanted), delimiter, is_conllu)


def read_tagged(parts: Parts, data: DataConfig, limits: Limits) -> TaggedSet:
    """Read a file of tagged sentences for each part.

    `data.label_column` names a column of CoNLL-U ("upos", "xpos" ...), or "column 2" of any other file; `max_rows` bounds
    the words.

    Raises:
        ConfigError: No such format or column, uneven lines, too few sentences, fewer than two tags or too many.
    """
    sentences: list[Sentence] = []
    rows: dict[str, tuple[int, ...]] = {}
    notes: list[str] = []
    num_words = 0
    kept: dict[str, str] = {}  # one object a different word: a text repeats its words
    column = ""
    for split, file in one_each(parts).items():
        text, more = read_text(file, limits)
        notes.extend(more)
        start = len(sentences)
        column = column or columns_of(text, file.name, data.label_column)[1]
        for words, tags in parse_conll(text, file.name, data.label_column):
            num_words += len(words)
            if num_words > limits.max_rows:
                raise too_many("rows", num_words, limits.max_rows)
            word, tag = (tuple(kept.setdefault(cell, cell) for cell in cells) for cells in (words, tags))
            sentences.append((word, tag))
        rows[split] = tuple(range(start, len(sentences)))
    sentences = in_bio(sentences, rows["train"], notes)
    known = {tag for row in rows["train"] for tag in sentences[row][1]}
    if len(rows["train"]) < MIN_SENTENCES:
        hint = "Bring more sentences, and put a blank line between two."
        raise path_error(f"at least {MIN_SENTENCES} sentences", plural(len(rows["train"]), "sentence"), hint)
    if not 2 <= len(known) <= MAX_TAGS:
        raise ConfigError.single(
            "data.label_column",
            f"2 to {MAX_TAGS} different tags",
            f"{len(known):,}, such as {listing(sorted(known), 3)}",
            "Choose the column that holds the tags.",
        )
    check_labels(known)
    return replace(_finish(sentences, rows, known, data, notes), columns={"label_column": column})


def in_bio(sentences: Sequence[Sentence], train: Iterable[int], notes: list[str]) -> list[Sentence]:
    """The same sentences with tags of BIO, where the tags of training mark entities; others stay as they are.

    Notes say which scheme was found, how many entities it marks, and how many words had a tag that it would write otherwise.
    """
    scheme = scheme_of(sentences[row][1] for row in train)
    if scheme is None or scheme_of(tags for _, tags in sentences) is None:
        return list(sentences)
    found, num_entities, num_repaired = [], 0, 0
    kept: dict[str, str] = {}
    for words, tags in sentences:
        spans = spans_of(tags)
        num_entities += len(spans)
        num_repaired += count_repaired(tags, scheme)
        found.append((words, tuple(kept.setdefault(tag, tag) for tag in as_bio(spans, len(tags)))))
    trained = "" if scheme == "BIO" else "; they are trained on in BIO"
    notes.append(f"Tags mark entities in the scheme {scheme}, {num_entities:,} of them{trained}")
    if num_repaired:
        notes.append(
            f"{plural(num_repaired, 'tag')} repaired as conlleval reads them: what goes on with no entity begins one"
        )
    return found


def _finish(
    sentences: Sequence[Sentence], rows: dict[str, tuple[int, ...]], known: set[str], data: DataConfig, notes: list[str]
) -> TaggedSet:
    """The sentences whose tags training has, numbered anew; validation is cut off it when it does not come by itself."""
    rows = {split: tuple(k for k in members if known.issuperset(sentences[k][1])) for split, members in rows.items()}
    rows = {split: members for split, members in rows.items() if members}
    order = [k for members in rows.values() for k in members]
    strange = len(sentences) - len(order)
    if strange:
        notes.append(f"{plural(strange, 'sentence')} dropped with a tag that training does not have")
    places = {k: place for place, k in enumerate(order)}
    parts = {split: tuple(places[k] for k in members) for split, members in rows.items()}
    words = tuple(sentences[k][0] for k in order)
    parts = with_validation(
        parts,
        lambda train: split_items([" ".join(words[k]) for k in train], training_shares(data.split)),
        "sentence",
        notes,
    )
    tags = tuple(sentences[k][1] for k in order)
    counted = Rows(len(sentences), (("with a tag that training does not have", strange),) if strange else ())
    return TaggedSet(words, tags, tuple(sorted(known)), parts=parts, notes=tuple(dict.fromkeys(notes)), rows=counted)


def is_tagged(file: InputFile, limits: Limits) -> bool:
    """Whether a file holds a word and its tags a line, by its ending or by what it begins with."""
    if file.extension in EXTENSIONS:
        return True
    if is_parquet(file):
        return False
    try:
        start = scan(replace(file, head=_HEAD, reading=file.reading.without("delimiter", "header")), limits).start
    except ConfigError:
        return False
    return _looks_tagged(start)


def _looks_tagged(start: str) -> bool:
    """Lines of CoNLL-U, or equally many words a line with the tags of names at their ends."""
    lines = [line.rstrip() for line in start.split("\n")[:-1]]
    words = [line for line in lines if line and not line.startswith(("# ", "-DOCSTART-"))]
    if len(words) < _MIN_LINES:
        return False
    if all(_UNIVERSAL.fullmatch(line) for line in words):
        return True
    cells = [line.split() for line in words]
    tags = [row[-1] for row in cells]
    return (
        1 < len(cells[0]) < 10
        and len({len(row) for row in cells}) == 1
        and all(map(_TAG.fullmatch, tags))
        and any(tag != "O" for tag in tags)
    )


def refuse_tagged(formats: str, files: Sequence[InputFile], limits: Limits) -> None:
    """Refuse files of tagged words where something else is read, in formats that are said in words.

    Raises:
        ConfigError: Each such file. Of many files only the first is looked into, all are judged by their endings.
    """
    found = [file for file in files if file.extension in EXTENSIONS]
    if not found and files and is_tagged(files[0], limits):
        found = [files[0]]
    if found:
        raise ConfigError(
            [
                Problem(
                    "data.path",
                    formats,
                    f"{shorten(file.name)!r}, words with tags (CoNLL)",
                    "Such a file is for tagging words; bring a table or plain text instead.",
                )
                for file in found[:8]
            ]
        )
