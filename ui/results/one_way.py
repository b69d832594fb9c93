"""Beside a network that reads in both directions: the same one reading forwards alone, one click away.

What comes later in a sentence often decides, and a network that reads forwards has not seen it. That one is a training of its
own, as long as the first, so it is started when somebody asks for it; once it is over its figure stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core import compare
from core.config.errors import ConfigError
from core.figures import headline_metric
from ui import again, runs, services
from ui.words import ACTIVE_STATES, metric_label, metric_value

_FORWARDS = {"model.bidirectional": False, "model.merge_mode": None}


def beside_one_direction(app: str, run_id: str, result: Mapping[str, Any] | None) -> None:
    """The figure of the network that reads forwards alone, or the button that trains it; nothing for one direction."""
    base = runs.trained(run_id)
    if base is None or not base.model.bidirectional or not (result or {}).get("test"):
        return
    try:
        wanted = base.with_values(_FORWARDS)
    except ConfigError:  # something else in the set-up needs both
        return
    assert result is not None
    for status in runs.mine():
        other = runs.trained(status.run_id) if status.parent == run_id else None
        if other is None or not compare.same_but_seed(other, wanted):
            continue
        if status.state in ACTIVE_STATES:
            st.caption("The same network, reading forwards alone, is being trained.")
            return
        found = services.run_file(status.run_id, "result.json")
        if status.state == "succeeded" and found is not None and found.get("test"):
            _say(result, found, run_id)
            return
    st.button(
        "Train it reading forwards alone", icon=":material/arrow_forward:", key=f"{app}_use_one_way",
        help="The same set-up without the direction from the end: shows what knowing the later words is worth.",
        on_click=again.start, args=(run_id, [wanted]),
    )  # fmt: skip
    again.say_started(run_id)


def _say(result: Mapping[str, Any], other: Mapping[str, Any], run_id: str) -> None:
    metric = headline_metric(result["task"], result["test"])
    name = metric_label(metric)
    both, alone = (metric_value(metric, one["test"].get(metric)) for one in (result, other))
    st.markdown(
        f"Reading forwards alone, the same network reaches **{alone}** ({name}, test set); reading both ways this one has "
        f"**{both}**. One training each: other seeds may differ by more."
    )
    again.link_to_children(run_id)
