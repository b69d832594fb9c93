"""Runs: what this visitor trained in this session, and the run in the address; nobody else's."""

from datetime import datetime

import streamlit as st

from core.config.errors import ConfigError
from core.data import catalog
from ui import services, session
from ui.frame import ensure_frame
from ui.words import (
    STATE_WORDS,
    TASK_TITLES,
    baseline_label,
    best_baseline,
    headline_metric,
    metric_label,
    metric_value,
)


def data_title(task: str, run_id: str) -> str:
    """The name of the data that a run was trained on."""
    try:
        data = services.store().experiment(run_id).data
        return catalog.find(task, data.id).title if data.source == "builtin" else "Own file"
    except ConfigError:
        return "unknown"


def outcome(task: str, run_id: str) -> tuple[str, str]:
    """The headline figure on the test part, and the best baseline's."""
    result = services.run_file(run_id, "result.json") or {}
    metric = headline_metric(task)
    value = (result.get("test") or {}).get(metric)
    if value is None:
        return "", ""
    best = best_baseline(result.get("baselines") or {}, metric)
    beside = f"{metric_value(metric, best[1])} ({baseline_label(best[0])})" if best else ""
    return f"{metric_label(metric)} {metric_value(metric, value)}", beside


def open_run() -> None:
    """Go to the page of the run whose button was pressed, with the set-up that it was trained with."""
    status = found[st.session_state["runs:open"].row]
    session.put(status.task, "opened", False)
    session.put(status.task, "previous", None)
    st.switch_page(f"pages/{status.task}.py", query_params={"run": status.run_id})


ensure_frame()
st.title("Runs", anchor=False)
st.markdown(
    "What you trained since you opened this page. A run stays on the server: keep the address of its page to find it again."
)
ids = list(st.session_state.get("runs", []))
linked = st.query_params.get("run")
if linked and linked not in ids:
    ids.insert(0, linked)
found = [status for status in map(services.status, ids) if status is not None and status.task]
if not found:
    with st.container(border=True):
        st.markdown("**Nothing trained yet.**")
        st.page_link("pages/generation.py", label="Train a network that writes", icon=":material/arrow_forward:")
else:
    rows = []
    for status in found:
        test, baseline = outcome(status.task, status.run_id)
        rows.append(
            {
                "Task": TASK_TITLES[status.task],
                "Data": data_title(status.task, status.run_id),
                "State": STATE_WORDS[status.state],
                "Test part": test,
                "Best baseline": baseline,
                "Started": datetime.fromtimestamp(status.created) if status.created else None,
                "Open": "Open",
            }
        )
    st.dataframe(
        rows,
        hide_index=True,
        key="runs:table",
        column_config={
            "Started": st.column_config.DatetimeColumn("Started", format="calendar"),
            "Open": st.column_config.ButtonColumn(
                "", type="tertiary", on_click=open_run, key="runs:open", width="small"
            ),
        },
        alt="Your runs with task, data, state, test figure and best baseline",
    )
