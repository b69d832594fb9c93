"""A run as a script of torch's own modules beside its weights: all that its reader needs is in one folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.letters import Letters
from core.data.text import load_tokenizer
from core.exports.plain import TEMPLATES, Plain, in_one_layer, in_plain_words, powers_of, read_json_file
from core.exports.vocabulary import library_tokenizer
from core.jobs.folders import read_experiment
from core.training.checkpoint import load_best

if TYPE_CHECKING:
    from torch import Tensor

SCRIPT, WEIGHTS, CONFIG = "network.py", "model.safetensors", "config.json"
_LINE = re.compile(r"^(.*?)  #\? ([\w !]+)$")
_SHARED = re.compile(r"^#include (\w+\.txt)$", re.MULTILINE)


def write_script(run: Path, out: Path) -> Plain:
    """Write a run's script, its weights in single precision, `config.json`, and its vocabulary into a folder.

    Returns:
        What the script says, for files that go on from it.

    Raises:
        ConfigError: The run cannot be read, has no weights yet, or an option that no template says; nothing is written.
    """
    experiment, weights = read_experiment(run), in_one_layer(load_best(run))
    scaler, vocabulary = (read_json_file(run / name) for name in ("scaler.json", "tokenizer.json"))
    plain = in_plain_words(experiment, weights, scaler)
    config = {"max_length": getattr(experiment.data, "max_length", None), **config_of(run, scaler, vocabulary)}
    (out / SCRIPT).write_text(filled(plain), encoding="utf-8")
    _save(weights, out / WEIGHTS)
    if "letters" in plain.flags:
        config["letters"] = letters_of(vocabulary)
    (out / CONFIG).write_text(json.dumps(config, ensure_ascii=False, indent=1), encoding="utf-8")
    for name, content in tokenizers_of(vocabulary).items():
        library_tokenizer(content).save(str(out / name))
    return plain


def filled(plain: Plain) -> str:
    """A template with its values, and without the lines whose flags do not hold."""
    lines = []
    template = _SHARED.sub(lambda name: (TEMPLATES / name[1]).read_text(encoding="utf-8"), plain.template)
    for line in template.split("\n"):
        asked = _LINE.match(line)
        if asked is None:
            lines.append(line)
        elif all((flag.strip("!") in plain.flags) != flag.startswith("!") for flag in asked[2].split()):
            lines.append(asked[1])
    text = re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))
    text = re.sub(r"\n\n\n(?=    )", "\n\n", text)  # what was left out within a class
    return re.sub(r"@(\w+)@", lambda name: str(plain.values[name[1]]), text).replace(", bidirectional=False", "")


def config_of(run: Path, scaler: Mapping[str, Any] | None, vocabulary: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the script reads besides weights and vocabularies."""
    if scaler is not None:
        scale = scaler["scaler"]
        kept = {name: scaler[name] for name in ("columns", "targets", "history", "history_times")}
        return {**kept, "season": scaler.get("season", 1), "mean": scale["mean"], "std": scale["std"],
                "powers": powers_of(scale)}  # fmt: skip
    if vocabulary is None or "classes" not in vocabulary:
        return {}
    evidence = (read_json_file(run / "result.json") or {}).get("evidence") or {}
    return {"classes": vocabulary["classes"], "temperature": evidence.get("temperature") or 1.0}


def letters_of(vocabulary: Mapping[str, Any]) -> str:
    """The letters that a network knows of words, in the order of their numbers, which begin with 2."""
    return "".join(Letters(load_tokenizer(json.dumps(vocabulary["tokenizer"]))).numbers)


def tokenizers_of(vocabulary: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """By name of the file, each vocabulary of a run."""
    if vocabulary is None:
        return {}
    if "unit" in vocabulary:
        return {"tokenizer.json": vocabulary}
    if "tokenizer" in vocabulary:
        return {"tokenizer.json": vocabulary["tokenizer"]}
    return {f"{side}_tokenizer.json": content for side, content in vocabulary.items()}


def _save(weights: Mapping[str, Tensor], path: Path) -> None:
    from safetensors.torch import save_file

    save_file({name: weight.float().contiguous() for name, weight in weights.items()}, str(path))
