"""Use it, of a language model: what of the text on the page stands in the training text, where, and what is new.

Left out: finding it (core/novelty.py), reading the training text (core/bounded/copied_text.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.bounded.copied_text import MOST_COPIED, Copied, Source
from core.bounded.training_text import mark_of
from core.bounded.work import COPIED
from core.novelty import LONG
from ui import asking, services
from ui.charts.copied import seen_bars
from ui.charts.labels import visible
from ui.charts.text import text_strip
from ui.foreign import foreign, one_line
from ui.results.being_written import Written
from ui.results.common import ask, is_dark, show
from ui.words import TokenWords, count, token_words

_DRAWN = 4_000  # tokens: a prompt and a text of the longest length, or some of twenty tunes


def copied_view(app: str, run_id: str, texts: Sequence[Written] | None) -> None:
    """A text coloured by the length of what stands in the training text, its sources, and shares of n-grams.

    Args:
        app, run_id: Whose page and which run.
        texts: What was written last; None while it is being written.
    """
    if texts is None:
        st.caption("A text is being written. Once it is whole, this says what of it was copied.")
        return
    chosen = _chosen(app, [text for text in texts if text.own.strip()])
    network = ask(lambda: services.predictor(run_id)) if chosen else None
    if chosen is None or network is None or not network.may_write:
        st.caption("Write a text first.")
        return
    found = ask(lambda: _ask(network, chosen))
    if found is None:
        return
    words = token_words(network.experiment)
    least = LONG[network.tokenizer.unit]
    own = [length for length in found.cover if length is not None]
    are_long = not found.item_length or found.item_length >= least
    _items(found)
    if are_long:
        _stretches(own, found.held_out_cover, least, words)
    if any(length is None for length in found.cover):
        given = "each of them" if found.item_length else "the text"
        st.caption(
            f"The prompt, with which {given} begins, stands plain and counts nowhere: a stretch begins with the first "
            f"{words.one} that the network wrote at the earliest."
        )
    if found.num_read < found.num_written:
        of = f"{found.item}s" if found.item_length else words.many
        st.caption(f"Looked through are the first {found.num_read:,} of {found.num_written:,} {foreign(of)}.")
    plain = _plain(found.held_out_cover)
    top = max([*own, *found.held_out_cover], default=0)
    show(
        text_strip(
            found.tokens[:_DRAWN],
            [
                length if length and (length > plain or is_known) else 0
                for length, is_known in zip(found.cover, found.is_known, strict=True)
            ][:_DRAWN],
            f"Length of the copied stretch, {words.many}",
            is_dark(),
            limit=max(least, top) if are_long else max(1, top),
        ),
        key=f"{app}_copied_strip",
    )
    if len(found.tokens) > _DRAWN:
        st.caption(
            f"Drawn are the first {_DRAWN:,} of {len(found.tokens):,} {words.many}; the figures are of all of them."
        )
    ends = (
        f" What stands whole in training is coloured in any case. Stretches and sequences stay within one {foreign(found.item)}; "
        f"its end counts as a {words.one}."
    )
    st.caption(
        f"The bluer, the longer the stretch of training text that a {words.one} stands in. Plain is what repeats in any text: "
        f"nine tenths of held-out text stand in stretches of {count(plain, words.one)} at most."
        + (ends if found.item_length else "")
    )
    _sources(app, found.sources, words.many)
    show(seen_bars(found.seen, found.held_out_seen, words.many, is_dark()), key=f"{app}_copied_seen")


def _chosen(app: str, texts: Sequence[Written]) -> Written | None:
    """The one to look at, by its label: texts of one prompt begin alike."""
    if len(texts) < 2:
        return next(iter(texts), None)
    labels = [f"{text.label}: {one_line(text.own, 40)}" for text in texts]
    place = st.selectbox(
        "Which text", range(len(texts)), format_func=lambda at: labels[at], key=f"{app}_copied_text",
        help="One of the texts that were written last.",
    )  # fmt: skip
    return texts[min(place or 0, len(texts) - 1)]


def _ask(network: Any, text: Written) -> Copied:
    asked = {
        "experiment": network.experiment.model_dump(mode="json"),
        "mark": mark_of(network.tokenizer),
        "text": text.text[:MOST_COPIED],
        "prompt": text.prompt,
    }
    with st.spinner("Looking through the training text"):
        return asking.read_once(COPIED, asked, own=asking.lane_of(network.experiment) == "own")


def _plain(held_out: Sequence[int]) -> int:
    """The longest stretch in which nine tenths of held-out text stand; 0 without any."""
    return sorted(held_out)[int(0.9 * (len(held_out) - 1))] if held_out else 0


def _share(cover: Sequence[int], least: int) -> float:
    return sum(length >= least for length in cover) / max(1, len(cover))


def _stretches(own: Sequence[int], held_out: Sequence[int], least: int, words: TokenWords) -> None:
    """How much of a text stands in long stretches of training text."""
    long, usual = (_share(cover, least) for cover in (own, held_out))
    copies = f"copied stretches of {foreign(least)} {words.many} and more"
    st.markdown(
        f"**{long:.0%}** of these {words.many} stand in {copies}; of held-out text of the same length it is **{usual:.0%}**. "
        f"The longest has {count(max(own, default=0), words.one)}."
    )


def _items(found: Copied) -> None:
    """Whole items by where they stand."""
    items = found.items
    if items is None or not items.written:
        return
    if items.written == 1:
        place = "stands in training" if items.in_train else "stands in the test set" if items.in_test else "is new"
        st.markdown(f"As a whole the {foreign(found.item)} **{place}**.")
        return
    shares = [f"{number / items.written:.0%}" for number in (items.in_train, items.in_test, items.new)]
    usual = (
        ""
        if found.held_out_items is None
        else f"; of held-out {found.item}s {found.held_out_items:.0%} stand in training"
    )
    again = "" if items.different == items.written else f", {items.different:,} of them different,"
    st.markdown(
        f"Of **{foreign(count(items.written, f'whole {found.item}'))}**{again} **{shares[0]}** stand in training, "
        f"**{shares[1]}** in the test set, **{shares[2]}** are new{foreign(usual)}."
    )


def _label(source: Source, words: str) -> str:
    """A stretch with the blanks that it counts."""
    return f"{source.end - source.start} {words}: {one_line(visible(source.copied), 60)}"


def _sources(app: str, sources: Sequence[Source], words: str) -> None:
    """The passage of the training text around a stretch; the longest first."""
    if not sources:
        return
    place = st.selectbox(
        "Where it stands in the training text", range(len(sources)), key=f"{app}_copied_source",
        format_func=lambda at: _label(sources[at], words),
        help="One of the longest copied stretches, with the passage around it.",
    )  # fmt: skip
    one = sources[place or 0]
    passage = one.before + one.copied + one.after
    colours = [0.0] * len(one.before) + [1.0] * len(one.copied) + [0.0] * len(one.after)
    show(text_strip(list(passage), colours, "Copied (blue) in its passage", is_dark()), key=f"{app}_copied_passage")
