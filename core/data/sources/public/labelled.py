"""Public texts with labels: sentiment in two, three and five classes, kinds of question, names, DNA, and tagged words.

Each loader is a function of the folder with the files as published. Texts that stand there twice are kept here and
dropped, counted, when the data is divided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from core.config.experiment import DataConfig
from core.data.dataset import LabelledSet, TaggedSet
from core.data.sources.conll import parse_conll
from core.data.sources.public.reading import broken, lines, read_plain

Row = tuple[str, str]

POLARITY = ("negative", "positive")
STARS = ("very negative", "negative", "neutral", "positive", "very positive")
THREE = ("negative", "neutral", "positive")
QUESTIONS = ("description", "entity", "abbreviation", "person", "location", "number")
_PARTS = (("train", "train"), ("validation", "dev"), ("test", "test"))  # and how most files call them
SPLICE = {"EI": "exon to intron", "IE": "intron to exon", "N": "neither"}


def load_rt_polarity(folder: Path, data: DataConfig) -> LabelledSet:
    """Sentences of film reviews, negative or positive, in one piece."""
    files = (("rt-polarity.neg", "negative"), ("rt-polarity.pos", "positive"))
    rows = [(text, label) for name, label in files for text in lines(read_plain(folder / name))]
    return _labelled({"all": rows}, POLARITY)


def load_sst2(folder: Path, data: DataConfig) -> LabelledSet:
    """Sentences of film reviews, negative or positive, in the published parts."""
    parts = {}
    for part, name in (("train", "train.tsv"), ("validation", "dev.tsv"), ("test", "test.tsv")):
        path = folder / name
        cells = [line.rpartition("\t") for line in lines(read_plain(path))]
        parts[part] = _numbered(path, [(digit, text) for text, _, digit in cells], POLARITY)
    note = "the training set has no hyphens, the other two are tokenized in another way, as published"
    return _labelled(parts, POLARITY, (note,))


def load_sst5(folder: Path, data: DataConfig) -> LabelledSet:
    """Sentences of film reviews in five classes, in the published parts."""
    return _labelled(_sst(folder, STARS), STARS)


def load_sst3(folder: Path, data: DataConfig) -> LabelledSet:
    """The same sentences in three classes: the two negative ones are one, and so are the two positive ones."""
    note = "five classes read as three: very negative with negative, very positive with positive"
    return _labelled(_sst(folder, ("negative", "negative", "neutral", "positive", "positive")), THREE, (note,))


def load_trec(folder: Path, data: DataConfig) -> LabelledSet:
    """Questions by what they ask for, in the published parts; there is no validation set."""
    parts = {}
    for part, name in (("train", "TREC.train.all"), ("test", "TREC.test.all")):
        path = folder / name
        parts[part] = _numbered(path, _digit_first(read_plain(path, "latin-1")), QUESTIONS)
    return _labelled(parts, QUESTIONS, ("read as Latin-1: one byte of the training set is not UTF-8",))


def load_names_by_nationality(folder: Path, data: DataConfig) -> LabelledSet:
    """Surnames, one file a class."""
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise broken(folder / "*.txt", "one file of names a class", "none")
    rows = [(name, path.stem) for path in files for name in lines(read_plain(path))]
    largest, number = Counter(label for _, label in rows).most_common(1)[0]
    note = f"the classes are of very different size: {number / len(rows):.0%} of the names are {largest}"
    return _labelled({"all": rows}, tuple(path.stem for path in files), (note,))


def load_uci_splice(folder: Path, data: DataConfig) -> LabelledSet:
    """Stretches of 60 letters of DNA by what lies in their middle."""
    path = folder / "splice.csv"
    cells = [[cell.strip() for cell in line.split(",")] for line in lines(read_plain(path))[1:]]
    if any(len(row) != 3 or row[0] not in SPLICE for row in cells):
        raise broken(path, f"rows of a class ({', '.join(SPLICE)}), a name and a sequence", "others")
    rows = [(sequence, SPLICE[label]) for label, _, sequence in cells]
    labels: dict[str, set[str]] = {}
    for sequence, label in rows:
        labels.setdefault(sequence, set()).add(label)
    unsure = sum(letter not in "ACGT" for sequence, _ in rows for letter in sequence)
    doubled = sum(len(found) > 1 for found in labels.values())
    notes = (
        f"{len(labels):,} different sequences among {len(rows):,}; {doubled} stands under two labels, the first counts",
        f"{unsure} letters stand for more than one base (D, N, R, S)",
    )
    return _labelled({"all": rows}, tuple(SPLICE.values()), notes)


def load_ud_english_ewt(folder: Path, data: DataConfig) -> TaggedSet:
    """Words and universal parts of speech, in the published parts."""
    sentences: list[tuple[str, ...]] = []
    tags: list[tuple[str, ...]] = []
    parts = {}
    for part, name in _PARTS:
        path, start = folder / f"en_ewt-ud-{name}.conllu", len(sentences)
        for words, row in parse_conll(read_plain(path), path.name, "upos"):
            sentences.append(words)
            tags.append(row)
        parts[part] = tuple(range(start, len(sentences)))
    note = "words as the annotators divide them (do n't); joined spellings and words left unsaid are left out"
    classes = tuple(sorted({tag for row in tags for tag in row}))
    return TaggedSet(tuple(sentences), tuple(tags), classes, parts=parts, notes=(note,), count=len(sentences))


def _sst(folder: Path, classes: tuple[str, ...]) -> dict[str, list[Row]]:
    parts = {}
    for part, end in _PARTS:
        path = folder / f"stsa.fine.{end}"
        parts[part] = _numbered(path, _digit_first(read_plain(path)), classes)
    return parts


def _digit_first(text: str) -> list[Row]:
    """Lines such as "3 a fine film" as ("3", "a fine film")."""
    cells = [line.partition(" ") for line in lines(text)]
    return [(digit, sentence) for digit, _, sentence in cells]


def _numbered(path: Path, cells: Iterable[Row], classes: tuple[str, ...]) -> list[Row]:
    """Digits and texts as texts and labels."""
    numbers = {str(number): label for number, label in enumerate(classes)}
    rows = []
    for digit, text in cells:
        if digit not in numbers or not text.strip():
            raise broken(path, f"a text and a number below {len(classes)} on every line", repr(digit[:20]))
        rows.append((text.strip(), numbers[digit]))
    return rows


def _labelled(parts: dict[str, list[Row]], classes: tuple[str, ...], notes: tuple[str, ...] = ()) -> LabelledSet:
    """Rows of all parts below each other; "all" means that there are none."""
    rows = [row for part in parts.values() for row in part]
    numbers: dict[str, tuple[int, ...]] = {}
    start = 0
    for name, part in parts.items():
        numbers[name] = tuple(range(start, start + len(part)))
        start += len(part)
    numbers.pop("all", None)
    texts = tuple(text for text, _ in rows)
    labels = tuple(label for _, label in rows)
    return LabelledSet(texts, labels, classes, parts=numbers, notes=notes, count=len(rows))
