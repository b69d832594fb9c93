"""The records of a run, read once for all pages that look at it. Left out: reading them (curves.py)."""

from __future__ import annotations

import streamlit as st

from core.jobs.status import RunStatus
from ui import services
from ui.curves import Curve


@st.cache_resource(max_entries=64, show_spinner=False)
def _curve(run_id: str, attempt: int, begun: bool) -> Curve:
    return Curve(services.store().path(run_id) / "metrics.jsonl")


def curve_of(status: RunStatus) -> Curve:
    """The run's records so far; readers are shared by all who look at the run.

    A later attempt cuts the records back to its checkpoint before it trains: they are read anew once it does.
    """
    curve = _curve(status.run_id, status.attempt, status.state not in ("queued", "starting"))
    curve.update()
    return curve
