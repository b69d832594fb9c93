"""From a data configuration to numbers ready for training: loaded, split, tokenized, and kept on disk.

What is prepared depends on the content (its fingerprint) and on the data configuration alone, so it is made once
and shared by every run. Left out: its form on disk (cache.py), batches and devices (batching.py), anything that
depends on a model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.config.summary import DataSummary
from core.data import cache, catalog
from core.data.dataset import SPLITS, DataSet, LabelledSet, PairSet, SeriesSet, TextSet
from core.data.prepared import Prepared, PreparedLabelled, PreparedPairs, PreparedSeries, PreparedText, Ragged
from core.data.season import find_season
from core.data.series import carry_ratio
from core.data.splits import cut_points, drop_repeated_paragraphs, split_items, split_labelled, split_text
from core.data.text import encode_all, fit_tokenizer

PREPARE_VERSION = 3


def load_data(task: str, data: DataConfig, settings: Settings, limits: Limits) -> tuple[DataSet, str]:
    """Load what the data section names.

    Returns:
        The data set, cleaned, and the sha256 fingerprint of its content.

    Raises:
        NotHere: A public set whose files are not on this machine.
        ConfigError: No such data, or data that cannot be used, with the reason.
    """
    if data.source in ("builtin", "catalogue"):
        entry = catalog.find(task, data.id)
        catalog.check_source(entry, data.source)
        return load_entry(entry, data, settings), entry.fingerprint(data)
    from core.data.sources.files import read_files
    from core.data.sources.uploads import fingerprint_files

    paths, names = _places(data, settings)
    return read_files(task, paths, data, limits, names), fingerprint_files(paths)


def load_entry(entry: catalog.Entry, data: DataConfig, settings: Settings) -> DataSet:
    """Read a set of the catalogue, whether or not its task can be trained yet.

    Raises:
        NotHere: A public set whose files are not on this machine.
        ConfigError: Choices that the set does not offer, or files that are not as published.
    """
    if not entry.files:
        return entry.load(data)
    from core.data.downloads import require

    return entry.load(require(entry, settings), data)


def _places(data: DataConfig, settings: Settings) -> tuple[list[Path], tuple[str, ...]]:
    """Where an upload or a file of one's own lies, and what its owner calls an upload's files."""
    if data.source == "upload":
        from core.data.sources.uploads import find_upload

        upload = find_upload(data.id or "", settings.state_dir)
        return list(upload.paths), upload.names
    return [Path(path) for path in data.path], ()


def prepare(task: str, data: DataConfig, settings: Settings | None = None, limits: Limits | None = None) -> Prepared:
    """Everything a task needs of its data, from disk when it has been prepared before.

    Raises:
        ConfigError: The data cannot be found, read, split or used.
    """
    settings, limits = settings or Settings(), limits or Limits()
    if task == "forecasting":
        return _prepare_series(*load_data(task, data, settings, limits), data)
    folder = _cache_folder(task, data, settings)
    kept = cache.load(task, folder)
    if kept is not None:
        return kept
    dataset, fingerprint = load_data(task, data, settings, limits)
    prepared = _PREPARERS[task](dataset, fingerprint, data)
    cache.save(prepared, folder)
    return prepared


def is_prepared(task: str, data: DataConfig, settings: Settings) -> bool:
    """Whether `prepare` would only read from disk."""
    if task == "forecasting":
        return True
    return (_cache_folder(task, data, settings) / "meta.json").exists()


def _cache_folder(task: str, data: DataConfig, settings: Settings) -> Path:
    """Where the prepared data is kept: an upload's own with the upload, so that it goes when that goes."""
    place = settings.state_dir
    if data.source == "upload":
        place = _places(data, settings)[0][0].parent
    return place / "prepared" / _cache_key(task, data, settings)


def _cache_key(task: str, data: DataConfig, settings: Settings) -> str:
    """Depends on the content and on every data field that decides what is prepared."""
    if data.source in ("builtin", "catalogue"):
        content = catalog.find(task, data.id).fingerprint(data)
    else:
        from core.data.sources.uploads import fingerprint_files

        paths, _ = _places(data, settings)
        content = fingerprint_files(paths) if all(path.exists() for path in paths) else ""
    choices = data.model_dump(mode="json", exclude={"path", "window_size", "horizon", "difference"})
    shape = [Path(path).suffix for path in data.path]
    raw = json.dumps([PREPARE_VERSION, task, content, choices, shape], sort_keys=True)
    return hashlib.sha256(raw.encode()).hexdigest()[:32]


def _prepare_series(dataset: DataSet, fingerprint: str, data: DataConfig) -> PreparedSeries:
    assert isinstance(dataset, SeriesSet)
    values = dataset.frame.to_numpy()
    ends = cut_points(len(values), data.split)
    targets = dataset.frame[list(dataset.target_columns)].to_numpy()[: ends[0]]
    season = find_season(targets[:, 0], dataset.frequency)
    summary = DataSummary(
        task="forecasting",
        num_items=len(values),
        num_tokens=ends[0],
        num_features=values.shape[1],
        num_targets=len(dataset.target_columns),
        season=season,
        frequency=dataset.frequency or "",
        carry_ratio=carry_ratio(targets, season),
    )
    counts = {"train": ends[0], "validation": ends[1] - ends[0], "test": len(values) - ends[1]}
    return PreparedSeries(summary, fingerprint, dataset, ends, counts, dataset.notes)


def _prepare_text(dataset: DataSet, fingerprint: str, data: DataConfig) -> PreparedText:
    assert isinstance(dataset, TextSet)
    notes = list(dataset.notes)
    if dataset.items:
        items = list(dict.fromkeys(dataset.items))
        if len(items) < len(dataset.items):
            notes.append(f"{len(dataset.items) - len(items):,} repeated items dropped")
        rows = split_items(items, data.split)
        texts = {name: "".join(items[row] + "\n" for row in rows[name]) for name in SPLITS}
    else:
        texts, num_dropped = (
            drop_repeated_paragraphs(dataset.parts) if dataset.parts else split_text(dataset.text, data.split)
        )
        if num_dropped:
            notes.append(f"{num_dropped:,} paragraphs dropped that an earlier part holds already")
    tokenizer = fit_tokenizer(data.unit, [texts["train"]], data.vocab_size)
    ids = {name: tokenizer.encode(texts[name]) for name in SPLITS}
    summary = DataSummary(
        task="generation",
        num_items=sum(map(len, texts.values())),
        num_tokens=len(ids["train"]),
        vocab_size=tokenizer.vocab_size,
        longest=max(map(len, dataset.items), default=0),
    )
    counts = {name: len(ids[name]) for name in SPLITS}
    return PreparedText(summary, fingerprint, tokenizer, texts, ids, counts, tuple(notes))


def _prepare_labelled(dataset: DataSet, fingerprint: str, data: DataConfig) -> PreparedLabelled:
    assert isinstance(dataset, LabelledSet)
    rows, notes = _rows_of_parts(dataset, data)
    tokenizer = fit_tokenizer(data.unit, [dataset.texts[row] for row in rows["train"]], data.vocab_size, lowercase=True)
    number = {label: place for place, label in enumerate(dataset.classes)}
    texts = {name: [dataset.texts[row] for row in rows[name]] for name in SPLITS}
    ids = {name: Ragged(*encode_all(tokenizer, texts[name], data.max_length)) for name in SPLITS}
    labels = {name: np.array([number[dataset.labels[row]] for row in rows[name]], dtype=np.int64) for name in SPLITS}
    summary = DataSummary(
        task="sentiment",
        num_items=sum(map(len, texts.values())),
        num_tokens=len(ids["train"].ids),
        vocab_size=tokenizer.vocab_size,
        num_classes=len(dataset.classes),
        num_train=len(texts["train"]),
        longest=int(ids["train"].lengths.max(initial=0)),
    )
    counts = {name: len(texts[name]) for name in SPLITS}
    return PreparedLabelled(
        summary, fingerprint, tokenizer, dataset.classes, texts, ids, labels, counts, (*dataset.notes, *notes)
    )


def _rows_of_parts(dataset: LabelledSet, data: DataConfig) -> tuple[dict[str, list[int]], list[str]]:
    """Row numbers by part. Of texts that differ by case or spacing only, the first stays."""
    first: dict[str, int] = {}
    parts = dataset.parts or {"all": tuple(range(len(dataset.texts)))}
    order = [row for name in ("test", "validation", "train", "all") for row in parts.get(name, ())]
    for row in order:
        first.setdefault(" ".join(dataset.texts[row].casefold().split()), row)
    kept = set(first.values())
    num_dropped = len(order) - len(kept)
    notes = [f"{num_dropped:,} repeated texts dropped"] if num_dropped else []
    if dataset.parts:
        rows = {name: [row for row in parts.get(name, ()) if row in kept] for name in SPLITS}
        if not rows["validation"]:
            rows["train"], rows["validation"] = _set_aside(rows["train"], data)
        return rows, notes
    used = sorted(kept)
    split = split_labelled([dataset.texts[row] for row in used], [dataset.labels[row] for row in used], data.split)
    return {name: [used[place] for place in split[name]] for name in SPLITS}, notes


def _set_aside(rows: list[int], data: DataConfig) -> tuple[list[int], list[int]]:
    """Take a validation part off a training part that came without one."""
    share = data.split[1] / (data.split[0] + data.split[1])
    split = split_items(rows, (1 - share, share, 0.0))
    return [rows[place] for place in split["train"]], [rows[place] for place in split["validation"]]


def _prepare_pairs(dataset: DataSet, fingerprint: str, data: DataConfig) -> PreparedPairs:
    assert isinstance(dataset, PairSet)
    notes = list(dataset.notes)
    parts = dataset.parts or {"all": tuple(range(len(dataset.src)))}
    order = [row for name in ("test", "validation", "train", "all") for row in parts.get(name, ())]
    first: dict[str, int] = {}
    for row in order:
        first.setdefault(dataset.src[row], row)
    kept = set(first.values())
    if len(order) > len(kept):
        notes.append(f"{len(order) - len(kept):,} pairs dropped whose source stands elsewhere too")
    if dataset.parts:
        rows = {name: [row for row in parts.get(name, ()) if row in kept] for name in SPLITS}
        if not rows["validation"]:
            rows["train"], rows["validation"] = _set_aside(rows["train"], data)
    else:
        used = sorted(kept)
        split = split_items([dataset.trg[row] for row in used], data.split)
        rows = {name: [used[place] for place in split[name]] for name in SPLITS}
    sides, tokenizers = {}, {}
    for side, column in (("src", dataset.src), ("trg", dataset.trg)):
        texts = {name: [column[row] for row in rows[name]] for name in SPLITS}
        tokenizers[side] = fit_tokenizer(data.unit, texts["train"], data.vocab_size)
        ids = {name: Ragged(*encode_all(tokenizers[side], texts[name], data.max_length)) for name in SPLITS}
        sides[side] = (texts, ids)
    (src_texts, src), (trg_texts, trg) = sides["src"], sides["trg"]
    summary = DataSummary(
        task="translation",
        num_items=len(kept),
        num_tokens=len(src["train"].ids) + len(trg["train"].ids) + len(trg_texts["train"]),
        src_vocab_size=tokenizers["src"].vocab_size,
        trg_vocab_size=tokenizers["trg"].vocab_size,
        num_train=len(src_texts["train"]),
        longest=int(max(src["train"].lengths.max(initial=0), trg["train"].lengths.max(initial=0))),
    )
    counts = {name: len(src_texts[name]) for name in SPLITS}
    return PreparedPairs(
        summary, fingerprint, tokenizers["src"], tokenizers["trg"], src_texts, trg_texts, src, trg, counts, tuple(notes)
    )


_PREPARERS: dict[str, Callable[[DataSet, str, DataConfig], Prepared]] = {
    "generation": _prepare_text,
    "sentiment": _prepare_labelled,
    "translation": _prepare_pairs,
}
