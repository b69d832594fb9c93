"""Texts, labelled texts and pairs as numbers: normalized, divided, without repeated ones, tokenized and counted.

What the network must not know stays out of the vocabulary and of the training part: the tokenizer is fitted on training
texts alone, and what stands in two parts stays in the later one. Left out: series, loading and keeping (prepare.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.summary import DataSummary
from core.config.words import plural
from core.data.dataset import SPLITS, DataSet, LabelledSet, PairSet, Rows, TextSet
from core.data.encoding import Encoded, encode_items, encode_text
from core.data.normalization import Normalization
from core.data.prepared import PreparedLabelled, PreparedPairs, PreparedText, Ragged, Tally
from core.data.progress import Meter, Tell, within
from core.data.remarks import class_remarks, cut_remark
from core.data.splits import (
    Unique,
    drop_answers,
    drop_repeated,
    drop_repeated_paragraphs,
    hash_all,
    split_items,
    split_labelled,
    split_text,
)  # fmt: skip
from core.data.text import Tokenizer, fit_tokenizer

REPEATED_ANSWER = 40  # characters; shorter answers ("Yes.") are the same by chance
_DIVIDED, _FITTED = 0.15, 0.4  # shares of the whole at which a stage ends
_SPLITTING = "Splitting"
_FEWEST = 10  # texts
WITHIN, ACROSS = "within a part", "across parts"


def normalization_of(task: str, data: DataConfig) -> Normalization:
    """How texts are written for a task: sentiment reads small letters, and words without their spacing."""
    is_sentiment = task == "sentiment"
    lower = data.letter_case == "lower" if data.letter_case else is_sentiment
    single_spaces = is_sentiment and data.unit != "character"
    return Normalization(data.normalization, lower, data.strip_accents, single_spaces)


def prepare_text(dataset: DataSet, fingerprint: str, data: DataConfig, tell: Tell) -> PreparedText:
    """One text, items or parts as streams of ids."""
    assert isinstance(dataset, TextSet)
    normalization = normalization_of("generation", data)
    tell(0.0, _SPLITTING)
    notes, longest = list(dataset.notes), 0
    rows, repeated = dataset.rows or Rows(len(dataset.items) or 1), {WITHIN: 0, ACROSS: 0}
    columns = dataset.columns
    if dataset.items:
        given = [normalization(item) for item in dataset.items]
        items = list(dict.fromkeys(given))
        longest = max(map(len, items), default=0)
        repeated[WITHIN] = len(given) - len(items)
        if repeated[WITHIN]:
            notes.append(f"{repeated[WITHIN]:,} repeated items dropped")
            rows = Rows(rows.read, (*rows.dropped, ("that repeat another", repeated[WITHIN])))
        places = split_items(items, data.split)
        texts = {name: "".join(items[row] + "\n" for row in places[name]) for name in SPLITS}
        del given, items
    else:
        whole, parts = normalization(dataset.text), {k: normalization(text) for k, text in dataset.parts.items()}
        del dataset  # the second copy of a long text
        texts, repeated[ACROSS] = drop_repeated_paragraphs(parts) if parts else split_text(whole, data.split)
        del whole, parts
        if repeated[ACROSS]:
            notes.append(f"{repeated[ACROSS]:,} paragraphs dropped that an earlier part holds already")
    fitting = within(tell, _DIVIDED, _FITTED)
    tokenizer = fit_tokenizer(data.unit, [texts["train"]], data.vocab_size, normalization, fitting)
    ids, done, size = {}, 0, sum(map(len, texts.values())) or 1
    for name in SPLITS:
        share = _FITTED + (1 - _FITTED) * done / size
        done += len(texts[name])
        end = _FITTED + (1 - _FITTED) * done / size
        ids[name] = encode_text(tokenizer, texts[name], within(tell, share, end))
    summary = DataSummary(
        task="generation",
        num_items=sum(map(len, texts.values())),
        num_tokens=len(ids["train"]),
        vocab_size=tokenizer.vocab_size,
        longest=longest,
    )
    counts = {name: len(ids[name]) for name in SPLITS}
    return PreparedText(
        summary, fingerprint, tokenizer, texts, ids, counts, tuple(notes), Tally(rows, repeated, columns=columns)
    )


def prepare_labelled(dataset: DataSet, fingerprint: str, data: DataConfig, tell: Tell) -> PreparedLabelled:
    """Texts and class numbers; of texts that differ by case or spacing only, one stays.

    Raises:
        ConfigError: Too little is left to divide, or texts of one class only.
    """
    assert isinstance(dataset, LabelledSet)
    normalization = normalization_of("sentiment", data)
    tell(0.0, _SPLITTING)
    spaced = replace(normalization, single_spaces=True)
    filled: list[bool] = []
    meter = Meter(within(tell, 0.0, _DIVIDED), sum(map(len, dataset.texts)), _SPLITTING)

    def keys() -> Iterator[str]:
        """One at a time: together they are a second copy of the data."""
        for text in dataset.texts:
            key = spaced(text).casefold()
            filled.append(bool(key))
            yield key
            meter.add(len(text))

    hashes = hash_all(keys())
    unique = drop_repeated(hashes, _filled_parts(dataset.parts, filled))
    if dataset.parts:
        rows = _with_validation(unique.rows, data)
    else:
        used = sorted(unique.rows["all"])
        _check_different(len(used), unique.num_within)
        split = split_labelled([dataset.texts[row] for row in used], [dataset.labels[row] for row in used], data.split)
        rows = {name: [used[place] for place in split[name]] for name in SPLITS}
    _check_classes(Counter(dataset.labels[row] for row in rows["train"]))
    texts = {name: [dataset.texts[row] for row in rows[name]] for name in SPLITS}
    number = {label: place for place, label in enumerate(dataset.classes)}
    labels = {name: np.array([number[dataset.labels[row]] for row in rows[name]], dtype=np.int64) for name in SPLITS}
    tokenizer, encoded = _tokenize(texts, normalization, data, within(tell, _DIVIDED, 1.0))
    ids = {name: Ragged(part.ids, part.offsets) for name, part in encoded.items()}
    summary = DataSummary(
        task="sentiment",
        num_items=sum(map(len, texts.values())),
        num_tokens=len(ids["train"].ids),
        vocab_size=tokenizer.vocab_size,
        num_classes=len(dataset.classes),
        num_train=len(texts["train"]),
        longest=int(ids["train"].lengths.max(initial=0)),
    )
    told, tally = _tally("texts", dataset, filled, [unique], {"text": encoded}, data)
    counts = {name: len(texts[name]) for name in SPLITS}
    of_class = Counter(dataset.labels[row] for part in rows.values() for row in part)
    notes = (*dataset.notes, *told, *class_remarks({label: of_class[label] for label in dataset.classes}))
    return PreparedLabelled(summary, fingerprint, tokenizer, dataset.classes, texts, ids, labels, counts, notes, tally)


def prepare_pairs(dataset: DataSet, fingerprint: str, data: DataConfig, tell: Tell) -> PreparedPairs:
    """Sources and targets; no source stands twice, and no target in two parts (in parts as given: no long one)."""
    assert isinstance(dataset, PairSet)
    normalization = normalization_of("translation", data)
    tell(0.0, _SPLITTING)
    meter = Meter(within(tell, 0.0, _DIVIDED), sum(map(len, dataset.src)) + sum(map(len, dataset.trg)), _SPLITTING)

    def normalized(texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            yield normalization(text)
            meter.add(len(text))

    src, trg = list(normalized(dataset.src)), list(normalized(dataset.trg))
    filled = [bool(s.strip()) and bool(t.strip()) for s, t in zip(src, trg, strict=True)]
    unique = drop_repeated(hash_all(src), _filled_parts(dataset.parts, filled))
    dropped = [unique]
    if dataset.parts:
        dropped.append(drop_answers(trg, unique.rows, REPEATED_ANSWER))
        answers = [text if len(text) >= REPEATED_ANSWER else None for text in trg]
        rows = _with_validation(dropped[-1].rows, data, answers)
    else:
        used = sorted(unique.rows["all"])
        split = split_items([trg[row] for row in used], data.split)
        rows = {name: [used[place] for place in split[name]] for name in SPLITS}
    sides, tokenizers, ends = {}, {}, {"source": (_DIVIDED, 0.575), "target": (0.575, 1.0)}
    for side, column in (("source", src), ("target", trg)):
        texts = {name: [column[row] for row in rows[name]] for name in SPLITS}
        tokenizers[side], encoded = _tokenize(texts, normalization, data, within(tell, *ends[side]))
        sides[side] = (texts, encoded, {name: Ragged(part.ids, part.offsets) for name, part in encoded.items()})
    del src, trg
    (src_texts, _, src_ids), (trg_texts, _, trg_ids) = sides["source"], sides["target"]
    summary = DataSummary(
        task="translation",
        num_items=sum(map(len, rows.values())),
        num_tokens=len(src_ids["train"].ids) + len(trg_ids["train"].ids) + len(trg_texts["train"]),
        src_vocab_size=tokenizers["source"].vocab_size,
        trg_vocab_size=tokenizers["target"].vocab_size,
        num_train=len(src_texts["train"]),
        longest=int(max(src_ids["train"].lengths.max(initial=0), trg_ids["train"].lengths.max(initial=0))),
    )
    told, tally = _tally("pairs", dataset, filled, dropped, {k: encoded for k, (_, encoded, _) in sides.items()}, data)
    counts = {name: len(src_texts[name]) for name in SPLITS}
    return PreparedPairs(
        summary, fingerprint, tokenizers["source"], tokenizers["target"], src_texts, trg_texts, src_ids, trg_ids,
        counts, (*dataset.notes, *told), tally,
    )  # fmt: skip


def _tokenize(
    texts: Mapping[str, Sequence[str]], normalization: Normalization, data: DataConfig, tell: Tell
) -> tuple[Tokenizer, dict[str, Encoded]]:
    """A tokenizer of the training texts, and every part in its ids."""
    tokenizer = fit_tokenizer(data.unit, texts["train"], data.vocab_size, normalization, within(tell, 0.0, 0.3))
    encoded, done, size = {}, 0, sum(map(len, texts.values())) or 1
    for name in SPLITS:
        start, done = 0.3 + 0.7 * done / size, done + len(texts[name])
        stage = within(tell, start, 0.3 + 0.7 * done / size)
        encoded[name] = encode_items(tokenizer, texts[name], data.max_length, stage)
    return tokenizer, encoded


def _filled_parts(parts: Mapping[str, Sequence[int]], filled: Sequence[bool]) -> dict[str, list[int]]:
    """Row numbers by part, those without any text left out; what comes undivided as the part "all"."""
    return {name: [row for row in rows if filled[row]] for name, rows in (parts or {"all": range(len(filled))}).items()}


def _with_validation(
    given: Mapping[str, list[int]], data: DataConfig, answers: Sequence[str | None] = ()
) -> dict[str, list[int]]:
    """The parts as given; where there is no validation part, one is taken off the training part.

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


def _check_different(number: int, num_repeated: int) -> None:
    """Refuse what is hardly anything once repeated texts are dropped, in these words."""
    if number < _FEWEST and num_repeated:
        raise ConfigError.single(
            "data.path",
            f"at least {_FEWEST} different texts",
            f"{plural(number, 'different text')}, which {plural(num_repeated, 'other')} repeat",
            "A text that stands in two parts would be learned by heart: bring texts that differ.",
        )


def _check_classes(in_training: Mapping[str, int]) -> None:
    if len(in_training) < 2:
        raise ConfigError.single(
            "data.label_column",
            "texts of at least two labels to train on",
            f"{len(in_training)} once repeated texts are dropped",
            "Bring different texts of another class, or choose another label column.",
        )


def _tally(
    noun: str,
    dataset: LabelledSet | PairSet,
    filled: Sequence[bool],
    dropped: Sequence[Unique],
    sides: Mapping[str, Mapping[str, Encoded]],
    data: DataConfig,
) -> tuple[list[str], Tally]:
    """Notes for the screen and the counts behind them."""
    num_within = sum(unique.num_within for unique in dropped)
    num_empty = len(filled) - sum(filled)
    reasons = [("that are empty once normalized", num_empty), ("that repeat another", num_within)]
    notes = [f"{num_empty:,} {noun} dropped that are empty once normalized"] if num_empty else []
    if num_within:
        same = {"texts": "repeated texts dropped", "pairs": "pairs dropped whose source stands elsewhere too"}
        notes.append(f"{num_within:,} {same[noun]}")
    for unique, what in zip(dropped, ("", " with their target"), strict=False):
        for part, number in unique.num_across.items():
            where = f"of {_NAMES[part]} that stand in {_AFTER[part]} too{what}"
            notes.append(f"{number:,} {noun} {where} dropped")
            reasons.append((where, number))
    num_cut, num_tokens = _cut((part for parts in sides.values() for part in parts.values()), data.max_length)
    every = {side: np.concatenate([part.lengths for part in parts.values()]) for side, parts in sides.items()}
    remark, is_warning = cut_remark(every, data.max_length)
    notes += [remark] if remark else []
    rows = dataset.rows or Rows(len(filled))
    rows = Rows(rows.read, (*rows.dropped, *((reason, number) for reason, number in reasons if number)))
    repeated = {WITHIN: num_within, ACROSS: sum(sum(unique.num_across.values()) for unique in dropped)}
    lengths = {side: parts["train"].lengths for side, parts in sides.items()}
    return notes, Tally(rows, repeated, num_cut, num_tokens, lengths, dataset.columns, (remark,) if is_warning else ())


_NAMES = {"train": "training", "validation": "validation"}
_AFTER = {"train": "validation or test", "validation": "test"}


def _cut(parts: Iterable[Encoded], max_length: int) -> tuple[int, int]:
    """How many texts were cut, and how many tokens fell off."""
    beyond = [np.maximum(part.lengths.astype(np.int64) - max_length, 0) for part in parts]
    return sum(int((over > 0).sum()) for over in beyond), sum(int(over.sum()) for over in beyond)
