"""The view Find a unit of Look inside: which unit goes along with something in a text, and what happens without it.

Left out: spans that look alike (spans.py), the same network broken (twins.py), everything that is computed (core/insight and
the predictor's `units`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from core.bounded.pool import LimitReached
from core.bounded.work import MATCHES, MOST_PATTERN
from core.config.errors import ConfigError
from core.insight.probes import PROBES, in_spans
from core.insight.units import Ranked, rank_units
from ui import asking
from ui.charts.labels import compact
from ui.charts.text import text_strip
from ui.foreign import foreign
from ui.network_answers import answered
from ui.results.common import ask, given_examples, is_dark, is_narrow, name_unknown, show
from ui.results.spans import spans_view
from ui.results.twins import twins_view
from ui.results.typed import kept_of
from ui.words import count

WRITTEN, OWN = "What it writes", "A text of yours"
OWN_PATTERN = "pattern"
NUM_WRITTEN, NUM_SHOWN, NUM_RANKED = 2_000, 280, 10
PATTERN_SECONDS = 1.0
GOOD = 0.8
"""From this correlation on a unit is called one that goes along."""
FEW = 300
"""Characters under which that may be chance."""


class Found(NamedTuple):
    """What is looked at.

    Attributes:
        reading: The text as the network read it.
        looked_for: What was looked for: (T,).
        name: What that is called.
        unit: The one that was chosen.
    """

    reading: Any
    looked_for: np.ndarray
    name: str
    unit: Ranked


def find_units_view(app: str, run_id: str, network: Any, typed: str) -> None:
    """The whole view.

    Args:
        app: Prefix of the keys.
        run_id: The run.
        network: Its predictor.
        typed: The text in the box of Look inside.
    """
    if refused := network.units.refused:
        st.info(foreign(refused))
        return
    st.caption(
        "Nobody told the network what a bracket is. Sometimes one of its units keeps track of one all the same: look for "
        "it, watch it over a text, then take it out and see what is lost."
    )
    text = _text(app, run_id, network, typed)
    if not text:
        return
    with st.spinner("Reading character by character"):
        reading = ask(lambda: answered(run_id, ("units", text), lambda: network.units.read(text)))
    if reading is None:
        return
    found = _choose(app, reading)
    if found is None:
        return
    begin, end = _over_the_text(app, network, found)
    twins_view(app, run_id, network, found.unit)
    spans_view(app, found.reading, found.unit, found.looked_for, begin, end)


def _text(app: str, run_id: str, network: Any, typed: str) -> str:
    """The text in which to look."""
    choices = [WRITTEN, OWN] if network.may_write else [OWN]
    chosen = st.segmented_control(
        "Look in", choices, default=choices[0], required=True, key=f"{app}_units_text", persist_state="session",
        help="In a text that the network writes now, or in one that you bring.",
    )  # fmt: skip
    if chosen == OWN:
        own = st.text_area(
            "Your text", typed, key=f"{app}_units_own", height=120, persist_state="session",
            help=f"Up to {network.units.most_read:,} characters; the longer, the surer what is found.",
        )  # fmt: skip
        text = kept_of(str(own), network.units.most_read).strip("\r")
        name_unknown(network.unknown(text), network.experiment)
        return text
    prompt = (given_examples(network.experiment) or ("",))[0]
    with st.spinner("Writing"):
        written = ask(
            lambda: answered(
                run_id, ("units of", prompt), lambda: network.predict([prompt], length=NUM_WRITTEN)[0]["text"]
            )
        )
    return prompt + written if written else ""


def _choose(app: str, reading: Any) -> Found | None:
    """What to look for, and which of the units that go along with it."""
    left, right = st.columns(2)
    with left:
        probe = st.selectbox(
            "Look for", [*PROBES, OWN_PATTERN], key=f"{app}_units_probe", persist_state="session",
            format_func=lambda name: PROBES[name].label if name in PROBES else "A pattern of your own",
            help="What a unit should go along with.",
        )  # fmt: skip
        looked_for = _pattern(app, reading) if probe == OWN_PATTERN else PROBES[probe].values(reading.text)
    if looked_for is None:
        return None
    name = "Your pattern" if probe == OWN_PATTERN else PROBES[probe].label
    if not looked_for.any() or looked_for.std() == 0:
        nowhere = probe == OWN_PATTERN and not looked_for.any()
        said = "stands nowhere in this text" if nowhere else "is the same everywhere in this text"
        st.info(f"{foreign(name)} {said}, so no unit can go along with it. Try another text.")
        return None
    ranked = rank_units(reading.states, looked_for, NUM_RANKED)
    with right:
        place = st.selectbox(
            "Unit", range(len(ranked)), key=f"{app}_units_unit_{probe}_{ranked[0].unit}_{len(reading.ids)}",
            format_func=lambda at: named(ranked[at]),
            help="Those that go along best, the best first, by their correlation: 1 or -1 is always, 0 not at all.",
        )  # fmt: skip
    best = ranked[0]
    kept = (
        "goes along with it" if abs(best.correlation) >= GOOD else "comes closest, and goes along with it only in part"
    )
    few = len(reading.ids) < FEW
    chance = " Over so few of them the best of all units may look good by chance: take a longer text." if few else ""
    against = ", the other way round" if best.correlation < 0 else ""
    about = PROBES[probe].tells if probe in PROBES else "Where your pattern stands."
    st.caption(
        f"{foreign(about)} Of all units the {foreign(best.kind)} of unit {best.unit:,} {kept}{against}: correlation "
        f"{foreign(compact(best.correlation))} over {count(len(reading.ids), 'character')}."
        + (" The text goes on; so much of it is read." if reading.is_cut else "")
        + chance
    )
    return Found(reading, looked_for, name, ranked[min(place, len(ranked) - 1)])


def named(unit: Ranked) -> str:
    """A unit in a list."""
    return f"Unit {unit.unit} of layer {unit.layer + 1}, {unit.kind}: {compact(unit.correlation)}"


def _pattern(app: str, reading: Any) -> np.ndarray | None:
    """Where the visitor's regular expression stands; None after saying why that is not known."""
    pattern = st.text_input(
        "Regular expression", r"\b[Tt]he\b", key=f"{app}_units_pattern", persist_state="session",
        help="A pattern of Python, such as [0-9]+ for numbers; units are compared with where it stands.",
    )  # fmt: skip
    pattern = kept_of(pattern, MOST_PATTERN)
    if not pattern:
        st.caption("Type a pattern to look for.")
        return None

    def stands_at() -> Any:
        try:
            return asking.read_once(MATCHES, {"pattern": pattern, "text": reading.text}, seconds=PATTERN_SECONDS)
        except LimitReached:
            hint = "Use fewer stars within stars, or a shorter text."
            raise ConfigError.single("pattern", "one found within a second", "one that takes longer", hint) from None

    spans = ask(stands_at)
    return None if spans is None else in_spans(len(reading.text), spans)


def _first_part(found: Found) -> int:
    """Where the part begins that is shown at first: at the step of the slider before what was looked for is first there."""
    step, most = NUM_SHOWN // 4, len(found.reading.ids) - NUM_SHOWN
    return max(0, min(int((found.looked_for != 0).argmax()) // step * step, most))


def _over_the_text(app: str, network: Any, found: Found) -> tuple[int, int]:
    """What was looked for and what the unit does, over the same part of the text, whose ends are returned."""
    reading, unit = found.reading, found.unit
    begin = 0
    if len(reading.ids) > NUM_SHOWN:
        begin = st.slider(
            "Part of the text", 0, len(reading.ids) - NUM_SHOWN, _first_part(found), NUM_SHOWN // 4,
            key=f"{app}_units_begin_{found.name}_{len(reading.ids)}",
            help=f"Which {NUM_SHOWN} characters are shown, by the first of them.",
        )  # fmt: skip
    end = min(len(reading.ids), begin + NUM_SHOWN)
    gates = network.units.gates(reading, unit.layer, unit.unit, begin, end)
    kinds = [unit.kind, *(kind for kind in gates if kind != unit.kind)]
    kind = st.segmented_control(
        "What to see of the unit", kinds, default=unit.kind, required=True, format_func=str.capitalize,
        key=f"{app}_units_kind_{unit.kind}", help="The state that goes along, the unit's other state, or one of its gates.",
    )  # fmt: skip
    left, right = [st.container()] * 2 if is_narrow() else st.columns(2)
    characters = reading.characters[begin:end]
    with left:
        values, low = gates[str(kind)], gates[str(kind)].min()
        title = f"{str(kind).capitalize()} of unit {unit.unit}"
        show(text_strip(characters, values.tolist(), title, is_dark(), signed=bool(low < 0)), key=f"{app}_units_strip")
    with right:
        show(
            text_strip(characters, found.looked_for[begin:end].tolist(), found.name, is_dark()),
            key=f"{app}_units_looked_for",
        )
    return begin, end
