"""Below forecasts: whether they are a copy of what came before, and whether anything to come moves them."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.config.words import in_words
from core.doctor.network import copied_in_words
from ui.foreign import foreign
from ui.words import baseline_label


def lag_of(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The evidence `lag` of a run; empty where it was not measured."""
    return (result.get("evidence") or {}).get("lag") or {}


def show_honesty(result: Mapping[str, Any], known_ahead: Sequence[str] = ()) -> None:
    """A caption, and an error where something leaks; nothing of a run of a version that did not ask.

    Args:
        known_ahead: Columns that may move a forecast, for they are known before their time.
    """
    moved, lag = (result.get("evidence") or {}).get("moved_by_future"), lag_of(result)
    if moved:
        st.error(f"A leak: values after the origin move {foreign(in_words([baseline_label(name) for name in moved]))}.")
    if moved == []:
        beside = f" but what is known ahead ({foreign(in_words(known_ahead))})" if known_ahead else ""
        st.caption(f"Nothing after the origin moves a forecast{beside}: other values there left every one as it was.")
    if lag:
        st.caption(
            f"One step ahead the forecasts are {foreign(copied_in_words(**lag))}. That is of the validation set; the truth "
            'moved so far can be drawn too, under "Also draw".'
        )
