"""Whether the probabilities of a classifier may be taken at their word: the reliability curve, and its error in words."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.charts.calibration import reliability_chart
from ui.foreign import foreign
from ui.results.common import is_dark, once_open, show
from ui.words import metric_value

_SHARP = 1.0  # the temperature that changes nothing


def calibration_view(app: str, details: Mapping[str, Any], items: str = "texts") -> None:
    """Both, folded away; nothing for a run that is older than calibration.

    Args:
        app: Prefix of the keys.
        details: `details.json`.
        items: What is judged, in plural.
    """
    found = details.get("calibration")
    if not found or found["before"]["error"] is None:
        return
    before = found["before"]
    temperature, after = found.get("temperature"), found.get("after", before)
    changed = temperature not in (None, _SHARP)
    with once_open("Can its probabilities be trusted?", ":material/balance:", f"{app}_use_calibration") as is_open:
        if not is_open:
            return
        st.markdown(
            _in_words(temperature, before["error"], after["error"])
            + _beside_chance(before, after, items)
            + _losses(before, after)
        )
        chart = reliability_chart(before["bins"], after["bins"] if changed else None, is_dark(), items)
        show(chart, key=f"{app}_use_reliability")
        st.caption(
            f"Expected calibration error: {foreign(items)} are put into 15 bins by how sure the network is of its answer; in "
            "each the share of right answers is compared with the mean probability, and the differences are averaged by "
            f"{foreign(items)}."
        )


def _in_words(temperature: float | None, before: float, after: float) -> str:
    """What the temperature did, on texts that it was not found on."""
    if temperature is None:
        return f"Its probabilities are off by **{before:.1%}** on average."
    if temperature == _SHARP:
        return (
            f"Its probabilities are off by **{before:.1%}** on average. No temperature was found on the validation set."
        )
    said = "too sure of itself" if temperature > _SHARP else "less sure than it could be"
    return (
        f"As trained, the network was {said}: its probabilities were off by {before:.1%} on average. Its scores are divided by "
        f"a temperature of {temperature:.2f}, found on the validation set, and are now off by **{after:.1%}**. No answer "
        "changes by that, and the loss in the figures is the one without it, as the simple methods have none."
    )


def _losses(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The loss without and with the temperature; nothing for a run that did not measure it."""
    known = before.get("loss"), after.get("loss")
    if None in known or known[0] == known[1]:
        return ""
    return f" Its loss is {metric_value('loss', known[0])} as trained and {metric_value('loss', known[1])} with the temperature."


def _beside_chance(before: Mapping[str, Any], after: Mapping[str, Any], items: str) -> str:
    """What right probabilities would show on so many texts; nothing for a run that did not measure it."""
    if not after.get("by_chance"):
        return ""
    mean, most = after["by_chance"]
    said = f" On so many {items} even right probabilities are off by {mean:.1%}, and seldom by more than {most:.1%}"
    if max(before["error"], after["error"]) <= most:
        return (
            said + (": neither figure shows" if before != after else ": this does not show") + " that these are wrong."
        )
    return said + "."
