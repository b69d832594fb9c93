"""The sidebar's popover "Copy link": to the run that is open, then to the set-up as the form says it now.

Left out: what a link holds (share.py).
"""

from __future__ import annotations

import contextlib

import streamlit as st

from core.config.errors import ConfigError
from ui import asking, services
from ui.model_form import Setup, changed_values
from ui.share import draw_run_link, draw_set_up_link
from ui.state import page_of


def draw_copy_link(setup: Setup) -> None:
    """The link to the run that is open, then to what the form says now; made when they are asked for."""
    link = st.popover(
        "Copy link", icon=":material/link:", type="tertiary", width="stretch", key=f"{setup.task}:share",
        on_change="rerun",
    )  # fmt: skip
    if not link.open:
        return
    with link:
        _draw_link_to_run(setup.task)
    assert setup.start is not None
    try:
        changes = changed_values(setup.task, setup.start)
        experiment, found = asking.check(setup.task, setup.preset, setup.data, changes)
    except ConfigError:
        link.caption("There is a link once the set-up can be trained.")
        return
    with link:
        draw_set_up_link("Link to this set-up", experiment, setup.start, found.overview.fingerprint)


def _draw_link_to_run(task: str) -> None:
    run_id = page_of(task).run
    status = services.status(run_id) if run_id else None
    if status is not None and status.task == task:
        with contextlib.suppress(ConfigError):  # deleted in this moment
            draw_run_link(status.run_id, services.store().experiment(status.run_id), "sidebar")
