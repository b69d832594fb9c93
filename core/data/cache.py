"""Prepared data on disk: one folder a set, written whole and then renamed, so that a reader never sees half of it.

Only numbers, texts and JSON; nothing that is unpickled. Texts are written and read a piece or a line at a time: they
may be as large as memory allows once. Left out: which set has which folder (prepare.py).
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from core.config.summary import DataSummary
from core.data.dataset import SPLITS, Rows
from core.data.prepared import Prepared, PreparedLabelled, PreparedPairs, PreparedSeries, PreparedText, Ragged, Tally
from core.data.progress import Meter, Tell, quiet
from core.data.text import Tokenizer, load_tokenizer

_META = "meta.json"
_PIECE = 1 << 20  # characters


def save(prepared: Prepared, folder: Path, tell: Tell = quiet) -> None:
    """Write a prepared set whole, then give it its name."""
    assert not isinstance(prepared, PreparedSeries), "series are read in milliseconds"
    meter = Meter(tell, _num_characters(prepared), "Keeping it for the next time")
    meter.add(0)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as temporary:
        target = Path(temporary) / "set"
        target.mkdir()
        meta: dict[str, Any] = {
            "summary": asdict(prepared.summary),
            "fingerprint": prepared.fingerprint,
            "notes": prepared.notes,
            "counts": prepared.counts,
            "tally": {key: value for key, value in asdict(prepared.tally).items() if key != "lengths"},
            "sides": list(prepared.tally.lengths),
        }
        arrays = {f"lengths_{side}": lengths for side, lengths in prepared.tally.lengths.items()}
        if isinstance(prepared, PreparedText):
            arrays |= {f"ids_{name}": prepared.ids[name] for name in SPLITS}
            _write_texts(target, "text", prepared.texts, meter)
            (target / "tokenizer.json").write_text(prepared.tokenizer.to_json(), encoding="utf-8")
        elif isinstance(prepared, PreparedLabelled):
            meta["classes"] = prepared.classes
            arrays |= _ragged_arrays("ids", prepared.ids) | {f"labels_{k}": v for k, v in prepared.labels.items()}
            _write_lists(target, "text", prepared.texts, meter)
            (target / "tokenizer.json").write_text(prepared.tokenizer.to_json(), encoding="utf-8")
        else:
            arrays |= _ragged_arrays("src", prepared.src) | _ragged_arrays("trg", prepared.trg)
            _write_lists(target, "src", prepared.src_texts, meter)
            _write_lists(target, "trg", prepared.trg_texts, meter)
            (target / "src_tokenizer.json").write_text(prepared.src_tokenizer.to_json(), encoding="utf-8")
            (target / "trg_tokenizer.json").write_text(prepared.trg_tokenizer.to_json(), encoding="utf-8")
        np.savez(target / "arrays.npz", allow_pickle=False, **arrays)
        meta["num_bytes"] = {path.name: path.stat().st_size for path in target.iterdir()}
        (target / _META).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")
        try:
            target.rename(folder)
        except OSError:
            if not folder.exists():  # otherwise another process was faster, with the same content
                raise


def _ragged_arrays(side: str, parts: dict[str, Ragged]) -> dict[str, np.ndarray]:
    return {f"{side}_{kind}_{name}": getattr(part, kind) for name, part in parts.items() for kind in ("ids", "offsets")}


def _num_characters(prepared: PreparedText | PreparedLabelled | PreparedPairs) -> int:
    if isinstance(prepared, PreparedText):
        return sum(map(len, prepared.texts.values()))
    columns = (prepared.src_texts, prepared.trg_texts) if isinstance(prepared, PreparedPairs) else (prepared.texts,)
    return sum(len(text) for column in columns for texts in column.values() for text in texts)


def _write_texts(folder: Path, side: str, texts: Mapping[str, str], meter: Meter) -> None:
    for name in SPLITS:
        with (folder / f"{side}_{name}.txt").open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
            for start in range(0, len(texts[name]), _PIECE):
                meter.add(stream.write(texts[name][start : start + _PIECE]))


def _write_lists(folder: Path, side: str, texts: Mapping[str, Sequence[str]], meter: Meter) -> None:
    """One text a line, as JSON."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for name in SPLITS:
        with (folder / f"{side}_{name}.jsonl").open(
            "w", encoding="utf-8", errors="surrogatepass", newline=""
        ) as stream:
            for text in texts[name]:
                stream.write(f"{encode(text)}\n")
                meter.add(len(text))


def _read_text(path: Path) -> str:
    with path.open(encoding="utf-8", errors="surrogatepass", newline="") as stream:
        return stream.read()


def _read_lists(folder: Path, side: str) -> dict[str, list[str]]:
    found = {}
    for name in SPLITS:
        path = folder / f"{side}_{name}.jsonl"
        with path.open(encoding="utf-8", errors="surrogatepass", newline="\n") as stream:
            found[name] = [json.loads(line) for line in stream]
    return found


def load(task: str, folder: Path) -> Prepared | None:
    """Read what `save` wrote; None where there is nothing. A damaged folder is removed and counts as nothing."""
    if not folder.exists():
        return None
    try:
        return _read(task, folder)
    except Exception:
        _discard(folder)
        return None


def _discard(folder: Path) -> None:
    """Take a folder out of sight in one step, then remove it."""
    hidden = folder.with_name(f".damaged-{folder.name}-{secrets.token_hex(4)}")
    with suppress(OSError):  # another process may have removed it already
        folder.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def _read(task: str, folder: Path) -> Prepared:
    meta = json.loads((folder / _META).read_text(encoding="utf-8", errors="surrogatepass"))
    for name, num_bytes in meta["num_bytes"].items():
        if (folder / name).stat().st_size != num_bytes:
            raise ValueError(f"{name} is not as it was written")
    with (folder / "arrays.npz").open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    summary = DataSummary(**meta["summary"])
    fingerprint, counts, notes = meta["fingerprint"], meta["counts"], tuple(meta["notes"])
    tally = _tally(meta, arrays)

    def tokenizer(name: str) -> Tokenizer:
        return load_tokenizer((folder / f"{name}.json").read_text(encoding="utf-8"))

    def ragged(side: str) -> dict[str, Ragged]:
        return {name: Ragged(arrays[f"{side}_ids_{name}"], arrays[f"{side}_offsets_{name}"]) for name in SPLITS}

    if task == "generation":
        ids = {name: arrays[f"ids_{name}"] for name in SPLITS}
        texts = {name: _read_text(folder / f"text_{name}.txt") for name in SPLITS}
        return PreparedText(summary, fingerprint, tokenizer("tokenizer"), texts, ids, counts, notes, tally)
    if task == "sentiment":
        labels = {name: arrays[f"labels_{name}"] for name in SPLITS}
        return PreparedLabelled(
            summary, fingerprint, tokenizer("tokenizer"), tuple(meta["classes"]), _read_lists(folder, "text"),
            ragged("ids"), labels, counts, notes, tally,
        )  # fmt: skip
    return PreparedPairs(
        summary, fingerprint, tokenizer("src_tokenizer"), tokenizer("trg_tokenizer"), _read_lists(folder, "src"),
        _read_lists(folder, "trg"), ragged("src"), ragged("trg"), counts, notes, tally,
    )  # fmt: skip


def _tally(meta: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Tally:
    given = dict(meta["tally"])
    rows, given["warnings"] = given.pop("rows"), tuple(given["warnings"])
    if rows is not None:
        rows = Rows(rows["read"], tuple((reason, number) for reason, number in rows["dropped"]))
    return Tally(rows, **given, lengths={side: arrays[f"lengths_{side}"] for side in meta["sides"]})
