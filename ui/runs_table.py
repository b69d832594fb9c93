"""The table of a visitor's runs: one row a run, newest first, with its figure beside the best simple method's.

Left out: what is done with the rows that are selected (ui/runs_actions.py) and comparing them (ui/compare.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from core.applications import APPLICATIONS
from core.jobs.status import RunStatus
from core.verdict import against, page_baseline
from ui import services
from ui.foreign import cell
from ui.results.common import is_narrow
from ui.run_words import baseline_name, run_name, run_title
from ui.state import page_of
from ui.words import (
    ACTIVE_STATES,
    NONE,
    STATE_WORDS,
    count,
    duration,
    headline_metric,
    metric_label,
    metric_value,
    title_of,
)

_ROW_HEIGHT, _MOST_ROWS = 35, 14
_NARROW = ("Name", "Test set", "State", "Against baseline", "Open")  # the first three are seen without scrolling


def state_text(status: RunStatus) -> str:
    """The state in a word or two: "Training 43%"."""
    word = STATE_WORDS[status.state]
    if status.state == "queued":
        place = services.manager().queue_position(status.run_id)
        return f"{word}, place {place}" if place else word
    if status.phase == "scoring":
        return "Scoring"
    if status.state == "running" and status.share_done is not None:
        return f"{word} {status.share_done:.0%}"
    return word


def _outcome(status: RunStatus) -> dict[str, str | None]:
    """The figure on the test set, the best baseline's, and who wins; empty while there is no result."""
    result = services.run_file(status.run_id, "result.json") or {}
    metric = headline_metric(status.task, result.get("test"))
    value = (result.get("test") or {}).get(metric)
    if value is None or not status.is_over:
        return {"Test set": None, "Best baseline": None, "Against baseline": None}
    best = page_baseline(result, metric)
    label = metric_label(metric)
    named = (
        f"{label} {metric_value(metric, value)}" if len(label) < 6 or not is_narrow() else metric_value(metric, value)
    )
    shown: dict[str, str | None] = {"Test set": named, "Best baseline": None, "Against baseline": None}
    if best is not None:
        shown["Best baseline"] = f"{metric_value(metric, best[1])} ({baseline_name(status.run_id, best[0])})"
        shown["Against baseline"] = against(metric, result)
    return shown


def table_rows(found: Sequence[RunStatus]) -> list[dict[str, Any]]:
    """The rows as the table shows them."""
    rows = []
    for status in found:
        rows.append(
            {
                "Name": cell(run_name(status)),
                "State": state_text(status),
                "Task": title_of(status.task),
                **_outcome(status),
                "What it is": cell(run_title(status)),
                "Time": duration(status.seconds) if status.seconds else None,
                "Created": datetime.fromtimestamp(status.created) if status.created else None,
                "Pinned": status.pinned,
                "Open": "Open",
            }
        )
    return rows


def _version(ids: Sequence[str], link: int) -> str:
    """A name for a table of just these runs: it counts its rows, so another list of runs is another table."""
    return hashlib.sha256(f"{link} {' '.join(ids)}".encode()).hexdigest()[:12]


def selected_runs(found: Sequence[RunStatus], asked: Sequence[str], link: int) -> list[str]:
    """Ids of the selected runs, in the order of the table. Arguments as `draw_table`."""
    ids = [status.run_id for status in found]
    key = f"runs:table:{_version(ids, link)}"
    if key not in st.session_state:
        return [run_id for run_id in ids if run_id in _selected_before(asked, link)]
    chosen = [ids[row] for row in sorted(st.session_state[key]["selection"]["rows"]) if row < len(ids)]
    st.session_state["runs:selected"] = (link, chosen)
    return chosen


def _selected_before(asked: Sequence[str], link: int) -> Sequence[str]:
    """What a new table begins with: what its link asks for, or what was selected in the table before it."""
    before = st.session_state.get("runs:selected")
    return before[1] if before is not None and before[0] == link else asked


def draw_table(found: Sequence[RunStatus], asked: Sequence[str], link: int) -> list[str]:
    """Draw the runs and return the ids of the selected ones, in the order of the table.

    Args:
        found: The runs, newest first; one or more.
        asked: Ids that a link asks to select.
        link: Number of the link; with a new one the selection begins anew.
    """
    ids = [status.run_id for status in found]
    chosen = selected_runs(found, asked, link)
    version = _version(ids, link)
    hidden = {"Pinned"} if not any(status.pinned for status in found) else set()
    rows = table_rows(found)
    narrow = is_narrow()
    columns = [name for name in (_NARROW if narrow else rows[0]) if name not in hidden]
    st.session_state["runs:rows"] = ids
    st.dataframe(
        rows,
        hide_index=True,
        placeholder=NONE,
        key=f"runs:table:{version}",
        height=_ROW_HEIGHT * (1 + min(_MOST_ROWS, len(rows))) + 3,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [row for row, run in enumerate(ids) if run in chosen]}},
        column_order=columns,
        column_config={
            "Name": st.column_config.TextColumn(width=105 if narrow else 130),
            "State": st.column_config.TextColumn(width=80 if narrow else 95),
            "Test set": st.column_config.TextColumn(
                width=90 if narrow else None, help="The headline figure on data that the network never saw."
            ),
            "Best baseline": st.column_config.TextColumn(help="The best baseline on the same part."),
            "Against baseline": st.column_config.TextColumn(
                help="The network next to the best baseline on the test set; clear only beyond its sampling error."
            ),
            "What it is": st.column_config.TextColumn(
                width=420, help="Its network, its data, how that is cut, its size and its steps."
            ),
            "Time": st.column_config.TextColumn(width=85),
            "Created": st.column_config.DatetimeColumn(format="calendar"),
            "Pinned": st.column_config.CheckboxColumn(help="Goes last when old runs are cleared away.", width="small"),
            "Open": st.column_config.ButtonColumn(
                "", type="tertiary", on_click=_open_row, key=f"runs:open:{version}", width="small",
                args=(f"runs:open:{version}",),
            ),
        },
        alt=f"Your {count(len(rows), 'run')} with name, state, figure on the test set and best baseline",
    )  # fmt: skip
    return selected_runs(found, asked, link)


def any_active(found: Sequence[RunStatus]) -> bool:
    """Whether the table has to be renewed."""
    return any(status.state in ACTIVE_STATES for status in found)


def _open_row(key: str) -> None:
    open_run(st.session_state["runs:rows"][st.session_state[key].row])


def open_run(run_id: str) -> None:
    """Go to the page of a run, with the set-up that it was trained with."""
    status = services.status(run_id)
    if status is not None and status.task in APPLICATIONS:
        page_of(status.task).previous = None
        st.switch_page(f"pages/{status.task}.py", query_params={"run": run_id})
