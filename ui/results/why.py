"""The view Why of Look inside: explanations of a label side by side, word by word, and whether their words count.

Worked out when it is looked at. Left out: the explanations (the predictor's `explain`), the pictures (ui.charts.why).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.insight.explained import (
    ATTENTION,
    GRADIENT,
    INTEGRATED,
    OCCLUSION,
    REMOVALS,
    SKIPPED,
    Explained,
)
from core.insight.faithfulness import NUM_RANDOM
from ui.charts.labels import visible
from ui.charts.why import reasons_chart, removal_chart, strongest
from ui.foreign import foreign_code, one_line, table
from ui.results.common import ask, is_dark, is_narrow, show
from ui.words import NONE, TokenWords

_NAMES = {
    GRADIENT: "Gradient × input",
    INTEGRATED: "Integrated gradients",
    OCCLUSION: "Occlusion",
    ATTENTION: "Attention",
}
_MEANT = {
    GRADIENT: "how the score changes if the word's vector is made a little longer, as if the network were a straight line.",
    INTEGRATED: "the same, summed over the way from a text of blanks; the words add up to the difference of the scores.",
    OCCLUSION: "how much the score falls if this word alone is taken away.",
    ATTENTION: "what share of the pooled vector is the state at this word; it has no sign and is the same for all labels.",
}
_TAKEN = {REMOVALS[0]: "Skipped", REMOVALS[1]: "Read as unknown"}


def why_view(app: str, network: Any, text: str, label: int, words: TokenWords) -> None:
    """Two choices, both pictures, and a table of what the explanations are worth.

    Args:
        app: Prefix of the keys.
        network: A classifier's predictor.
        text: What is explained.
        label: Number of the class that the network gives.
        words: What the tokens are called.
    """
    left, right = st.columns([1, 2])
    with left:
        place = st.selectbox(
            "Explain which label", range(len(network.classes)), index=label, key=f"{app}_why_label_{label}", width=320,
            format_func=lambda number: one_line(network.classes[number], 40),
            help="Why the text gets, or does not get, this label; it begins with the one that it gets.",
        )  # fmt: skip
    with right:
        removal = st.segmented_control(
            f"{words.short.capitalize()} that are taken away are", REMOVALS, default=SKIPPED, required=True,
            key=f"{app}_why_removal", format_func=_TAKEN.__getitem__,
            help="Read the text without them, or with the sign of an unknown one in their place.",
        )  # fmt: skip
    with st.spinner("Reading the text without its parts"):
        found = ask(lambda: network.explain(text, place, removal))
    if found is None:
        return
    named = {_NAMES[name]: values.tolist() for name, values in found.values.items()}
    st.markdown(f"**What each {words.one} adds for** {foreign_code(network.classes[place], 40)}")
    show(reasons_chart(found.words, named, is_dark(), is_narrow()), key=f"{app}_why_reasons")
    shares = "; attention in shares, without a sign" if ATTENTION in found.values else ""
    st.caption(f"Blue speaks for the label, orange against it, in nats of its log odds{shares}. {_sum_in_words(found)}")
    if len(found.words) > 1:
        _worth(app, found, network.classes[place], words)
    with st.expander("What each of them is", icon=":material/help:"):
        st.markdown("\n".join(f"- **{_NAMES[name]}**: {_MEANT[name]}" for name in found.values))


def _worth(app: str, found: Explained, label: str, words: TokenWords) -> None:
    """What the explanations are worth: the curves without their words, and the areas between as numbers."""
    st.markdown("**Do these words count? The text without them**")
    curves = {_NAMES[name]: one.curve.tolist() for name, one in found.against.items()}
    show(
        removal_chart(found.gone.tolist(), curves, found.random, label, words.short, is_dark()),
        key=f"{app}_why_removed",
    )
    st.markdown(verdict_on(found))
    rows = pd.DataFrame(
        {
            "Explanation": [_NAMES[name] for name in found.values],
            "Points at first": [_listed(strongest(found.words, values.tolist())) for values in found.values.values()],
            "Below random": [100 * found.against[name].gain for name in found.values],
            "Spread of random": [100 * found.against[name].spread for name in found.values],
            "Beats": [100 * found.against[name].ahead for name in found.values],
        }
    )
    said = "; ".join(
        f"{_NAMES[name]} {100 * one.gain:+.0f} points below random, ahead of {one.ahead:.0%} of the orders"
        for name, one in found.against.items()
    )
    points = st.column_config.NumberColumn
    st.dataframe(
        table(rows), hide_index=True, placeholder=NONE, height="content", alt=f"What the explanations are worth: {said}.",
        column_config={
            "Points at first": st.column_config.TextColumn(width="medium"),
            "Below random": points(
                format="%+.0f points", help="How much lower its curve lies than those of random orders, on average."
            ),
            "Spread of random": points(format="%.0f points", help="Standard deviation of that among random orders."),
            "Beats": points(format="%.0f%%", help=f"Share of {NUM_RANDOM} random orders whose curve lies higher."),
        },
    )  # fmt: skip


def verdict_on(found: Explained) -> str:
    """What the curves say of the explanations, as Markdown: which of them chance does not reach, if any."""
    best = found.evidence
    if best is None:
        return "None of them clearly beats words taken away at random, so none is evidence for what the network goes by here."
    one = found.against[best]
    if found.as_good:
        tied = [_NAMES[name] for name in found.against if name == best or name in found.as_good]
        return (
            f"**{', '.join(tied[:-1])} and {tied[-1]}** all beat words taken away at random, by up to "
            f"**{100 * one.gain:.0f} points** of probability on average. They differ by no more than random orders do (spread "
            f"{100 * one.spread:.0f}), so none is best."
        )
    return (
        f"**{_NAMES[best]}** points best: the probability lies **{100 * one.gain:.0f} points** lower on average than with "
        f"words taken away at random (spread {100 * one.spread:.0f}), lower than in {one.ahead:.0%} of the random orders."
    )


def _sum_in_words(found: Explained) -> str:
    """What integrated gradients add up to, and what is missing where points are too few."""
    total = float(found.values[INTEGRATED].sum())
    if found.adds_up:
        return f"Integrated gradients add up to {total:+.2f}, the log odds less those of a text of blanks."
    return (
        f"Integrated gradients add up to {total:+.2f} where the log odds less those of a text of blanks are "
        f"{found.difference:+.2f}: this network turns too sharply on the way for them to be exact."
    )


def _listed(words: Sequence[str]) -> str:
    return ", ".join(one_line(visible(word), 24) for word in words) or "nothing"
