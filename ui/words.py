"""The words and number formats of the screen: labels of metrics and choices, sizes, durations, states.

Pure functions from values to plain text. Left out: everything that draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.config.limits import bytes_in_words
from core.models.cells import CELLS

TASK_TITLES: Mapping[str, str] = {
    "forecasting": "Forecasting",
    "generation": "Generation",
    "sentiment": "Sentiment",
    "translation": "Translation",
}

STATE_WORDS: Mapping[str, str] = {
    "queued": "Waiting",
    "starting": "Starting",
    "running": "Training",
    "succeeded": "Finished",
    "failed": "Failed",
    "stopped": "Stopped",
    "lost": "Lost",
}

DATA_GROUPS: Mapping[str, tuple[str, str]] = {
    "forecasting": ("Forecasting", "Series to go on past their end."),
    "generation": ("Generation", "Texts, names and tunes to write more of."),
    "sentiment": (
        "Sentiment",
        "Texts with a label: a mood, the kind of a question, the language of a name, a piece of DNA.",
    ),
    "translation": ("Translation", "Texts in pairs: two languages, letters and sounds, a remark and its reply."),
    "tagging": ("Tagging", "Sentences with a label for every word."),
    "speech": ("Speech", "Recordings with the word that is said."),
}
"""What the sets of each task are for: its title, and one sentence; tasks whose page comes later are here too."""

ACTIVE_STATES = frozenset({"queued", "starting", "running"})

_CHOICES: Mapping[Any, str] = {
    **{name: cell.label for name, cell in CELLS.items()}, "adamw": "AdamW", "adam": "Adam", "sgd": "SGD",
    "rmsprop": "RMSprop", "cpu": "CPU", "cuda": "GPU", "mps": "MPS", "fp32": "fp32", "bf16": "bf16", "relu": "ReLU",
    "tanh": "tanh",
}  # fmt: skip

# label, unit, format of each metric; a share is shown in percent.
_METRICS: Mapping[str, tuple[str, str, str]] = {
    "loss": ("Loss", "nats", ".3f"),
    "bits_per_char": ("Bits per character", "bits", ".2f"),
    "perplexity": ("Perplexity", "", ".1f"),
    "mae": ("MAE", "", ".4g"),
    "rmse": ("RMSE", "", ".4g"),
    "mape": ("MAPE", "%", ".1f"),
    "smape": ("sMAPE", "%", ".1f"),
    "mase": ("MASE", "", ".2f"),
    "accuracy": ("Accuracy", "%", ".1f"),
    "macro_f1": ("Macro F1", "", ".2f"),
    "exact_match": ("Exact match", "%", ".1f"),
    "bleu": ("BLEU", "", ".1f"),
    "chrf": ("chrF", "", ".1f"),
}
_SHARES = frozenset({"accuracy", "exact_match"})

_SMALLER_IS_BETTER = frozenset({"loss", "bits_per_char", "perplexity", "mae", "rmse", "mape", "smape", "mase"})

_HEADLINES: Mapping[str, str] = {
    "forecasting": "mase",
    "generation": "bits_per_char",
    "sentiment": "accuracy",
    "translation": "exact_match",
}


def headline_metric(task: str) -> str:
    """The metric that a task is judged by on the screen."""
    return _HEADLINES[task]


def is_share(metric: str) -> bool:
    """Whether a metric is a share of items, shown in percent and compared in points."""
    return metric in _SHARES


def smaller_is_better(metric: str) -> bool:
    """True for errors and losses, False for scores."""
    return metric in _SMALLER_IS_BETTER


def choice_label(value: Any) -> str:
    """A choice as the screen writes it: `many_to_one` is "Many to one"."""
    if value in _CHOICES:
        return _CHOICES[value]
    return str(value).replace("_", " ").capitalize()


def choice_summary(value: Any) -> str:
    """What a choice means, in one sentence, where its label does not say it; else nothing."""
    return CELLS[value].summary if value in CELLS else ""


def metric_label(metric: str) -> str:
    """The name of a metric; an unknown one is written as it is."""
    return _METRICS[metric][0] if metric in _METRICS else choice_label(metric)


def metric_value(metric: str, value: float | None, task: str = "") -> str:
    """A figure with its unit; "undefined" when there is none. The loss of a forecast is not in nats."""
    if value is None:
        return "undefined"
    if metric == "loss" and task == "forecasting":
        return f"{value:.3f}"
    _, unit, form = _METRICS.get(metric, ("", "", ".4g"))
    shown = value * 100 if metric in _SHARES else value
    return f"{shown:{form}} {unit}".strip() if unit != "%" else f"{shown:{form}}%"


def axis_title(metric: str, task: str = "") -> str:
    """The title of a chart axis, with the unit."""
    if metric == "loss" and task == "forecasting":
        return "Loss, in scaled units"
    label, unit, _ = _METRICS.get(metric, (choice_label(metric), "", ""))
    if metric == "loss":
        return "Loss, nats" if task == "sentiment" else "Loss, nats per token"
    return f"{label}, {unit}" if unit else label


def scale_for_axis(metric: str) -> float:
    """What a value is multiplied with before it is drawn: 100 for shares."""
    return 100.0 if metric in _SHARES else 1.0


def baseline_label(name: str) -> str:
    """The name of a baseline in plain words: `ngram_4` is "4-gram"."""
    if name.startswith("ngram_"):
        return f"{name.removeprefix('ngram_')}-gram"
    special = {"tfidf_logistic": "TF-IDF", "word_for_word": "word for word"}
    return special.get(name, name.replace("_", " "))


def best_baseline(baselines: Mapping[str, Mapping[str, Any]], metric: str) -> tuple[str, float] | None:
    """The baseline with the best figure and that figure; None when no baseline has one."""
    known = [(name, figures[metric]) for name, figures in baselines.items() if figures.get(metric) is not None]
    if not known:
        return None
    pick = min if smaller_is_better(metric) else max
    return pick(known, key=lambda pair: pair[1])


def duration(seconds: float) -> str:
    """Seconds as people say them: "8 s", "3 min", "2 h 10 min"."""
    if seconds < 1:
        return "less than 1 s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def rough_duration(seconds: float) -> str:
    """A predicted time, rounded to what a prediction can know: "about 10 s"."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 99.5:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    return f"about {duration(seconds)}"


def date_time(unix: float, timezone: str | None) -> str:
    """A moment as people say it where they are: "3 May 2026 at 14:02"; in UTC, and saying so, where that is unknown.

    Args:
        unix: Seconds.
        timezone: Such as "Europe/Berlin".
    """
    try:
        zone: tzinfo = ZoneInfo(timezone or "")
        suffix = ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone, suffix = UTC, " UTC"
    found = datetime.fromtimestamp(unix, zone)
    return f"{found.day} {found:%B %Y} at {found:%H:%M}{suffix}"


def compact(number: float) -> str:
    """A count in few characters: 950, 14k, 148k, 2.1M."""
    if number < 1_000:
        return f"{number:.0f}"
    if number < 9_950:
        return f"{number / 1_000:.1f}k"
    if number < 999_500:
        return f"{number / 1_000:.0f}k"
    return f"{number / 1_000_000:.1f}M"


def about(number: int) -> int:
    """A count rounded to three digits, for numbers that nobody reads to the end."""
    digits = max(0, len(str(abs(number))) - 3)
    return round(number, -digits) if digits else number


def licence_line(licence: str) -> str:
    """A licence in one sentence; where none is stated it says what to do about that."""
    advice = " Look at the source before you pass it on." if licence.startswith("None stated") else ""
    return f"Licence: {licence.removesuffix('.')}.{advice}"


def progress_line(done: int, whole: int, files_done: int, files: int, seconds_left: float | None) -> str:
    """How far a download is: "1.2 MB of 2.6 MB · 3 of 22 files · about 10 s left".

    Args:
        done, whole: Bytes.
        files_done, files: Of these, one is not mentioned.
        seconds_left: None while nobody can say.
    """
    if done >= whole and files_done >= files:
        return f"{bytes_in_words(whole)} · checking what has come"
    parts = [f"{bytes_in_words(done)} of {bytes_in_words(whole)}"]
    if files > 1:
        parts.append(f"{files_done:,} of {files:,} files")
    if seconds_left is not None:
        parts.append(f"{rough_duration(seconds_left)} left")
    return " · ".join(parts)


def count(number: int, noun: str) -> str:
    """A number of things: "1 parameter", "331,000 parameters"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(text: str) -> str:
    """Text that is safe inside Markdown: every sign with a meaning there is escaped."""
    for sign in "\\`*_{}[]()<>#+-.!|~:$":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())
