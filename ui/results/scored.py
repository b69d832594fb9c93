"""Use it, of a language model: how likely a text is, or two beside each other, and which words were expected where they part.

Left out: the numbers (core/tasks/generation/scoring.py), what n-gram models make of the text (core/bounded).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import pandas as pd
import streamlit as st

from core.bounded.training_text import Beside, mark_of
from core.bounded.work import BESIDE
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.data.sources.text_files import items_of
from ui import asking, services
from ui.charts.labels import percent, visible
from ui.charts.scored import Falling, falling_lines
from ui.charts.text import next_token_bars
from ui.foreign import csv_of, foreign, foreign_code
from ui.results.common import ask, is_dark, name_unknown, show, start_text
from ui.words import NONE, baseline_label, capital, count, token_words

MOST = 1_000  # characters of each text
_WORDS = 10
_SHOWN = 60  # characters of a text in a sentence
_READABLE = 6  # digits of a number that is written out


@st.fragment
def scored_view(app: str, run_id: str, result: Mapping[str, Any] | None, details: Mapping[str, Any]) -> None:
    """Two boxes, the figures of their texts, their lines, the words where they part, and a file."""
    experiment = ask(lambda: services.experiment(run_id))
    if experiment is None:
        return
    first, second = _starting(details, experiment.data.items == "apart")
    before = _box(
        f"{app}_score_before",
        "Read before",
        "",
        "What the network reads first, which does not count; may be empty.",
        "read",
    )
    left, right = st.columns(2)
    with left:
        one = _box(f"{app}_score_one", "Text", first, "The text whose probability you want to know.")
    with right:
        two = _box(f"{app}_score_two", "Another text", second, "A second text beside it; empty for none.")
    texts = [text for text in (one, two) if text]
    if not texts:
        st.caption("Type a text to see how likely the network finds it.")
        return
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    scores = ask(lambda: [network.score(text, before) for text in texts])
    if not scores:
        return
    baselines = (result or {}).get("baselines")
    simple = _simple(network, before, [score.text for score in scores])
    best = simple[0].best(baselines) if simple else ""
    if simple:
        scores = [score.spelled(beside.spelling) for score, beside in zip(scores, simple, strict=True)]
    names = ["First", "Second"][: len(scores)] if len(scores) > 1 else ["Text"]
    _figures(names, scores, simple, best, experiment)
    parts_at = _compare(scores)
    _lines(app, network, names, scores, simple, best, parts_at)
    _next(app, network, before, scores[0], parts_at)
    name_unknown(list(dict.fromkeys(word for score in scores for word in score.unknown)), network.experiment)
    st.download_button(
        "Download CSV", lambda: csv_of(_rows(names, scores, simple, best)).encode(), "scores.csv", "text/csv",
        key=f"{app}_score_csv", on_click="ignore", help="Every token of the texts with its bits and the probability so far.",
    )  # fmt: skip


def _box(key: str, label: str, default: str, help_text: str, used: str = "scored") -> str:
    start_text(key, default)
    text = str(st.text_area(label, key=key, height=68, persist_state="session", help=help_text))
    if len(text) > MOST:  # the box holds all of it
        st.warning(
            f"Too long: the first {MOST:,} of {len(text):,} characters are {used}, the others are not read.",
            icon=":material/content_cut:",
        )
    return text[:MOST]


def _starting(details: Mapping[str, Any], apart: bool) -> tuple[str, str]:
    """Of what the network wrote at the end of training two items, or a line and the same with two words changed about."""
    sample = str(details.get("sample") or "")
    items = items_of(sample) if apart else [line.strip() for line in sample.split("\n")[1:-1] if line.strip()]
    line = next((line for line in items if not apart and len(line.split()) >= 4), "")[:200]
    if not line:  # of names: two of these, in the letters that the network knows
        first, second, *_ = *(item.strip("\n")[:MOST] for item in items[:2]), "", ""
        return first or sample.strip("\n")[:MOST], second
    words = line.split(" ")
    middle = len(words) // 2
    words[middle - 1], words[middle] = words[middle], words[middle - 1]
    return line, " ".join(words)


def _simple(network: Any, before: str, texts: Sequence[str]) -> tuple[Beside, ...]:
    """What n-gram models of the training text make of the texts; nothing, and why, where that cannot be read."""
    experiment = network.experiment
    asked = {
        "experiment": experiment.model_dump(mode="json"),
        "mark": mark_of(network.tokenizer),
        "texts": [[before, text] for text in texts],
    }
    try:
        with st.spinner("Counting n-grams of the training text"):
            return asking.read_once(BESIDE, asked, own=asking.lane_of(experiment) == "own")
    except ConfigError as error:
        st.caption(f"No n-gram model stands beside it: {foreign(error.problems[0])}")
        return ()


def _figures(
    names: Sequence[str], scores: Sequence[Any], simple: Sequence[Beside], best: str, experiment: Experiment
) -> None:
    rows = {
        "Probability": [foreign(power(score.log10)) for score in scores],
        "Bits in all": [f"{score.total / math.log(2):.1f}" for score in scores],
        "Bits a character": [f"{score.bits_per_character:.3f}" for score in scores],
        "Bits a word": [NONE if score.bits_per_word is None else f"{score.bits_per_word:.2f}" for score in scores],
    }
    if simple:
        rows[f"Bits a character, {baseline_label(best)}"] = [
            f"{beside.total(best) / math.log(2) / score.num_characters:.3f}"
            for score, beside in zip(scores, simple, strict=True)
        ]
    shown = pd.DataFrame(
        {"": list(rows), **{name: [row[at] for row in rows.values()] for at, name in enumerate(names)}}
    )
    said = "; ".join(f"{figure}: {', '.join(row)}" for figure, row in rows.items())
    st.table(shown, border="horizontal", hide_index=True, alt=f"Scores of {', '.join(names)}. {said}.")
    for which, score in zip(names, scores, strict=True):
        if score.is_cut:
            st.caption(f"{foreign(which)}: too long, so its first {count(len(score.text), 'character')} are scored.")
    costs = [sum(score.spelling) / math.log(2) for score in scores]
    if any(costs):
        one = token_words(experiment).one
        st.caption(
            f"Unknown {token_words(experiment).many} cost more than that they are unknown: to say which one each was takes "
            f"{' and '.join(f'{cost:.1f}' for cost in costs)} of these bits, by how often each character occurs in training. "
            f"Every figure, line and row of the file counts this at the {one} itself, for the n-gram models as well."
        )
    if simple and not simple[0].is_all:
        st.caption(f"The n-grams were counted on the first {simple[0].counted:,} tokens of the training text.")


def power(log10: float) -> str:
    """A number by its decimal logarithm, however small: -13.1 is "7.9e-14"."""
    exponent = math.floor(log10)
    digits = f"{10 ** (log10 - exponent):.1f}"
    return f"1.0e{exponent + 1}" if digits == "10.0" else f"{digits}e{exponent}"


def _compare(scores: Sequence[Any]) -> int | None:
    """Say which of two texts is likelier; after how many tokens they part."""
    if len(scores) < 2:
        return None
    parts_at, apart = scores[0].parting(scores[1]), scores[0].log10 - scores[1].log10
    likelier = "first" if apart > 0 else "second"
    if scores[0].tokens == scores[1].tokens:
        st.markdown("Both texts are the same.")
        return None
    ratio = abs(apart)
    times = power(ratio) if ratio >= _READABLE else f"{10**ratio:,.1f}" if ratio < 2 else f"{10**ratio:,.0f}"
    st.markdown(f"The **{likelier}** is {foreign(times)} times as likely as the other.")
    return parts_at


def _lines(
    app: str, network: Any, names: Sequence[str], scores: Sequence[Any], simple: Sequence[Beside], best: str,
    parts_at: int | None,
) -> None:  # fmt: skip
    """The probability of each text so far, from token to token."""
    of_simple = [[-nats / math.log(10) for nats in accumulate(beside.costs(best))] for beside in simple]
    of_simple = of_simple or [[]] * len(scores)
    texts = [
        Falling(name, score.tokens, score.falling, line)
        for name, score, line in zip(names, scores, of_simple, strict=True)
    ]
    words = token_words(network.experiment).many
    label = baseline_label(best) if best else ""
    show(falling_lines(texts, parts_at, label, capital(words) + " read", is_dark()), key=f"{app}_score_lines")
    st.caption(
        "Each step down is how little the network expected what came: a flat stretch was certain, a cliff was not. "
        + (f"Dotted: the {label}, the best of the n-gram models." if best else "")
    )


def _next(app: str, network: Any, before: str, score: Any, parts_at: int | None) -> None:
    """The words that were expected where the texts part, or after the text."""
    prompt = before + score.beginning(parts_at)
    found = ask(lambda: network.next_words(prompt, _WORDS))
    if found is None or not found.words:
        return
    where = "where they part" if parts_at is not None else "after the text"
    st.markdown(f"**Next word {where}**")
    show(next_token_bars(list(found.words), is_dark()), key=f"{app}_score_words", light=True)
    behind = f"After {foreign_code(visible(prompt[-_SHOWN:]))}" if prompt else "After the end of a line"
    if network.apart and not prompt:
        behind = "At the beginning of an item"
    summed = "" if network.tokenizer.unit == "word" else "Each is the sum over its spellings up to its end. "
    exact = "" if found.is_exact else "Words whose beginnings were too unlikely to be followed may be missing. "
    st.caption(f"{behind}. {summed}{exact}All other words together have {percent(found.rest)}.")


def _rows(names: Sequence[str], scores: Sequence[Any], simple: Sequence[Beside], best: str) -> pd.DataFrame:
    rows = []
    for place, (name, score) in enumerate(zip(names, scores, strict=True)):
        others = {best: simple[place].costs(best)} if simple else None
        rows += [{"text": name, **row} for row in score.rows(others)]
    return pd.DataFrame(rows)
