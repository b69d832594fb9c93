"""What labelled texts, pairs and tagged words share on the way to numbers: parts without repeated items, tokens, counts.

What the network must not know stays out of the vocabulary and of the training set: the tokenizer is fitted on training
items alone, and what stands in two sets stays in the later one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.words import plural
from core.data.dataset import SPLITS, LabelledSet, PairSet, Rows, TaggedSet
from core.data.encoding import encode_items
from core.data.normalization import Normalization
from core.data.prepared import Ragged, Tally
from core.data.progress import ProgressCallback, within
from core.data.remarks import cut_remark
from core.data.splits import Unique, split_items
from core.data.text import Tokenizer, fit_tokenizer

DIVIDED = 0.15  # share of the whole at which a stage ends
SPLITTING = "Splitting"
WITHIN, ACROSS = "within a part", "across parts"
_FEWEST = 10  # texts


def normalization_of(data: DataConfig, lower: bool = False, single_spaces: bool = False) -> Normalization:
    """How texts are written, with small letters or not where nobody said."""
    small = data.letter_case == "lower" if data.letter_case else lower
    return Normalization(data.normalization, small, data.strip_accents, single_spaces)


def tokenize(
    texts: Mapping[str, Sequence[str]], normalization: Normalization, data: DataConfig, tell: ProgressCallback
) -> tuple[Tokenizer, dict[str, Ragged], dict[str, np.ndarray]]:
    """A tokenizer of the training texts, every part in its ids, and how long each text was before the cut."""
    tokenizer = fit_tokenizer(data.unit, texts["train"], data.vocab_size, normalization, within(tell, 0.0, 0.3))
    ids, lengths, done, size = {}, {}, 0, sum(map(len, texts.values())) or 1
    for name in SPLITS:
        start, done = 0.3 + 0.7 * done / size, done + len(texts[name])
        stage = within(tell, start, 0.3 + 0.7 * done / size)
        ids[name], lengths[name] = encode_items(tokenizer, texts[name], data.max_length, stage)
    return tokenizer, ids, lengths


def filled_parts(parts: Mapping[str, Sequence[int]], filled: Sequence[bool]) -> dict[str, list[int]]:
    """Row numbers by part, those without any text left out; what comes undivided as the part "all"."""
    return {name: [row for row in rows if filled[row]] for name, rows in (parts or {"all": range(len(filled))}).items()}


def with_validation(
    given: Mapping[str, list[int]], data: DataConfig, answers: Sequence[str | None] = ()
) -> dict[str, list[int]]:
    """The parts as given; where there is no validation set, one is taken off the training set.

    Rows of one answer stay together; of None each row is by itself.
    """
    rows = {name: list(given.get(name, ())) for name in SPLITS}
    if not rows["train"]:
        raise ConfigError.single(
            "data.path",
            "training texts that validation and test do not have",
            "none: every one of them stands there too",
            "Bring parts that differ, or all in one file.",
        )
    if not rows["validation"]:
        share = data.split[1] / (data.split[0] + data.split[1])
        groups = [(answers and answers[row]) or row for row in rows["train"]]
        split = split_items(groups, (1 - share, share, 0.0))
        rows["validation"] = [rows["train"][place] for place in split["validation"]]
        rows["train"] = [rows["train"][place] for place in split["train"]]
    return rows


def check_different(number: int, num_repeated: int) -> None:
    """Refuse what is hardly anything once repeated texts are dropped, in these words."""
    if number < _FEWEST and num_repeated:
        raise ConfigError.single(
            "data.path",
            f"at least {_FEWEST} different texts",
            f"{plural(number, 'different text')}, which {plural(num_repeated, 'other')} repeat",
            "A text that stands in two parts would be learned by heart: bring texts that differ.",
        )


def tally_of(
    noun: str,
    dataset: LabelledSet | PairSet | TaggedSet,
    filled: Sequence[bool],
    dropped: Sequence[Unique],
    sides: Mapping[str, Mapping[str, np.ndarray]],
    data: DataConfig,
    repeats: str = "",
) -> tuple[list[str], Tally]:
    """Notes for the screen and the counts behind them.

    Args:
        noun: What the items are, in plural.
        dataset: As read.
        filled: Whether an item has any text.
        dropped: What was dropped for repeating another, then for its target.
        sides: By side, how many tokens each text of each part has before the cut.
        data: `max_length`.
        repeats: What a note says of those that repeat another, with a blank behind it; "" names them repeated.
    """
    num_within = sum(unique.num_within for unique in dropped)
    num_empty = len(filled) - sum(filled)
    reasons = [("empty once normalized", num_empty), ("repeating another", num_within)]
    one = noun.removesuffix("s")
    notes = [f"{plural(num_empty, one)} empty once normalized dropped"] if num_empty else []
    if num_within:
        notes.append(f"{plural(num_within, one if repeats else f'repeated {one}')} {repeats}dropped")
    for unique, what in zip(dropped, ("", " with their target"), strict=False):
        for part, number in unique.num_across.items():
            where = f"of {_NAMES[part]} found in {_AFTER[part]} too{what}"
            notes.append(f"{plural(number, one)} {where} dropped")
            reasons.append((where, number))
    every = {side: np.concatenate(list(parts.values())) for side, parts in sides.items()}
    over = np.maximum(np.concatenate(list(every.values())).astype(np.int64) - data.max_length, 0)
    remark, is_warning = cut_remark(every, data.max_length)
    notes += [remark] if remark else []
    rows = dataset.rows or Rows(len(filled))
    rows = Rows(rows.read, (*rows.dropped, *((reason, number) for reason, number in reasons if number)))
    repeated = {WITHIN: num_within, ACROSS: sum(sum(unique.num_across.values()) for unique in dropped)}
    lengths = {side: parts["train"] for side, parts in sides.items()}
    return notes, Tally(
        rows,
        repeated,
        int((over > 0).sum()),
        int(over.sum()),
        lengths,
        dataset.columns,
        (remark,) if is_warning else (),
    )


_NAMES = {"train": "training", "validation": "validation"}
_AFTER = {"train": "validation or test", "validation": "test"}
