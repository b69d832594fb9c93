"""The run panel: state, progress, what can be done, figures and the live curve of one run.

While a run is active the panel is a fragment with a timer; when the run begins or ends the fragment asks for one full
rerun, so that results appear. Left out: the buttons (run_actions.py), the
figures (run_figures.py), what a trained network can do (ui/results).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import streamlit as st

from core.config.errors import ConfigError
from core.jobs.status import RunStatus
from core.verdict import page_baseline
from ui import runs, services, session, visitor
from ui.curves import Curve, latest
from ui.foreign import foreign
from ui.live_chart import (
    chart_metrics,
    curve_alt,
    curve_chart,
    curve_frame,
    first_metric,
    last_step,
    shown_baseline,
)
from ui.model_form import TRAIN_LABEL, train
from ui.results.common import is_dark, is_narrow
from ui.run_actions import draw_row, draw_step
from ui.run_figures import best_step, draw_figures, result_of
from ui.run_words import run_title
from ui.setup import draw_preset
from ui.words import ACTIVE_STATES, count, date_time, duration, headline_metric, metric_label, rough_duration

LOG_LINES = 40
FIRST_SECONDS = 0.3
BEGINNING_SECONDS = 2.0
LOST_SECONDS = 5.0  # a lost run may report again: a machine that slept, a disk that was full


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
    if session.get(task, "started") != status.run_id:
        return False
    if status.state == "queued":
        return _queue_place(status) in (None, 1)
    return status.state == "starting" or (status.seconds or 0.0) < BEGINNING_SECONDS


def _no_such_run(task: str, run_id: str) -> None:
    try:
        gone = services.store().gone(run_id)
    except (ConfigError, OSError):
        gone = None
    if gone is None:
        text = "There is no such run on this server. The link may not be whole."
    else:
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
    status = drawn if with_page else _look_again(task, drawn, every)
    with_page.clear()
    curve = curve_of(status)
    # The curve is newer than the state, which is written once a second.
    status = replace(status, step=max(status.step, latest(curve.train, "step") or 0))
    active = status.state in ACTIVE_STATES
    _origin(task, status)
    draw_row(task, status, state_line(status, _queue_place(status), _starts_in(status)))
    _trouble(status)
    has_points = bool(curve.train or curve.validation)
    if has_points or status.state in ("starting", "running"):
        # Empty at first: the browser has loaded what draws it by the time that the first point comes.
        draw_figures(task, status, curve)
        _chart(task, status, curve)
    if not has_points and active:
        st.caption("The curve starts with the first steps. You may close this page: the link finds the run again.")
    _sample(status, curve)


def _look_again(task: str, drawn: RunStatus, every: float | None) -> RunStatus:
    """The run as it is now; asks for the whole page when more than the panel has to change."""
    status = services.status(drawn.run_id)
    if status is None or session.get(task, "redraw"):
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
        if parent is not None:
            origin = f"Comes from {parent.name or 'an earlier run'}"
            st.page_link(
                f"pages/{task}.py", label=foreign(origin), icon=":material/subdirectory_arrow_right:",
                query_params={"run": parent.run_id}, width="content",
            )  # fmt: skip


def _queue_place(status: RunStatus) -> int | None:
    return services.manager().queue_position(status.run_id) if status.state == "queued" else None


def _starts_in(status: RunStatus) -> float | None:
    return services.manager().expected_start(status.run_id) if status.state == "queued" else None


def state_line(status: RunStatus, place: int | None, starts_in: float | None = None) -> str:
    """What the run is doing in one line, such as "Training · step 620 of 1,000 · 4 s left".

    Args:
        status: The run.
        place: Of a queued run, 1 for the next.
        starts_in: Seconds until a queued run starts, as far as can be expected.
    """
    if status.state == "queued":
        line = f"Waiting · place {place} in the queue" if place else "Waiting to start"
        return line if starts_in is None else f"{line} · starts in {rough_duration(starts_in)}"
    if status.state == "starting":
        return "Starting"
    steps = f"step {status.step:,}" + (f" of {status.total_steps:,}" if status.total_steps else "")
    if status.state == "running":
        left = seconds_left(status)
        return f"Training · {steps}" + (f" · {duration(left)} left" if left is not None else "")
    spent = f" in {duration(status.seconds)}" if status.seconds else ""
    if status.state == "succeeded":
        where = f" on the {status.device.upper() if status.device == 'cpu' else 'GPU'}" if status.device else ""
        if status.ending:
            return f"{status.ending[0].upper()}{status.ending[1:]}{where}"
        return f"Finished · {count(status.step, 'step')}{spent}{where}"
    if status.state == "stopped":
        return f"Stopped · {steps}{spent}" if status.step else "Stopped before it started"
    return f"{'Failed' if status.state == 'failed' else 'Lost'} · {steps}" if status.step else status.state.capitalize()


def seconds_left(status: RunStatus) -> float | None:
    """Expected rest of the training, from the speed so far; None before it is known."""
    if not status.seconds or not status.total_steps or status.step < 2:
        return None
    return max(0.0, status.seconds / status.step * (status.total_steps - status.step))


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


def _chart(task: str, status: RunStatus, curve: Curve) -> None:
    """The curve with its two small controls."""
    previous = session.get(task, "previous")
    earlier_status = services.status(previous) if previous else None
    earlier = curve_of(earlier_status) if earlier_status is not None and earlier_status.task == task else None
    headline = headline_metric(task)
    metrics = chart_metrics(curve, headline)
    sides: Literal["distribute", "right"] = "distribute" if len(metrics) > 1 else "right"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment=sides):
        metric = metrics[0]
        if len(metrics) > 1:
            metric = st.segmented_control(
                "Curve", metrics, default=first_metric(curve, metrics), required=True, format_func=metric_label,
                key=f"{task}:curve", label_visibility="collapsed",
            )  # fmt: skip
        log_scale = st.toggle("Log scale", key=f"{task}:log_scale")
    judged = page_baseline(result_of(status), headline)
    baseline, best = shown_baseline(curve, headline, judged[0] if judged else None), best_step(status)
    frame = curve_frame(curve, metric, earlier, baseline, best)
    went_on = _went_on(status, curve)
    chart = curve_chart(
        frame, metric, task=task, total_steps=last_step(status, frame), log_scale=bool(log_scale), dark=is_dark(),
        legend_columns=1 if is_narrow() else 4, went_on=went_on, baseline=baseline,
    )  # fmt: skip
    st.altair_chart(chart, key=f"{task}:curve_chart", alt=curve_alt(curve, metric, task, baseline, best))
    if went_on is not None and status.parent:
        st.caption(
            f"Goes on from step {went_on:,} of the run before (dotted line), up to which a longer training is the same. "
            "The best network of that run is kept until a better one is found."
        )


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
        step: Whether Step, which trains a step or a few, stands beside it.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_preset(task, "preset_on_page")
        st.button(
            f":violet[:material/play_arrow: {label}]" if label else TRAIN_LABEL, type="primary",
            key=f"{task}:train_on_page", on_click=train, args=(task,), width="content",
        )  # fmt: skip
        if step:
            draw_step(task)


def first_training(task: str, preset: str, seconds: float, sees: str) -> None:
    """What stands where the run panel will be: what will happen, the preset and Train."""
    with st.container(border=True):
        st.markdown(
            f"**Nothing trained yet.** {sees} {preset.capitalize()} takes {rough_duration(seconds)} on this machine."
        )
        train_row(task, step=True)
