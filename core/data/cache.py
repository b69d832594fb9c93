"""Prepared data on disk: one folder a set, written whole and then renamed, so that a reader never sees half of it.

Each field of what a kind of data prepares is kept by its type, so that a new kind needs nothing here. Only numbers,
texts and JSON; nothing that is unpickled. Texts are written and read a piece or a line at a time: they may be as large
as memory allows once.
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any, get_origin, get_type_hints

import numpy as np

from core.config.summary import DataSummary
from core.data.dataset import SPLITS, Rows
from core.data.prepared import Prepared, PreparedSeries, Ragged, Tally
from core.data.progress import Meter, ProgressCallback, quiet
from core.data.text import Tokenizer, load_tokenizer

_META = "meta.json"
_PIECE = 1 << 20  # characters
_ARRAYS, _RAGGED, _TEXTS = dict[str, np.ndarray], dict[str, Ragged], dict[str, str]
_LISTS = (dict[str, list[str]], dict[str, list[list[str]]])


def save(prepared: Prepared, folder: Path, tell: ProgressCallback = quiet) -> None:
    """Write a prepared set whole, then give it its name."""
    assert not isinstance(prepared, PreparedSeries), "series are read in milliseconds"
    hints = _hints(type(prepared))
    texts = {name: getattr(prepared, name) for name, hint in hints.items() if hint == _TEXTS or hint in _LISTS}
    meter = Meter(tell, sum(map(len, _pieces(texts))), "Keeping it for the next time")
    meter.add(0)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as temporary:
        target = Path(temporary) / "set"
        target.mkdir()
        meta: dict[str, Any] = {}
        arrays: dict[str, np.ndarray] = {}
        for name, hint in hints.items():
            value = getattr(prepared, name)
            if hint == _ARRAYS:
                arrays |= {f"{name}_{split}": value[split] for split in SPLITS}
            elif hint == _RAGGED:
                arrays |= {f"{name}_ids_{split}": value[split].ids for split in SPLITS}
                arrays |= {f"{name}_offsets_{split}": value[split].offsets for split in SPLITS}
            elif hint is Tokenizer:
                (target / f"{name}.json").write_text(value.to_json(), encoding="utf-8")
            elif hint is Tally:
                arrays |= {f"lengths_{side}": lengths for side, lengths in value.lengths.items()}
                meta[name] = {**asdict(value), "lengths": list(value.lengths)}
            elif name not in texts:
                meta[name] = asdict(value) if hint is DataSummary else value
        for name, value in texts.items():
            (_write_texts if hints[name] == _TEXTS else _write_lists)(target, name, value, meter)
        np.savez(target / "arrays.npz", allow_pickle=False, **arrays)
        meta["num_bytes"] = {path.name: path.stat().st_size for path in target.iterdir()}
        (target / _META).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")
        try:
            target.rename(folder)
        except OSError:
            if not folder.exists():  # otherwise another process was faster, with the same content
                raise


def _hints(numbers: type) -> dict[str, Any]:
    """The type of each field of a class of prepared data."""
    hints = get_type_hints(numbers)
    return {field.name: hints[field.name] for field in fields(numbers)}


def _pieces(value: Any) -> Iterator[str]:
    """Every text in dictionaries and lists."""
    if isinstance(value, str):
        yield value
    else:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _pieces(inner)


def _write_texts(folder: Path, name: str, texts: Mapping[str, str], meter: Meter) -> None:
    for split in SPLITS:
        with _open(folder / f"{name}_{split}.txt", "w") as stream:
            for start in range(0, len(texts[split]), _PIECE):
                meter.add(stream.write(texts[split][start : start + _PIECE]))


def _write_lists(folder: Path, name: str, items: Mapping[str, Sequence[str | list[str]]], meter: Meter) -> None:
    """One text, or one list of words, a line, as JSON."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for split in SPLITS:
        with _open(folder / f"{name}_{split}.jsonl", "w") as stream:
            for item in items[split]:
                stream.write(f"{encode(item)}\n")
                meter.add(len(item) if isinstance(item, str) else sum(map(len, item)))


def load(numbers: type[Prepared], folder: Path) -> Prepared | None:
    """Read what `save` wrote of that class; None where there is nothing. A damaged folder goes and counts as nothing."""
    if not folder.exists():
        return None
    try:
        return _read(numbers, folder)
    except Exception:
        _discard(folder)
        return None


def _discard(folder: Path) -> None:
    """Take a folder out of sight in one step, then remove it."""
    hidden = folder.with_name(f".damaged-{folder.name}-{secrets.token_hex(4)}")
    with suppress(OSError):  # another process may have removed it already
        folder.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def _read(numbers: type[Prepared], folder: Path) -> Prepared:
    meta = json.loads((folder / _META).read_text(encoding="utf-8", errors="surrogatepass"))
    for name, num_bytes in meta["num_bytes"].items():
        if (folder / name).stat().st_size != num_bytes:
            raise ValueError(f"{name} is not as it was written")
    with (folder / "arrays.npz").open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    given = {name: _read_field(name, hint, folder, meta, arrays) for name, hint in _hints(numbers).items()}
    return numbers(**given)


def _read_field(name: str, hint: Any, folder: Path, meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Any:
    if hint == _ARRAYS:
        return {split: arrays[f"{name}_{split}"] for split in SPLITS}
    if hint == _RAGGED:
        return {split: Ragged(arrays[f"{name}_ids_{split}"], arrays[f"{name}_offsets_{split}"]) for split in SPLITS}
    if hint is Tokenizer:
        return load_tokenizer((folder / f"{name}.json").read_text(encoding="utf-8"))
    if hint == _TEXTS:
        return {split: _read_text(folder / f"{name}_{split}.txt") for split in SPLITS}
    if hint in _LISTS:
        return {split: _read_lists(folder / f"{name}_{split}.jsonl") for split in SPLITS}
    value = meta[name]
    if hint is Tally:
        return _tally(value, arrays)
    if hint is DataSummary:
        return DataSummary(**value)
    return tuple(value) if get_origin(hint) is tuple else value


def _open(path: Path, mode: str = "r") -> IO[str]:
    """A file of text, whatever it holds: only \n ends a line of it."""
    return open(path, mode, encoding="utf-8", errors="surrogatepass", newline="\n")


def _read_text(path: Path) -> str:
    with _open(path) as stream:
        return stream.read()


def _read_lists(path: Path) -> list[Any]:
    with _open(path) as stream:
        return [json.loads(line) for line in stream]


def _tally(given: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Tally:
    rows = given["rows"]
    if rows is not None:
        rows = Rows(rows["read"], tuple((reason, number) for reason, number in rows["dropped"]))
    lengths = {side: arrays[f"lengths_{side}"] for side in given["lengths"]}
    return Tally(**{**given, "rows": rows, "lengths": lengths, "warnings": tuple(given["warnings"])})
