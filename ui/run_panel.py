"""The run panel: state, progress, what can be done, figures and the live curve of one run.

While a run is active the panel is a fragment with a timer; when the run begins or ends the fragment asks for one full
rerun, so that results appear. Left out: the buttons (run_actions.py), the
figures (run_figures.py), what a trained network can do (ui/results).
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.compare import same_loss, same_yardstick
from core.config.errors import ConfigError
from core.jobs.remaining import Plan, expected_steps, plan_of, share_done, step_seconds
from core.jobs.status import RunStatus
from core.verdict import page_baseline
from ui import runs, services, share, visitor
from ui.curves import Curve, latest
from ui.foreign import foreign
from ui.live_chart import (
    curve_alt,
    curve_chart,
    curve_frame,
    first_metric,
    has_metric,
    last_step,
    shown_baseline,
)
from ui.model_form import draw_train
from ui.race import draw_race
from ui.results.common import is_dark, is_narrow
from ui.run_actions import draw_row, draw_step, draw_take_over
from ui.run_curve import curve_of
from ui.run_figures import best_step, draw_figures, result_of
from ui.run_words import run_title
from ui.setup import draw_preset
from ui.state import page_of
from ui.state_line import state_line
from ui.sweep_form import draw_sweep_menu
from ui.words import ACTIVE_STATES, date_time, headline_metric, metric_label, rough_duration

LOG_LINES = 40
FIRST_SECONDS = 0.3
BEGINNING_SECONDS = 2.0
LOST_SECONDS = 5.0  # a lost run may report again: a machine that slept, a disk that was full


def run_panel(task: str, run_id: str) -> None:
    """Draw the panel of a run; while it is active, or may come back, the panel renews itself."""
    status = services.status(run_id)
    if status is None:
        _no_such_run(task, run_id)
        return
    every = _pause(task, status)
    with st.container(border=True):
        st.fragment(_body, run_every=every)(task, status, every, [True])


def _pause(task: str, status: RunStatus) -> float | None:
    """Seconds until the next look; None for a run that stays as it is."""
    if status.state in ACTIVE_STATES:
        pause = services.refresh_seconds(visitor.tab())
        return min(pause, FIRST_SECONDS) if _begins(task, status) else pause
    return LOST_SECONDS if status.state == "lost" else None


def _begins(task: str, status: RunStatus) -> bool:
    """Whether the first points of a run of this page are about to come: then it looks often, however many others do."""
    if page_of(task).started != status.run_id:
        return False
    if status.state == "queued":
        return _queue_place(status) in (None, 1)
    return status.state == "starting" or (status.seconds or 0.0) < BEGINNING_SECONDS


def _no_such_run(task: str, run_id: str) -> None:
    gone = None
    text = "There is no such run on this server. Its link may be of another one."
    try:
        gone = services.store().gone(run_id)
    except ConfigError:
        text = "There is no such run. The link looks incomplete: copy the whole of it."
    except OSError:
        pass
    if gone is not None:
        why = "was cleared away to make room for newer runs" if gone.reason == "evicted" else "was deleted"
        text = f"There is no such run any more: it {why} on {date_time(gone.when, st.context.timezone)}."
    with st.container(border=True):
        st.warning(text)
        train_row(task, "Train a new one")


def _body(task: str, drawn: RunStatus, every: float | None, with_page: list[bool]) -> None:
    """Everything in the panel; drawn with the page, and by itself at every tick and click.

    Args:
        task: The page's task.
        drawn: What the page was drawn with.
        every: The pause between two looks that the page was drawn with.
        with_page: Not empty for the drawing with the page, which shows what the page shows and asks for nothing.
    """
    status, is_first = (drawn, True) if with_page else (_look_again(task, drawn, every), False)
    with_page.clear()
    curve = curve_of(status)
    # The curve is newer than the state, which is written once a second.
    status = replace(status, step=max(status.step, latest(curve.train, "step") or 0))
    active = status.state in ACTIVE_STATES
    _origin(task, status)
    plan, per_step = _plan(status.run_id, services.limits().max_seconds), step_seconds(curve.train)
    line = state_line(status, _queue_place(status), _starts_in(status), plan, per_step)
    draw_row(task, status, line, share_done(status, plan))
    _trouble(status)
    has_points = bool(curve.train or curve.validation)
    if has_points or (status.state in ("starting", "running") and not is_first):  # words first: a chart takes its time
        # Empty at first: the browser has loaded what draws it by the time that the first point comes.
        draw_figures(task, status, curve)
        _chart(task, status, curve, expected_steps(status, plan, per_step))
    if not has_points and active:
        st.caption("The curve starts with the first steps. You may close this page: the link finds the run again.")
    _sample(status, curve)


def _look_again(task: str, drawn: RunStatus, every: float | None) -> RunStatus:
    """The run as it is now; asks for the whole page when more than the panel has to change."""
    status = services.status(drawn.run_id)
    if status is None or page_of(task).redraw:
        st.rerun()
    if (status.state in ACTIVE_STATES) != (drawn.state in ACTIVE_STATES) or _pause(task, status) != every:
        st.rerun()
    return status


def _origin(task: str, status: RunStatus) -> None:
    """What the run is, behind its name where it has one, and for its owner the run that it comes from."""
    parent = services.status(status.parent) if status.parent and runs.may_change(status) else None
    title = run_title(status)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if status.name:
            st.markdown(f"**{foreign(status.name)}**", width="content")
        if title:
            st.caption(foreign(title), width="content")
        if status.sweep and runs.may_read(status.run_id):
            draw_take_over(task, status.run_id)
        if parent is not None:
            unnamed = "the starter" if services.store().is_starter(parent.run_id) else "an earlier run"
            origin = f"Comes from {parent.name or unnamed}"
            st.page_link(
                f"pages/{task}.py", label=foreign(origin), icon=":material/subdirectory_arrow_right:",
                query_params={"run": parent.run_id}, width="content",
            )  # fmt: skip


def _queue_place(status: RunStatus) -> int | None:
    return services.manager().queue_position(status.run_id) if status.state == "queued" else None


def _starts_in(status: RunStatus) -> float | None:
    return services.manager().expected_start(status.run_id) if status.state == "queued" else None


@st.cache_data(max_entries=512, show_spinner=False)
def _plan(run_id: str, server_seconds: float | None) -> Plan | None:
    """What a run was asked for, which never changes."""
    try:
        return plan_of(services.store().experiment(run_id), server_seconds)
    except (ConfigError, OSError):
        return None


def _trouble(status: RunStatus) -> None:
    """Cause, hint and log of a run that failed or was lost; of one that gave way to another, why."""
    if status.state == "stopped" and status.error is not None:
        st.warning(f"**{foreign(status.error.message)}**\n\n{foreign(status.error.hint)}")
    if status.state not in ("failed", "lost"):
        return
    if not services.sees_rows(status.run_id):  # a message and a log may quote what was read
        st.error("The run ended before it was done. Only its owner can see why.")
        return
    error = status.error
    message = foreign(error.message) if error else "The run ended without saying why."
    hint = foreign(error.hint) if error else ""
    st.error(f"**{message}**\n\n{hint}")
    log = log_tail(status.run_id)
    if log:
        with st.expander("Log"):
            st.code(log, language=None, wrap_lines=True, height=260)


def log_tail(run_id: str) -> str:
    """The last lines of a run's log."""
    try:
        with open(services.store().path(run_id) / "log.txt", "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 16_000))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-LOG_LINES:])


def _chart(task: str, status: RunStatus, curve: Curve, planned: int | None) -> None:
    """The curve with its two small controls; `planned` steps are expected."""
    headline = headline_metric(task, *curve.validation[-1:])
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        metric = _choose_metric(task, curve, headline)
        log_scale = st.toggle("Log scale", key=f"{task}:log_scale")
    judged = page_baseline(result_of(status), headline)
    baseline, best = shown_baseline(curve, headline, judged[0] if judged else None), best_step(status)
    frame = curve_frame(curve, metric, _earlier(task, status, metric), baseline, best)
    went_on = _went_on(status, curve)
    chart = curve_chart(
        frame, metric, task=task, total_steps=last_step(status, frame, planned), log_scale=bool(log_scale), dark=is_dark(),
        narrow=is_narrow(), went_on=went_on, baseline=baseline,
    )  # fmt: skip
    st.altair_chart(chart, key=f"{task}:curve_chart", alt=curve_alt(curve, metric, task, baseline, best))
    if went_on is not None and status.parent:
        st.caption(
            f"Goes on from step {went_on:,} of the run before (dotted line), up to which a longer training is the same. "
            "The best network of that run is kept until a better one is found."
        )


def _earlier(task: str, status: RunStatus, metric: str) -> Curve | None:
    """The curve of the run before, where it measures the same: other data, targets or units are another scale."""
    previous = page_of(task).previous
    before = services.status(previous) if previous else None
    if before is None or share.fingerprint_of(before.run_id) != share.fingerprint_of(status.run_id):
        return None
    try:
        one, other = (services.store().experiment(run_id) for run_id in (before.run_id, status.run_id))
    except (ConfigError, OSError):
        return None
    is_alike = same_loss if metric == "loss" else same_yardstick
    return curve_of(before) if is_alike(one, other) else None


def _choose_metric(task: str, curve: Curve, headline: str) -> str:
    """The loss or the headline; the control stands there from the beginning, and works once there is a choice."""
    metrics = ["loss", headline]
    known = has_metric(curve, headline)
    return st.segmented_control(
        "Curve", metrics, default=first_metric(curve, metrics) if known else "loss", required=True,
        format_func=metric_label, key=f"{task}:curve" if known else f"{task}:curve_to_come", disabled=not known,
        label_visibility="collapsed",
    )  # fmt: skip


def _went_on(status: RunStatus, curve: Curve) -> int | None:
    """The last step whose records the run took over from its parent; None for a run that began at step 0.

    That is where the parent's learning rate began to fall, or where it ended.
    """
    parent = services.status(status.parent) if status.parent else None
    if parent is None:
        return None
    shared = [one["step"] for one, other in zip(curve.train, curve_of(parent).train, strict=False) if one == other]
    return shared[-1] if shared else None


def _sample(status: RunStatus, curve: Curve) -> None:
    """What a language model writes so far, as plain text."""
    if curve.sample is None or status.state not in ACTIVE_STATES or not curve.sample.get("text"):
        return
    if not services.sees_rows(status.run_id):
        return
    st.caption(f"What it writes at step {curve.sample.get('step', 0):,}")
    st.code(str(curve.sample["text"])[:600], language=None, wrap_lines=True, height=140)


def train_row(task: str, label: str | None = None, *, step: bool = False) -> None:
    """Preset and Train on the page itself, for the first training and for phones, where the sidebar is folded away.

    Args:
        task: The page's task.
        label: What stands on the button instead of Train.
        step: Whether Step, which trains a step or a few, the race of cells and the search stand beside it.
    """
    reason = page_of(task).untrainable
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_preset(task, "preset_on_page")
        draw_train(task, "train_on_page", label or "Train", width="content")
        if step and not reason:
            draw_step(task)
            draw_race(task)
            draw_sweep_menu(task)
    if reason:
        st.warning(f"This set-up cannot be trained.\n\n{reason}")


def first_training(
    task: str, preset: str, seconds: float, sees: str, title: str = "Nothing trained yet.", *, changed: bool = False
) -> None:
    """What stands where the run panel will be: what will happen, the preset and Train.

    Args:
        task, preset: Of the page.
        seconds: How long the preset takes as it comes; the set-up says how long what was changed does.
        sees: One sentence on what training will show.
        title: What the sentences stand under.
        changed: Whether the set-up differs from the preset.
    """
    with st.container(border=True, height="stretch"):
        takes = f"{preset.capitalize()} takes" if not changed else f"Unchanged, {preset.capitalize()} takes"
        st.markdown(f"**{title}** {sees} {takes} {rough_duration(seconds)} on this machine.")
        train_row(task, step=True)
