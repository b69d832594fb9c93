"""Prepared data on disk: one folder a set, written whole and then renamed, so that a reader never sees half of it.

Only numbers, texts and JSON; nothing that is unpickled. Left out: which set has which folder (prepare.py).
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from core.config.summary import DataSummary
from core.data.dataset import SPLITS
from core.data.prepared import Prepared, PreparedLabelled, PreparedPairs, PreparedText, Ragged
from core.data.text import Tokenizer, load_tokenizer


def save(prepared: Prepared, folder: Path) -> None:
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
        try:
            target.rename(folder)
        except OSError:
            if not folder.exists():  # otherwise another process was faster, with the same content
                raise


def _ragged_arrays(side: str, parts: dict[str, Ragged]) -> dict[str, np.ndarray]:
    return {f"{side}_{kind}_{name}": getattr(part, kind) for name, part in parts.items() for kind in ("ids", "offsets")}


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
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    with (folder / "arrays.npz").open("rb") as stream, np.load(stream, allow_pickle=False) as file:
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
