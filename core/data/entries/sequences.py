"""Made sequences that ask for what was read before, and handwritten digits in every shape.

Left out: making sequences (core.data.made.sequences), what each shape of the digits asks (core.data.sources.digits).
"""

from __future__ import annotations

from functools import partial

from core.data.entries.entry import DATASETS_DIR, MADE_HERE, OUR_LICENCE, Entry, LoadFrom
from core.data.made.sequences import adding_problem, copy_task, delayed_recall, dinner_schedule, parity
from core.data.sources.digits import STRIPS, load_digits
from core.data.sources.made_sequences import LETTERS, MOST_SEQUENCES, Generator, load_sequences


def _sequences(
    data_id: str,
    title: str,
    summary: str,
    make: Generator,
    symbols: tuple[str, ...],
    classes: tuple[str, ...],
    num_asked: int,
    delay: int,
    examples: tuple[str, ...],
    delays: str = "fixed",
) -> Entry:
    """An entry for a generator; arguments as `load_sequences` has them, and the usual delay and delays."""
    load = partial(load_sequences, symbols=symbols, classes=classes, num_asked=num_asked)
    return Entry(
        data_id, "sequences", title, summary, MADE_HERE, OUR_LICENCE, LoadFrom(load, make), made=True,
        defaults={"delay": delay, "delays": delays}, examples=examples, items=(MOST_SEQUENCES, "sequences"),
    )  # fmt: skip


def _digits(shape: str, title: str, summary: str, items: int = 1_797) -> Entry:
    """An entry for the digits in a shape of `core.data.sources.digits`."""
    return Entry(
        f"digits_{shape}", "sequences", title, summary, "UCI Machine Learning Repository, as scikit-learn carries it",
        "CC BY 4.0", LoadFrom(partial(load_digits, shape=shape), DATASETS_DIR / "digits.tsv.xz"),
        citation="Alpaydin and Kaynak (1998), Optical recognition of handwritten digits, doi:10.24432/C50P49",
        unused=("delay", "delays"), items=(items, "sequences"),
    )  # fmt: skip


SEQUENCES: tuple[Entry, ...] = (
    _sequences(
        "recall",
        "Delayed recall",
        "One of eight letters, then noise, then a question mark: which letter was it? A guess is right one time in eight.",
        delayed_recall,
        (*LETTERS, *"12345678", "?"),
        LETTERS,
        1,
        10,
        ("c 4 1 7 7 2 5 8 3 6 1 ?", "h 1 1 1 1 1 1 1 1 1 1 ?"),
    ),
    _sequences(
        "copy",
        "Copy",
        "Ten letters, a pause of dots, then question marks at which the ten letters must be said again in their order.",
        copy_task,
        (".", *LETTERS, "?"),
        LETTERS,
        10,
        5,
        ("a b c d e f g h a b . . . . ? ? ? ? ? ? ? ? ? ? ?",),
        delays="up_to",
    ),
    _sequences(
        "adding",
        "Adding problem",
        "Numbers from 0 to 1, two of them marked with a star: what is the sum of these two? An answer is right "
        "within 0.04; the squared error of always answering 1 is 1/6.",
        adding_problem,
        ("number", "mark"),
        (),
        1,
        20,
        ("0.20* 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.90 0.30* 0.90",),
    ),
    _sequences(
        "parity",
        "Parity",
        "Zeros and ones: is the number of ones so far even or odd? Every one of them turns all later answers round.",
        parity,
        ("0", "1"),
        ("even", "odd"),
        0,
        10,
        ("0 1 1 0 0 1 0 1 1 1", "1 1 1 1 1 1 1 1 1 1"),
    ),
    _sequences(
        "dinner",
        "Dinner schedule",
        "A cook of three dishes: on a sunny day there is the next one of the cycle, on a rainy day yesterday's again. "
        "The first dish is told, then only the weather.",
        dinner_schedule,
        ("soup", "pasta", "curry", "sunny", "rainy"),
        ("soup", "pasta", "curry"),
        0,
        8,
        ("soup sunny sunny rainy sunny rainy rainy sunny rainy", "curry rainy rainy rainy sunny"),
    ),
    _digits("picture", "Digits, one to one", "A handwritten digit of 8 x 8 pixels, read in one step and named."),
    _digits("rows", "Digits, many to one", "A handwritten digit, read row by row and named after the last."),
    _digits(
        "name", "Digits, one to many", "A handwritten digit, then five empty steps: spell its name, letter by letter."
    ),
    _digits(
        "largest",
        "Digits, many to many",
        "Three handwritten digits, one a step; at each the largest so far is to be named.",
        STRIPS,
    ),
    _digits(
        "later",
        "Digits, many to many, delayed",
        "Three handwritten digits, then three empty steps at which they must be named in their order.",
        STRIPS,
    ),
)
