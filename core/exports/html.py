"""A run as one HTML file: its network in plain JavaScript, with weights and words inside, that asks nothing of any server.

The file's scripts are those of `templates/html/`, one by kind of data beside what all share. What a script in torch's modules
cannot say is refused here too, by the same rules. Browsers run nothing but these scripts: a policy in the file names their
hashes and forbids every request. What comes from data stands in a block of JSON, and goes onto the page as text.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.words import with_unit
from core.data.sources.numbers import LARGEST
from core.exports.card import kept_weights, source_words
from core.exports.plain import Plain, in_one_layer, in_plain_words, read_json_file
from core.exports.script import config_of, letters_of, tokenizers_of
from core.figures import baseline_label, best_baseline, headline_metric, metric_of, metric_value, smaller_is_better
from core.jobs.folders import read_experiment
from core.run_title import describe_data, describe_run
from core.training.checkpoint import load_best
from core.verdict import verdict

if TYPE_CHECKING:
    from torch import Tensor

PAGE = "network.html"
PARTS = Path(__file__).parent / "templates" / "html"
_BESIDE = re.compile(r"// Beside (\w+)\.js[:.]")  # with which a script begins that needs another
_HINT = "Take the script instead, or the whole run, which `core.load` reads."


def write_html(run: Path, out: Path) -> None:
    """Write a run as one HTML file into a folder.

    Raises:
        ConfigError: As `write_script`, or a kind of data or a vocabulary that no page reads; nothing is written.
    """
    experiment, weights = read_experiment(run), in_one_layer(load_best(run))
    scaler, vocabulary, result = (
        read_json_file(run / name) for name in ("scaler.json", "tokenizer.json", "result.json")
    )
    plain = in_plain_words(experiment, weights, scaler)
    kind = experiment.description.kind
    if not (PARTS / f"{kind}.js").exists():
        raise ConfigError.single("task", "one that a page in the browser runs", experiment.task, _HINT)
    table, form, packed = pack_weights(weights)
    content = {
        **_words(experiment, result or {}),
        "example": _example(run),
        "network": _network(experiment, plain),
        "weights": {"form": form, "table": table},
        "tokenizers": {
            name.removesuffix("tokenizer.json").removesuffix("_"): _pieces(content)
            for name, content in tokenizers_of(vocabulary).items()
        },
        "config": {
            "max_length": getattr(experiment.data, "max_length", None),
            **config_of(run, scaler, vocabulary),
            **({"letters": letters_of(vocabulary)} if "letters" in plain.flags else {}),
            **({} if scaler is None else _of_series(run, scaler)),
        },
    }
    (out / PAGE).write_text(page_of(content, kind, packed), encoding="utf-8")


def page_of(content: Mapping[str, Any], kind: str, packed: bytes) -> str:
    """The page of a run.

    Args:
        content: What its scripts read: words, network, vocabularies; any text in it is shown as text.
        kind: The kind of data, which decides the scripts.
        packed: The weights, as `pack_weights` has them.
    """
    style = (PARTS / "page.css").read_text(encoding="utf-8")
    own = (PARTS / f"{kind}.js").read_text(encoding="utf-8")
    shared = [(PARTS / f"{name}.js").read_text(encoding="utf-8") for name in ("network", "page", *_BESIDE.findall(own))]
    script = "\n".join([*shared, own])
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    values = {
        "policy": policy,
        "title": html.escape(content["title"]),
        "style": style,
        "run": json_in_html(content),
        "weights": base64.b64encode(packed).decode("ascii"),
        "script": script,
    }
    template = (PARTS / "page.html").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda name: values[name[1]], template)


def json_in_html(content: Any) -> str:
    """JSON that nothing in it can end: the signs of markup, and what scripts take for ends of lines, are escaped."""
    text = json.dumps(content, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)


def pack_weights(weights: Mapping[str, Tensor]) -> tuple[list[tuple[str, list[int]]], str, bytes]:
    """Names and shapes of weights, how a number is written, and all numbers one after the other.

    Single precision; or, where the lower half of every number is zero, the upper half alone (bfloat16), which loses nothing.
    """
    table = [(name, list(weight.shape)) for name, weight in weights.items()]
    flat = np.concatenate([weight.float().cpu().numpy().ravel() for weight in weights.values()]).astype("<f4")
    bits = flat.view("<u4")
    if (bits & 0xFFFF).any():
        return table, "float32", flat.tobytes()
    return table, "bfloat16", (bits >> 16).astype("<u2").tobytes()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _words(experiment: Experiment, result: Mapping[str, Any]) -> dict[str, Any]:
    """What the page says of the run: title, network, data with source and licence, and its figure beside the best simple one."""
    task = experiment.task
    application = task.replace("_", " ").capitalize()
    network, figures = result.get("test") or {}, []
    if network:
        metric = headline_metric(task, network)
        better = "smaller is better" if smaller_is_better(metric) else "larger is better"
        figures.append([metric_of("Test", metric), metric_value(metric, network.get(metric), task), better])
        if best := best_baseline(result.get("baselines") or {}, metric):
            name, value = best
            figures.append(["Best simple method", metric_value(metric, value, task), baseline_label(name)])
    return {
        "title": f"{application}: {describe_data(experiment)}",
        "network_words": describe_run(experiment, result.get("parameters"), result.get("steps"))
        + (f" · {kept.removesuffix(', ')}" if (kept := kept_weights(result)) else ""),
        "figures": figures,
        "verdict": _plain(verdict(task, result)) if network else "",
        "source": source_words(experiment),
    }


def _plain(markdown: str) -> str:
    """The verdict, which is ours and marks nothing but what stands out, as plain text."""
    return markdown.replace("**", "")


def _example(run: Path) -> str:
    """A text to begin with: the first that the run's page shows; "" where there is none."""
    details = read_json_file(run / "details.json") or {}
    first: Mapping[str, Any] = next(iter(details.get("answers") or []), {})
    return next((str(first[name]) for name in ("prompt", "text", "src") if first.get(name)), "")


def _network(experiment: Experiment, plain: Plain) -> dict[str, Any]:
    """The network as the scripts build it."""
    values = plain.values
    return {
        "cell": experiment.model.cell,
        "nonlinearity": experiment.model.nonlinearity or "tanh",
        "hiddenSize": values["hidden_size"],
        "numLayers": values["num_layers"],
        "bidirectional": values["bidirectional"],
        "parts": sorted(plain.flags),
    }


def _of_series(run: Path, scaler: Mapping[str, Any]) -> dict[str, Any]:
    """What a page reads of a series besides what a script does: lag, times to come, units."""
    scale, experiment = scaler["scaler"], read_experiment(run)
    if np.isnan(scaler["history"]).any():
        raise ConfigError.single("data.missing", "the last rows of the data", "gaps", "Export it where the data is.")
    units = (read_json_file(run / "details.json") or {}).get("units") or {}
    return {
        "lag": scale["lag"],
        "lowest": scale.get("lowest"),
        "largest": LARGEST,
        "window": experiment.data.window_size,
        "horizon": experiment.data.horizon,
        "direct": experiment.model.shape == "many_to_one",
        "future": scaler["future"],
        "titles": {name: with_unit(name, units.get(name, "")) for name in scaler["columns"]},
    }


def _pieces(content: Mapping[str, Any]) -> dict[str, Any]:
    """A vocabulary as the page's scripts read it: the tokens in the order of their ids, and what subwords are merged of.

    Raises:
        ConfigError: One of a version that cut texts in another way.
    """
    kept = {"unit": content["unit"], "normalization": content.get("normalization")}
    if kept["normalization"] is None:
        raise ConfigError.single(
            "data.unit", "a vocabulary of this version", "an older one", "Train the network again."
        )
    if content["unit"] == "character":
        return kept | {"pieces": list(content["characters"])}
    backend = json.loads(content["tokenizer"])
    vocabulary = sorted(backend["model"]["vocab"].items(), key=lambda pair: pair[1])
    return kept | {
        "pieces": [piece for piece, _ in vocabulary],
        "merges": backend["model"].get("merges"),
        "atBlanks": backend["pre_tokenizer"] is None,
    }
