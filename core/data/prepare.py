"""From a data configuration to numbers ready for training: loaded, split, tokenized, and kept on disk.

What is prepared depends on the content (its fingerprint) and on the data configuration alone, so it is made once
and shared by every run. The folder is written whole and then renamed: a reader never sees half of it.
Left out: batches and devices (batching.py), anything that depends on a model.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.config.summary import DataSummary
from core.data import catalog
from core.data.dataset import SPLITS, DataSet, LabelledSet, PairSet, SeriesSet, TextSet
from core.data.season import find_season
from core.data.splits import cut_points, drop_repeated_paragraphs, split_items, split_labelled, split_text
from core.data.text import Tokenizer, encode_all, fit_tokenizer, load_tokenizer

PREPARE_VERSION = 1


@dataclass(frozen=True)
class PreparedSeries:
    """Series with their parts: rows up to `boundaries[0]` are training, up to `boundaries[1]` validation."""

    summary: DataSummary
    fingerprint: str
    series: SeriesSet
    boundaries: tuple[int, int]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreparedText:
    """One stream of token ids a part: `ids[split]` int32 (T,), `texts[split]` the text itself."""

    summary: DataSummary
    fingerprint: str
    tokenizer: Tokenizer
    texts: dict[str, str]
    ids: dict[str, np.ndarray]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ragged:
    """Sequences of different lengths in one array: item i is `ids[offsets[i]:offsets[i + 1]]`."""

    ids: np.ndarray
    offsets: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """int64 (N,), tokens of each item."""
        return np.diff(self.offsets)


@dataclass(frozen=True)
class PreparedLabelled:
    """Texts, their ids and their class numbers by part."""

    summary: DataSummary
    fingerprint: str
    tokenizer: Tokenizer
    classes: tuple[str, ...]
    texts: dict[str, list[str]]
    ids: dict[str, Ragged]
    labels: dict[str, np.ndarray]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreparedPairs:
    """Source and target texts and ids by part; `trg` holds neither `<bos>` nor `<eos>`."""

    summary: DataSummary
    fingerprint: str
    src_tokenizer: Tokenizer
    trg_tokenizer: Tokenizer
    src_texts: dict[str, list[str]]
    trg_texts: dict[str, list[str]]
    src: dict[str, Ragged]
    trg: dict[str, Ragged]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


Prepared = PreparedSeries | PreparedText | PreparedLabelled | PreparedPairs


def load_data(task: str, data: DataConfig, settings: Settings, limits: Limits) -> tuple[DataSet, str]:
    """Load what the data section names.

    Returns:
        The data set, cleaned, and the sha256 fingerprint of its content.

    Raises:
        ConfigError: No such data, or data that cannot be used, with the reason.
    """
    if data.source == "builtin":
        entry = catalog.find(task, data.id)
        return entry.load(data), entry.fingerprint(data)
    from core.data.sources.files import read_files
    from core.data.sources.uploads import find_upload, fingerprint_files

    paths = _paths(data, settings, find_upload)
    return read_files(task, paths, data, limits), fingerprint_files(_content_of(paths))


def _paths(data: DataConfig, settings: Settings, find_upload: Callable) -> list[Path]:
    if data.source == "upload":
        return list(find_upload(data.id or "", settings.state_dir).paths)
    return [Path(path) for path in data.path]


def _content_of(paths: list[Path]) -> list[Path]:
    """The files behind paths, those of a folder in order of name."""
    return [file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path]) if file.is_file()]


def prepare(task: str, data: DataConfig, settings: Settings | None = None, limits: Limits | None = None) -> Prepared:
    """Everything a task needs of its data, from disk when it has been prepared before.

    Raises:
        ConfigError: The data cannot be found, read, split or used.
    """
    settings, limits = settings or Settings(), limits or Limits()
    if task == "forecasting":
        return _prepare_series(*load_data(task, data, settings, limits), data)
    key = _cache_key(task, data, settings)
    folder = settings.state_dir / "prepared" / key
    if (folder / "meta.json").exists():
        try:
            return _load(task, folder)
        except (OSError, ValueError, KeyError):  # a damaged folder is made anew
            shutil.rmtree(folder, ignore_errors=True)
    dataset, fingerprint = load_data(task, data, settings, limits)
    prepared = _PREPARERS[task](dataset, fingerprint, data)
    _save(prepared, folder)
    return prepared


def is_prepared(task: str, data: DataConfig, settings: Settings) -> bool:
    """Whether `prepare` would only read from disk."""
    if task == "forecasting":
        return True
    return (settings.state_dir / "prepared" / _cache_key(task, data, settings) / "meta.json").exists()


def _cache_key(task: str, data: DataConfig, settings: Settings) -> str:
    """Depends on the content and on every data field that decides what is prepared."""
    if data.source == "builtin":
        content = catalog.find(task, data.id).fingerprint(data)
    else:
        from core.data.sources.uploads import find_upload, fingerprint_files

        paths = _paths(data, settings, find_upload)
        content = fingerprint_files(_content_of(paths)) if all(path.exists() for path in paths) else ""
    choices = data.model_dump(mode="json", exclude={"path", "window_size", "horizon", "difference"})
    shape = [Path(path).suffix for path in data.path]
    raw = json.dumps([PREPARE_VERSION, task, content, choices, shape], sort_keys=True)
    return hashlib.sha256(raw.encode()).hexdigest()[:32]


def _prepare_series(dataset: DataSet, fingerprint: str, data: DataConfig) -> PreparedSeries:
    assert isinstance(dataset, SeriesSet)
    values = dataset.frame.to_numpy()
    ends = cut_points(len(values), data.split)
    first_target = dataset.frame[dataset.target_columns[0]].to_numpy()
    summary = DataSummary(
        task="forecasting",
        num_items=len(values),
        num_tokens=ends[0],
        num_features=values.shape[1],
        num_targets=len(dataset.target_columns),
        season=find_season(first_target[: ends[0]], dataset.frequency),
        frequency=dataset.frequency or "",
    )
    counts = {"train": ends[0], "validation": ends[1] - ends[0], "test": len(values) - ends[1]}
    return PreparedSeries(summary, fingerprint, dataset, ends, counts, dataset.notes)


def _prepare_text(dataset: DataSet, fingerprint: str, data: DataConfig) -> PreparedText:
    assert isinstance(dataset, TextSet)
    notes = list(dataset.notes)
    if dataset.items:
        items = list(dict.fromkeys(dataset.items))
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


def _save(prepared: Prepared, folder: Path) -> None:
    """Write a prepared set whole, then give it its name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as temporary:
        target = Path(temporary) / "set"
        target.mkdir()
        arrays: dict[str, np.ndarray] = {}
        meta = {
            "summary": asdict(prepared.summary),
            "fingerprint": prepared.fingerprint,
            "notes": prepared.notes,
            "counts": prepared.counts,
        }
        texts: dict[str, object] = {}
        if isinstance(prepared, PreparedText):
            texts["texts"] = prepared.texts
            arrays |= {f"ids_{name}": prepared.ids[name] for name in SPLITS}
            (target / "tokenizer.json").write_text(prepared.tokenizer.to_json(), encoding="utf-8")
        elif isinstance(prepared, PreparedLabelled):
            texts["texts"] = prepared.texts
            meta["classes"] = prepared.classes
            arrays |= _ragged_arrays("ids", prepared.ids) | {f"labels_{k}": v for k, v in prepared.labels.items()}
            (target / "tokenizer.json").write_text(prepared.tokenizer.to_json(), encoding="utf-8")
        elif isinstance(prepared, PreparedPairs):
            texts |= {"src_texts": prepared.src_texts, "trg_texts": prepared.trg_texts}
            arrays |= _ragged_arrays("src", prepared.src) | _ragged_arrays("trg", prepared.trg)
            (target / "src_tokenizer.json").write_text(prepared.src_tokenizer.to_json(), encoding="utf-8")
            (target / "trg_tokenizer.json").write_text(prepared.trg_tokenizer.to_json(), encoding="utf-8")
        np.savez(target / "arrays.npz", allow_pickle=False, **arrays)
        (target / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
        (target / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
        if not folder.exists():
            target.rename(folder)


def _ragged_arrays(side: str, parts: dict[str, Ragged]) -> dict[str, np.ndarray]:
    return {f"{side}_{kind}_{name}": getattr(part, kind) for name, part in parts.items() for kind in ("ids", "offsets")}


def _load(task: str, folder: Path) -> Prepared:
    """Read what `_save` wrote."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    with np.load(folder / "arrays.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    summary = DataSummary(**meta["summary"])
    fingerprint, counts, notes = meta["fingerprint"], meta["counts"], tuple(meta["notes"])

    def tokenizer(name: str) -> Tokenizer:
        return load_tokenizer((folder / f"{name}.json").read_text(encoding="utf-8"))

    def ragged(side: str) -> dict[str, Ragged]:
        return {name: Ragged(arrays[f"{side}_ids_{name}"], arrays[f"{side}_offsets_{name}"]) for name in SPLITS}

    if task == "generation":
        ids = {name: arrays[f"ids_{name}"] for name in SPLITS}
        return PreparedText(summary, fingerprint, tokenizer("tokenizer"), texts["texts"], ids, counts, notes)
    if task == "sentiment":
        labels = {name: arrays[f"labels_{name}"] for name in SPLITS}
        classes = tuple(meta["classes"])
        return PreparedLabelled(
            summary, fingerprint, tokenizer("tokenizer"), classes, texts["texts"], ragged("ids"), labels, counts, notes
        )
    return PreparedPairs(
        summary,
        fingerprint,
        tokenizer("src_tokenizer"),
        tokenizer("trg_tokenizer"),
        texts["src_texts"],
        texts["trg_texts"],
        ragged("src"),
        ragged("trg"),
        counts,
        notes,
    )
