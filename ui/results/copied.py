"""Use it, of a language model: what of the text on the page stands in the training text, where, and what is new.

Left out: finding it (core/novelty.py), reading the training text (core/bounded/training_text.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.bounded.training_text import Copied, Source, mark_of
from core.bounded.work import COPIED
from core.novelty import LONG
from ui import asking, services
from ui.charts.copied import seen_bars
from ui.charts.text import text_strip
from ui.foreign import foreign, one_line
from ui.results.common import ask, is_dark, show
from ui.words import count, token_words

MOST = 2_000  # characters of a text


def copied_view(app: str, run_id: str, texts: Sequence[str]) -> None:
    """A text coloured by the length of what stands in the training text, its sources, and shares of n-grams.

    Args:
        app, run_id: Whose page and which run.
        texts: What was written last.
    """
    text = next((text for text in texts if text.strip()), "")
    if len(texts) > 1:
        text = st.selectbox(
            "Which text", [text for text in texts if text.strip()], format_func=lambda one: one_line(one, 60),
            key=f"{app}_copied_text", help="One of the texts that were written last.",
        ) or ""  # fmt: skip
    network = ask(lambda: services.predictor(run_id)) if text else None
    if network is None or not network.may_write:
        st.caption("Write a text first.")
        return
    found = ask(lambda: _ask(network, text[:MOST]))
    if found is None:
        return
    words = token_words(network.experiment)
    least = LONG[network.tokenizer.unit]
    long, usual = (_share(cover, least) for cover in (found.cover, found.held_out_cover))
    copies = f"copied stretches of {foreign(least)} {words.many} and more"
    st.markdown(
        f"**{long:.0%}** of these {words.many} stand in {copies}; of held-out text of the same length it is **{usual:.0%}**. "
        f"The longest has {count(max(found.cover, default=0), words.one)}."
    )
    _items(found)
    plain = _plain(found.held_out_cover)
    show(
        text_strip(
            found.tokens,
            [length if length > plain else 0 for length in found.cover],
            f"Length of the copied stretch, {words.many}",
            is_dark(),
            limit=max(least, *found.cover, *found.held_out_cover),
        ),
        key=f"{app}_copied_strip",
    )
    st.caption(
        f"The bluer, the longer the stretch of training text that a {words.one} stands in. Plain is what repeats in any text: "
        f"nine tenths of held-out text stand in stretches of {count(plain, words.one)} at most."
    )
    _sources(app, found.sources, words.many)
    show(seen_bars(found.seen, found.held_out_seen, words.many, is_dark()), key=f"{app}_copied_seen")
    if found.is_cut or len(text) > MOST:
        st.caption("Of a text that is too long its beginning is looked at.")


def _ask(network: Any, text: str) -> Copied:
    asked = {
        "experiment": network.experiment.model_dump(mode="json"), "mark": mark_of(network.tokenizer), "text": text,
    }  # fmt: skip
    with st.spinner("Looking through the training text"):
        return asking.read_once(COPIED, asked, own=asking.lane_of(network.experiment) == "own")


def _plain(held_out: Sequence[int]) -> int:
    """The longest stretch in which nine tenths of held-out text stand; 0 without any."""
    return sorted(held_out)[int(0.9 * (len(held_out) - 1))] if held_out else 0


def _share(cover: Sequence[int], least: int) -> float:
    return sum(length >= least for length in cover) / max(1, len(cover))


def _items(found: Copied) -> None:
    """Whole lines, where each is an item."""
    items = found.items
    if items is None or not items.written:
        return
    rows = pd.DataFrame(
        {
            "Whole lines": [f"{items.written:,}, {items.different:,} different"],
            "In training": [f"{items.in_train / items.written:.0%}"],
            "In the test set": [f"{items.in_test / items.written:.0%}"],
            "New": [f"{items.new / items.written:.0%}"],
        }
    )
    alt = f"Of {items.written} whole lines {items.in_train} stand in training, {items.in_test} in test, {items.new} are new."
    st.table(rows, border="horizontal", hide_index=True, alt=alt)


def _sources(app: str, sources: Sequence[Source], words: str) -> None:
    """The passage of the training text around a stretch; the longest first."""
    if not sources:
        return
    place = st.selectbox(
        "Where it stands in the training text", range(len(sources)), key=f"{app}_copied_source",
        format_func=lambda at: f"{sources[at].end - sources[at].start} {words}: {one_line(sources[at].copied, 60)}",
        help="One of the longest copied stretches, with the passage around it.",
    )  # fmt: skip
    one = sources[place or 0]
    passage = one.before + one.copied + one.after
    colours = [0.0] * len(one.before) + [1.0] * len(one.copied) + [0.0] * len(one.after)
    show(text_strip(list(passage), colours, "Copied (blue) in its passage", is_dark()), key=f"{app}_copied_passage")
