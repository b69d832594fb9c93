"""What of a run is seen by whom: everything by its owner, network and figures by whoever has its link, no private rows.

Rows are what stands in somebody's own data: values, texts, what a network writes after having read them, vocabularies,
and messages that may quote them. The owner may let them be seen (`ManagerRecord.show_rows`). What is not named here as free
of rows is withheld, so that something new is private until somebody has thought about it.
Left out: who is asking (RunStore.sees_rows), networks in use (each predictor's `without_rows`), words of the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.config.experiment import DataConfig, Experiment
from core.run_title import OWN_DATA

PRIVATE_SOURCES = ("upload", "file")

# Of a result everything else is shown as far as it consists of numbers.
_FREE_RESULT = (
    "event", "run", "state", "task", "device", "ended", "best", "train", "validation", "test", "baselines", "comparison",
)  # fmt: skip
_FREE_DETAILS = (
    "split",
    "classes",
    "confusion",
    "per_class",
    "calibration",
    "vectors",
    "season",
    "horizon",
    "levels",
    "num_targets",
)
_FREE_READING = (
    "time_column", "series_column", "targets", "columns", "classes", "series", "frequency", "rows", "dropped",
)  # fmt: skip
_VOCABULARY = "tokenizer.json"
_FORECASTS = "backtest.json"  # beside what came


def is_private(data: DataConfig) -> bool:
    """Whether data is somebody's own, and not of the catalogue or of the Hub."""
    return data.source in PRIVATE_SOURCES


def experiment_without_rows(experiment: Experiment) -> Experiment:
    """An experiment that names neither the files of private data nor the series that were chosen among its own.

    Series may be named in cells, and an experiment does not say whether they are.
    """
    if experiment.model.vectors is not None:  # a path, or the id of an upload; the rows that count are in the weights
        bare = {"vectors": None, "frozen_vectors": False}
        experiment = experiment.model_copy(update={"model": experiment.model.model_copy(update=bare)})
    if not is_private(experiment.data):
        return experiment
    hidden: dict[str, Any] = {"target_columns": (), "covariate_columns": None, "future_columns": ()}
    if experiment.data.source == "file":
        hidden["path"] = (OWN_DATA,)
    return experiment.model_copy(update={"data": experiment.data.model_copy(update=hidden)})


def without_rows(name: str, content: Mapping[str, Any], data: DataConfig) -> dict[str, Any] | None:
    """A file of a run as it is shown to those who may not see rows.

    Args:
        name: `result.json`, `details.json` or `scaler.json`.

    Returns:
        None for a file that is withheld as a whole.
    """
    if name == "result.json":
        return _result(content, data)
    if name == "details.json":
        return {key: content[key] for key in _FREE_DETAILS if key in content}
    if name == "scaler.json":
        return _scaler(content, data)
    return None


def archive_without_rows(files: Mapping[str, bytes], experiment: Experiment) -> dict[str, bytes]:
    """The files of a run's archive for those who may not see rows.

    A vocabulary is made of the texts, and weights that read and write by it give these away to whoever has both, so a
    network with a vocabulary stays here; one that reads numbers goes without the rows that it would go on from.

    Args:
        files: Name to content, as the run's folder has them.
    """
    kept = dict(files)
    if _VOCABULARY in kept:
        for name in (_VOCABULARY, "best.safetensors"):
            kept.pop(name, None)
    kept.pop(_FORECASTS, None)
    for name in ("result.json", "scaler.json"):
        if name in kept:
            shown = without_rows(name, json.loads(kept[name]), experiment.data)
            kept[name] = json.dumps(shown, ensure_ascii=False).encode()
    if "experiment.yaml" in kept:
        kept["experiment.yaml"] = experiment_without_rows(experiment).to_yaml().encode()
    return kept


def _result(result: Mapping[str, Any], data: DataConfig) -> dict[str, Any]:
    """Figures; the notes of the reading quote cells, and series of a long table are named in its cells."""
    reading = result.get("reading") or {}
    shown = {key: value if key in _FREE_RESULT else _only_numbers(value) for key, value in result.items()}
    shown["data"] = OWN_DATA
    shown["reading"] = {key: reading[key] for key in _FREE_READING if key in reading}
    if reading.get("series_column") is None and data.series_column is None:
        return shown
    for part in ("train", "validation", "test"):
        shown[part] = _numbered_targets(shown.get(part) or {})
    shown["baselines"] = {name: _numbered_targets(one) for name, one in (shown.get("baselines") or {}).items()}
    return shown


def _only_numbers(value: Any) -> Any:
    """A value of JSON without its texts."""
    if isinstance(value, Mapping):
        return {key: _only_numbers(each) for key, each in value.items() if not isinstance(each, str)}
    if isinstance(value, list):
        return [_only_numbers(each) for each in value if not isinstance(each, str)]
    return None if isinstance(value, str) else value


def _numbered_targets(figures: Mapping[str, Any]) -> dict[str, Any]:
    targets = figures.get("per_target")
    if not isinstance(targets, Mapping):
        return dict(figures)
    return {**figures, "per_target": dict(zip(_numbers(len(targets)), targets.values(), strict=True))}


def _numbers(count: int) -> list[str]:
    return [f"series {number}" for number in range(1, count + 1)]


def _scaler(context: Mapping[str, Any], data: DataConfig) -> dict[str, Any]:
    """What newer rows need to be read and scaled: the end of the data as a time, its steps, and no value of it."""
    columns = list(context["columns"])
    form = dict(context.get("form") or {})
    series_column = form.get("series_column") or data.series_column
    called = dict(zip(columns, _numbers(len(columns)) if series_column else columns, strict=True))
    empty = [[None] * len(columns) for _ in context["history"]]
    shown = {
        **{key: context[key] for key in ("scaler", "future", "each", "step", "frequency", "season") if key in context},
        "columns": list(called.values()),
        "targets": [called[name] for name in context["targets"]],
        "told": [called[name] for name in context.get("told", ())],
        "history": empty,
        "history_times": context["history_times"],
        "known": [[False] * len(columns) for _ in context["history"]],
        "own_future": {},
        "first_on_line": None,
        "form": None,
        "corrections": {called[name]: moved for name, moved in (context.get("corrections") or {}).items()},
    }
    if ahead := context.get("ahead_form"):  # words are cells
        words = {name: [f"word {number}" for number, _ in enumerate(known, 1)]
                 for name, known in ahead["static"]["words"].items()}  # fmt: skip
        shown |= {
            "ahead_form": {**ahead, "static": {**ahead["static"], "words": words}}, "num_known": 0,
            "ahead": _zeros(context["ahead"]),
            "static": _zeros(context["static"]) if context.get("static") else None,
        }  # fmt: skip
    if form:
        order = list(form.get("order") or ())[-1:]  # times without a regular step are rows of their own
        shown["form"] = {**form, "sample": {}, "fillers": {}, "order": order}
    return shown


def _zeros(numbers: Any) -> Any:
    """Lists of the same lengths, of zeros."""
    return [_zeros(one) for one in numbers] if isinstance(numbers, list) else 0.0
