"""What is said of a result: what the network reaches, whether a simple method does better, whether it learned at all.

Pure functions from `result.json` to text, the same words for screen and shell. A network that loses is said to lose,
and neither winning nor losing is claimed where the interval of the difference (core.paired) holds zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from core.applications import APPLICATIONS
from core.config.words import in_words, plural
from core.figures import (
    baseline_label,
    best_baseline,
    find_baseline,
    headline_metric,
    is_share,
    metric_value,
    smaller_is_better,
)
from core.metrics.registry import metric as metric_named

Standing = Literal["better", "worse", "unclear", "unknown"]

# An interval wider than this share of the other figure (or of all items, for a share of items) cannot tell.
_TOO_WIDE = 0.1
_SMALL = 1_000  # parameters, about those of 16 units: a smaller network is no advice then
_MAY_HAVE_LEARNED = 0.1  # an interval that reaches so far does not say that it has not

# Of a network whose translations are as good for other sources: no baseline does that.
_NOT_BY_THE_SOURCE = "its translations fit other texts about as well as their own, so they hardly go by the source"


def verdict(task: str, result: Mapping[str, Any]) -> str:
    """What the network reaches, against the best baseline, as Markdown.

    Args:
        task: An application.
        result: `result.json`; `test`, `baselines` and `comparison` are read. A run of an older version has no
            comparison; then nobody is said to win.
    """
    metric = headline_metric(task, result.get("test"))
    value = (result.get("test") or {}).get(metric)
    if value is None:
        return "The figures on the test set are undefined for this run: the data or the forecasts do not allow them."
    application = APPLICATIONS[task]
    usual = application.reached or application.task.reached
    sentence = application.task.sharper_reached if metric == application.task.sharper else usual
    reached = sentence.format(value=metric_value(metric, value))
    best = page_baseline(result, metric)
    if best is None:
        return f"{reached}. There is no baseline to compare with."
    found = result.get("comparison") or {}
    learned = _barely_learned(found)
    against = _against_best(metric, best, found, is_said_to_win=not learned)
    return " ".join([f"{reached}.", *learned, against, *([_advice(result)] if learned else [])])


def page_baseline(result: Mapping[str, Any], metric: str) -> tuple[str, float] | None:
    """The baseline that the network is compared with: the best on the test set by the headline. Name and figure."""
    baselines = result.get("baselines") or {}
    name = str((result.get("comparison") or {}).get("baseline"))
    if name in baselines and baselines[name].get(metric) is not None:
        return name, baselines[name][metric]
    return best_baseline(baselines, metric)


def left_out(result: Mapping[str, Any]) -> str:
    """Which simple methods do not stand beside the network, and why, which do not know all words of training, and which values
    the network cannot read; "" where all is well."""
    evidence = result.get("evidence") or {}
    reasons, number = evidence.get("left_out") or {}, evidence.get("not_above_zero") or 0
    said = [f"{_capital(baseline_label(name))} is left out: {reason}." for name, reason in reasons.items()]
    if number:
        verb = "is" if number == 1 else "are"
        said.append(
            f"{plural(number, 'value')} after training {verb} not above zero: the network reads a small one there."
        )
    said += [
        f"{_capital(baseline_label(name))} knows the {kept:,} most frequent terms of training; {cut:,} rarer ones are cut."
        for name, (kept, cut) in (evidence.get("terms") or {}).items()
    ]
    return " ".join(said)


def standing(interval: Sequence[float] | None) -> Standing:
    """How the network stands when its advantage lies in this interval; unknown without one."""
    if interval is None:
        return "unknown"
    return "better" if interval[0] > 0 else "worse" if interval[1] < 0 else "unclear"


def against(metric: str, result: Mapping[str, Any]) -> str:
    """The comparison with the best baseline in a few words: "12% better", "no clear difference"; "" where there is none."""
    best = page_baseline(result, metric)
    value = (result.get("test") or {}).get(metric)
    if best is None or value is None:
        return ""
    found = result.get("comparison")
    if found is None:
        return "not measured"
    where = standing(found["interval"])
    if where != "worse" and has_barely_learned(found):
        return "barely learned"
    if where in ("better", "worse"):
        return f"{_amount(metric, abs(found['difference']), best[1])} {where}"
    return "too few test items to tell" if _cannot_tell(metric, best[1], found) else "no clear difference"


def said_of_changes(changes: Mapping[str, Any]) -> str:
    """What a run came to that learned from corrections, as Markdown: on these, and on texts that it was not taught.

    Args:
        changes: `changes.json`, see `core.training.lesson.Pupil.changes`.
    """
    rows, found = changes["rows"], changes["validation"]
    before, after = (sum(row[when] == row["label"] for row in rows) for when in ("before", "after"))
    learned = (
        f"Of {plural(len(rows), 'corrected text')} **{after:,} now {'gets' if after == 1 else 'get'} the right label** "
        f"({before:,} before). It was trained on these, so that alone says nothing of other texts."
    )
    aside = sum(changes["set_aside"].values())
    parts = in_words([f"{number:,} of the {part} set" for part, number in changes["set_aside"].items() if number])
    told = "" if not aside else (
        f" {parts} {'is' if aside == 1 else 'are'} among the corrected texts, and not judged any more, before and "
        "after alike."
    )  # fmt: skip
    if found is None:
        return f"{learned} There is no validation set, so nobody can say what got worse.{told}"
    where, points = standing(found["interval"]), 100 * abs(found["difference"])
    sure = "" if found["interval"] is None else ", 95% interval {:+.1f} to {:+.1f} points".format(
        *(100 * end for end in found["interval"])
    )  # fmt: skip
    said = {
        "better": f"**better by {points:.1f} points** there too",
        "worse": f"**worse by {points:.1f} points: it forgot** some of what it knew, and the network before is the better one",
        "unclear": "**no clear difference**, no more than chance",
        "unknown": "**too few texts to tell**",
    }[where]
    turned = [found[name]["count"] for name in ("turned_right", "turned_wrong")]
    return (
        f"{learned} On the {plural(found['items'], 'text')} of the validation set, which it was not taught, accuracy went from "
        f"{found['before']:.1%} to {found['after']:.1%}: {said} ({turned[0]:,} turned right, {turned[1]:,} turned wrong{sure})."
        f"{told}"
    )


def has_barely_learned(comparison: Mapping[str, Any]) -> bool:
    """Whether the network is no better than the empty model, or so little that it hardly counts."""
    empty = comparison.get("empty")
    if not empty or empty["interval"] is None:
        return False
    entry, (low, high) = metric_named(empty["metric"]), empty["interval"]
    room = abs(entry.perfect - empty["figure"])  # to a perfect figure
    if low <= 0:
        is_above_best = entry.name == comparison["metric"] and standing(comparison["interval"]) == "better"
        return high <= _MAY_HAVE_LEARNED * room and not is_above_best
    return empty["difference"] < entry.near * room


def _barely_learned(comparison: Mapping[str, Any]) -> list[str]:
    """What is said of a network that hardly differs from the empty model; nothing of another."""
    if not has_barely_learned(comparison):
        return []
    empty = comparison["empty"]
    simple = find_baseline(empty["name"])
    how = "better" if standing(empty["interval"]) == "worse" else "about as well"
    why = _NOT_BY_THE_SOURCE if simple is None else f"{simple.as_empty_model()} does {how}"
    return [f"It has **barely learned**: {why}."]


def _advice(result: Mapping[str, Any]) -> str:
    """What may help a network that has barely learned, by when its best evaluation came."""
    best, steps = (result.get("best") or {}).get("step"), result.get("steps")
    if best is None or not steps:
        return "Train for more steps, or with another learning rate."
    if best > steps / 2:
        return "It was still getting better when training ended: train for more steps, or with a larger learning rate."
    smaller = ", a smaller network" if (result.get("parameters") or _SMALL) >= _SMALL else ""
    return (
        f"Its best validation came early, at training step {best:,} of {steps:,}, so more steps alone will not help: "
        f"try a smaller learning rate{smaller} or more data."
    )


def _against_best(metric: str, best: tuple[str, float], found: Mapping[str, Any], is_said_to_win: bool) -> str:
    """Who wins, by how much and how sure that is."""
    label, other = baseline_label(best[0]), best[1]
    reaches = f"the best baseline, {label}, reaches {metric_value(metric, other)}"
    if not found:
        return f"{_capital(reaches)}. Whether the difference is more than chance was not measured for this run."
    where = standing(found["interval"])
    if where == "worse" or (where == "better" and is_said_to_win):
        verb = "is **better by" if where == "better" else "**loses by"
        amount = _amount(metric, abs(found["difference"]), other)
        return f"It {verb} {amount}**: {reaches} ({_sure(metric, other, found, where)})."
    if where == "better":
        return f"{_capital(reaches)}."
    items = plural(found["items"], _noun(found))
    if where == "unknown":
        return f"{_capital(reaches)}. **Too few to tell** which is better: the test set holds {items}."
    few = f" {items} are too few to tell more." if _cannot_tell(metric, other, found) else ""
    return f"There is **no clear difference**: {reaches} ({_sure(metric, other, found, where)}).{few}"


def _noun(found: Mapping[str, Any]) -> str:
    return str(found.get("item") or "item")


def _cannot_tell(metric: str, other: float, found: Mapping[str, Any]) -> bool:
    """Whether the test set is too small for a difference that would matter to show."""
    if found["interval"] is None:
        return True
    low, high = found["interval"]
    return high - low > _TOO_WIDE * (1.0 if is_share(metric) else abs(other))


def _sure(metric: str, other: float, found: Mapping[str, Any], where: Standing) -> str:
    """The interval in words: "95% interval: 8% to 16%", "... the network is from 3 points worse to 2 better"."""
    low, high = found["interval"]
    if smaller_is_better(metric):
        high = min(high, abs(other))  # no error can fall by more than all of it, wherever the draws reach
    if where == "unclear":
        ends = f"the network is from {_amount(metric, abs(low), other)} worse to {_amount(metric, high, other)} better"
    else:
        least, most = sorted((abs(low), abs(high)))
        ends = f"{_amount(metric, least, other).removesuffix(' points')} to {_amount(metric, most, other)}"
    return f"95% interval: {ends}"


def _amount(metric: str, size: float, other: float) -> str:
    """The size of a difference: points for a share of items, percent of the other figure else."""
    if is_share(metric):
        return plural(f"{100 * size:.1f}".removesuffix(".0"), "point")
    if not other:
        return metric_value(metric, size)
    percent = 100 * size / abs(other)
    return f"{percent:.1f}%" if 0 < percent < 1 else f"{percent:.0f}%"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
