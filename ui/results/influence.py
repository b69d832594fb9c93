"""The view Gradients of Look inside: choose an output, and see how much it hangs on each input, by distance.

Worked out when it is looked at. Left out: choosing the output, which each task does in its own words (choose_token,
choose_step), the gradients themselves (the predictors' `influence`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.insight.decay import fit_decay
from ui.charts.influence import Inputs, influence_chart, pace
from ui.charts.labels import visible
from ui.foreign import foreign_code, one_line
from ui.results.common import ask, is_dark, show

_WHAT = (
    "How far the output would move for a small move of each input, as a length: the norm of the gradient. It goes "
    "through the whole network as it was trained, all layers together."
)


def choose_token(task: str, label: str, tokens: Sequence[str], help_text: str) -> int:
    """A select box of the outputs, the last one first; returns the place of the chosen one.

    Args:
        task: Prefix of the key.
        label: Of the box.
        tokens: What can be chosen; may repeat.
        help_text: One sentence.
    """
    chosen = st.selectbox(
        label, range(len(tokens)), index=len(tokens) - 1, key=f"{task}_inside_output_{len(tokens)}",
        format_func=lambda place: f"{place + 1}: {one_line(visible(tokens[place]), 40)}", help=help_text, width=320,
    )  # fmt: skip
    return int(chosen)


def influence_view(task: str, names: Mapping[str, str], question: Callable[[], Any], distance: str, note: str) -> None:
    """The chart, its half-life in words, and what its distance means.

    Args:
        task: Prefix of the keys.
        names: Of the kinds of inputs that are asked about, what each is called, in plural.
        question: Gives the influence by kind of input.
        distance: Title of the axis of distances.
        note: What distance means in this network.
    """
    with st.spinner("Working out the gradients"):
        found = ask(question)
    if found is None:
        return
    kinds = []
    for key, one in found.items():
        decay = None if one.is_direct else fit_decay(one.distances, one.norms)
        kinds.append(Inputs(names[key], one.tokens, one.distances, one.norms, decay))
    if not any(kind.drawn for kind in kinds):
        st.info("No input moves this output: its gradients are zero, or too large to be numbers.")
        return
    show(influence_chart([kind for kind in kinds if kind.drawn], distance, is_dark()), key=f"{task}_inside_gradients")
    for kind, one in zip(kinds, found.values(), strict=True):
        st.caption(_in_words(kind, one.is_direct))
        if one.num_before:
            st.caption(f"The last {len(kind.norms):,} are shown; {one.num_before:,} before them are left out.")
    st.caption(f"{_WHAT} {note}")


def _in_words(kind: Inputs, is_direct: bool) -> str:
    """What is seen of one kind of input, as Markdown."""
    missing = len(kind.norms) - len(kind.drawn)
    silent = f" {missing:,} without any influence cannot be drawn." if missing else ""
    if not kind.drawn:
        return f"**{kind.name}**: none has an influence."
    distance, _, token = max(kind.drawn, key=lambda row: row[1])
    strongest = f"**{kind.name}**: the strongest is {foreign_code(visible(token), 30)} at distance {distance:,}."
    if kind.decay is not None:
        return f"{strongest} The influence **{pace(kind.decay)}** (fitted line).{silent}"
    if is_direct:
        return f"{strongest} No half-life is fitted, because each has a way of its own to the output.{silent}"
    return f"{strongest} It neither dies out nor grows steadily enough for a half-life.{silent}"
