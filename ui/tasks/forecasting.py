"""Forecasting: the series before training; forecasts over the test set and past the end; the last window inside."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.config.experiment import Experiment
from core.config.recipe import MADE_SERIES, Recipe
from core.data.known_ahead import beyond_known
from core.data.look import Look
from core.data.made.recipe_series import recipe_series
from core.digits import decimals_of
from core.tasks.forecasting.ensemble import read_ensemble
from core.verdict import page_baseline
from ui import services
from ui.charts.bands import BANDS, edge_columns
from ui.charts.forecast import forecast_chart, series_preview
from ui.charts.labels import compact
from ui.charts.made import components_chart
from ui.charts.newer import newer_chart
from ui.charts.small import small_forecast
from ui.charts.windows import MOST_POINTS, MOST_POINTS_NARROW, first_row_of_last_windows, unforecast
from ui.edit_table import open_table
from ui.foreign import csv_of, foreign, one_line, table
from ui.made import open_maker
from ui.results.backtest import show_backtest
from ui.results.common import ask, is_dark, is_narrow, once_open, say_withheld, show, show_verdict
from ui.results.forecast_inside import look_inside
from ui.results.honest import lag_of, show_honesty
from ui.results.newer import go_on
from ui.results.seeds import offer_seeds, show_seeds
from ui.results.what_if import what_if
from ui.results.written import parquet_of
from ui.starter import Starter
from ui.tasks.view import TaskView, Way
from ui.words import NONE, baseline_label, best_baseline, capital, count, sentence

_LAST, _TEST, _WHOLE, _ROLLING = "Last forecasts", "Test set", "Whole series", "Backtest"
_LATER = "the truth, later"
_MOST_PICTURES = 3  # of a run that was not judged; the others have their tables


def show_data(look: Look, experiment: Experiment, found: Any) -> None:
    """The series with its parts; of a made one also what it is the sum of."""
    series = look.series
    assert series is not None
    names, targets = list(series.lines), series.target_columns
    name = targets[0]
    if len(names) > 1:
        name = st.selectbox(
            "Series" if series.value_column else "Column", names, index=names.index(name), key=f"{experiment.task}_data_column",
            format_func=lambda column: one_line(series.called(column)) + " (to forecast)" * (column in targets),
            help="Which of the data to draw; all of it is read by the network.",
        )  # fmt: skip
    chart = series_preview(series, name, is_dark())
    # A chart of its own for each kind of axis: one that goes from dates to steps draws its old marks on the new axis.
    show(chart, key=f"{experiment.task}_data_series_{chart.figure.layout.xaxis.type}", light=True)
    if experiment.data.id == MADE_SERIES:
        st.caption("What it was made of, each part on a scale of its own:")
        _, components = recipe_series(Recipe.parse(experiment.data.recipe))
        show(components_chart(components, is_dark(), is_narrow()), key=f"{experiment.task}_data_components")


def show_result(app: str, run_id: str, result: Mapping[str, Any] | None, details: Mapping[str, Any] | None) -> None:
    """The tab Use it: the verdict, the forecasts over the test set, and forecasts past the end."""
    show_verdict(app, result)
    if not services.sees_rows(run_id):
        say_withheld(
            "its values, and the forecasts that go on from them, are not drawn. The network can go on from rows of yours."
        )
    elif details is None:
        _future_only(app, run_id)
    else:
        _explore(app, run_id, dict(details), dict(result or {}))
        offer_seeds(app, run_id, read_ensemble)
    go_on(run_id, dict(details or {}))


@st.fragment
def _explore(app: str, run_id: str, details: dict[str, Any], result: dict[str, Any]) -> None:
    what_if(run_id, details, _draw(app, run_id, details, result))


def _draw(app: str, run_id: str, details: dict[str, Any], result: dict[str, Any]) -> int:
    """The forecasts of one target; how many steps past the end were asked for."""
    targets = details["targets"]
    horizon = int(details["horizon"])
    shown = st.container()  # of a phone a row of its own, in which the choices wrap
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        target = targets[0]
        if len(targets) > 1:
            target = st.selectbox(
                "Series",
                targets,
                key=f"{app}_use_target",
                width=220,
                format_func=one_line,
                help="Which of the forecast columns to draw.",
            )
        with shown if is_narrow() else row:
            is_long = first_row_of_last_windows(details, target, horizon, _most_points()) is not None
            view = _view(app, is_long)
        steps = horizon if view == _ROLLING else st.number_input(
            "Steps past the end", 1, _most_steps(details), horizon, width=180,
            key=f"{app}_use_steps_{horizon}", persist_state="session",
            help="How far to forecast after the last known value; beyond the trained horizon it feeds on itself.",
        )  # fmt: skip
    # The one of the verdict on every chart; where its figure is undefined, the one that suits the series.
    best = page_baseline(result, "mase") or best_baseline(_figures_of(result, target), "mae")
    if view == _ROLLING:
        show_backtest(app, run_id, details, target, best[0] if best else None)
        return horizon
    shift = lag_of(result).get("shift")
    with row:
        also = _also(app, details, target, best[0] if best else None, shift)
    future = _future(run_id, details, target, int(steps))
    first = first_row_of_last_windows(details, target, len(future["time"]), _most_points()) if view == _LAST else None
    at_a_glance = view == (_LAST if is_long else _TEST)  # where all can be told apart; the other views can be zoomed
    chart = forecast_chart(
        details, target, best_baseline=best[0] if best else None, dark=is_dark(), whole=view == _WHOLE, future=future,
        first=first, slider=not (at_a_glance or is_narrow()), shift=shift if _LATER in also else None, also=also,
    )  # fmt: skip
    show(chart, key=f"{app}_use_chart_{view}", light=at_a_glance)
    with st.container():  # one place, however many: what is open below stays open
        for note in past_end(details, future["time"]):
            st.caption(foreign(note))
    st.caption(
        f"Over the test set a new forecast starts every {count(horizon, 'step')} and looks as far ahead without "
        f"seeing the truth; the figures above count one from every step. {foreign(_of_bands(details, target))} "
        f"{unforecast(details, target)}"
    )
    show_honesty(result, list((details.get("coming") or {}).get("values") or {}))
    if int(details.get("num_targets", 0)) > len(targets):
        st.caption(
            f"{len(targets)} of {details['num_targets']:,} series can be drawn; the figures are of all, and so is "
            "what the trained network forecasts."
        )
    _table(future, target, decimals_of(details["values"][target]), f"{app}_use_csv")
    return int(steps)


def _also(app: str, details: Mapping[str, Any], target: str, best: str | None, shift: int | None) -> list[str]:
    """What else is to be drawn: baselines beside the best, and the truth moved by as much as forecasts lag."""
    names = [name for name in (details["test"].get(target) or {}).get("baselines") or {} if name != best]
    offered = [*sorted(names), *([_LATER] if shift else [])]
    if not offered:
        return []
    moved = f"Truth, {count(shift or 0, 'step')} later"
    return st.multiselect(
        "Also draw", offered, key=f"{app}_use_also_{len(offered)}_{shift}", width=280, placeholder="More lines",
        format_func=lambda name: moved if name == _LATER else capital(baseline_label(name)),
        help="Other baselines, and the truth moved by as many steps as forecasts lag behind: a copy of the past lies on it.",
    )  # fmt: skip


def past_end(details: Mapping[str, Any], times: Sequence[str]) -> list[str]:
    """What is to know of a forecast of steps with these labels that goes past the trained horizon, or past what is known."""
    horizon, coming = int(details["horizon"]), details.get("coming") or {}
    columns, num_known = list(coming.get("values") or {}), int(coming.get("num_known", 0))
    notes = [sentence(note)] if (note := beyond_known(columns, num_known, times, int(details["season"]))) else []
    if len(times) > horizon:
        notes.append(
            f"Beyond step {horizon:,}, the trained horizon, there is no band and no baseline: the network goes on from "
            "forecasts of its own, and how far these are off was not measured."
        )
    return notes


def _of_bands(details: Mapping[str, Any], target: str) -> str:
    """What the bands are, and how good forecast and bands are together beside a simple method's."""
    said = "Bands are as wide as the errors known at each start, since validation began."
    scores = (details.get("crps") or {}).get(target) or {}
    if None in scores.values() or len(scores) < 2:
        return said
    (_, network), *others = scores.items()
    other, simple = min(others, key=lambda one: one[1])
    return (
        f"{said} CRPS, which counts width too: {compact(network)} beside {compact(simple)} of {baseline_label(other)} with "
        "bands made alike."
    )


def _most_points() -> int:
    return MOST_POINTS_NARROW if is_narrow() else MOST_POINTS


def _view(app: str, is_long: bool) -> str:
    """The choice of what is seen first: of a long test set its last forecasts, where single windows can be told apart."""
    views = [_LAST, _TEST, _WHOLE, _ROLLING] if is_long else [_TEST, _WHOLE, _ROLLING]
    chosen = st.segmented_control(
        "Show", views, default=views[0], required=True, key=f"{app}_use_view_{len(views)}", persist_state="session",
        help="The last forecasts close by, the whole test set, the series with the part that was trained on, or forecasts from "
        "any origin with their errors by step.",
    )  # fmt: skip
    return str(chosen)


def _most_steps(details: Mapping[str, Any]) -> int:
    """How far the time labels of a run reach past its end; the network says so itself when it cannot go that far."""
    return max(2 * int(details["horizon"]), 4 * int(details["season"]), 120)


def _figures_of(result: dict[str, Any], target: str) -> dict[str, Any]:
    """Figures of the baselines for one target where there are any, otherwise their mean over targets."""
    baselines = result.get("baselines") or {}
    return {name: figures.get("per_target", {}).get(target, figures) for name, figures in baselines.items()}


def _future(run_id: str, details: dict[str, Any], target: str, steps: int) -> dict[str, Any]:
    """The forecast past the end: what training left behind, or asked of the network where that is too short."""
    kept = details.get("future") or {"time": []}
    stored = kept.get(target, {"network": []})
    times = stored.get("time", kept["time"])  # a series that ends before the others goes on from its own end
    part = {key: (stored.get(key) or [])[:steps] for _, *edges in BANDS for key in edges}
    part["baselines"] = {name: row[:steps] for name, row in (stored.get("baselines") or {}).items()}
    if steps <= len(stored["network"]):
        return {"time": times[:steps], "network": stored["network"][:steps], **part}
    answer = ask(lambda: services.predictor(run_id).predict(horizon=steps))
    for one in answer or []:
        if one["series"] == target:
            return {"time": one["time"], "network": one["forecast"], **part}
    return {"time": times, "network": stored["network"], **part}


def _table(future: Mapping[str, Any], target: str, decimals: int, key: str) -> None:
    """The forecast as a table, with as many decimals as the data deserve, and as a file with all of them."""
    forecast = pd.DataFrame({"Time": future["time"], target: future["network"], **edge_columns(future)})
    with once_open("Forecast as a table", ":material/table:", f"{key}_table") as is_open:
        if not is_open:
            return
        alt = f"The forecast of {one_line(target)}, {count(len(forecast), 'step')}."
        st.dataframe(table(forecast, decimals), hide_index=True, placeholder=NONE, alt=alt)
        st.download_button(
            "Download CSV", csv_of(forecast), "forecast.csv", "text/csv", key=key,
            on_click="ignore", help="The forecast past the end of the data, with its interval.",
        )  # fmt: skip
        st.download_button("Download Parquet", lambda: parquet_of(forecast), "forecast.parquet", "application/octet-stream",
                           key=f"{key}_parquet", on_click="ignore", help="The same table, for programs.")  # fmt: skip


@st.fragment
def _future_only(app: str, run_id: str) -> None:
    """For a run without final figures: what its network expects next, after the end of the series."""
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    horizon = int(network.experiment.data.horizon)
    steps = st.number_input(
        "Steps past the end", 1, max(120, 2 * horizon), horizon, key=f"{app}_use_only_steps",
        help="How far to forecast after the last known value.",
    )  # fmt: skip
    answer = ask(lambda: network.predict(horizon=int(steps))) or []
    if answer and (note := network.beyond_known(answer[0]["time"])):
        st.caption(foreign(sentence(note)))
    for place, one in enumerate(answer):
        times, known = _end_of_series(network.context, one["series"])
        forecast = {"time": one["time"], "network": one["forecast"]}
        if place < _MOST_PICTURES:
            chart = newer_chart(one["series"], "", (times, known), ([], []), forecast, is_dark())
            show(chart, key=f"{app}_use_only_{place}")
        _table(forecast, str(one["series"]), decimals_of(known), f"{app}_use_csv_{place}")


def _end_of_series(context: Any, name: str) -> tuple[list[str], list[float | None]]:
    """Times and values of the last rows that the network knows; None where one is missing."""
    place = context.columns.index(name)
    values: list[float | None] = [float(value) for value in context.history[:, place]]
    if context.known is not None:
        values = [value if is_known else None for value, is_known in zip(values, context.known[:, place], strict=True)]
    times = list(context.history_times)[-len(values) :]
    return times, values[-len(times) :]


def draw_alive(starter: Starter) -> bool:
    """The last forecasts of the first series, in a card of Home."""
    details = starter.details
    if not details.get("targets"):
        return False
    spec, alt = small_forecast(details, details["targets"][0], is_dark())
    st.vega_lite_chart(spec=spec, key=f"home:{starter.experiment.task}", alt=one_line(alt))
    return True


VIEW = TaskView(
    uploader="A table of numbers",
    takes="A time column and columns of numbers: CSV, TSV, JSON lines or Parquet.",
    paste="Numbers, one a line or in a row with spaces or commas between them; or a table copied from a spreadsheet, "
    "with or without dates and headers.",
    paste_example="12.5\n13.1\n12.9\n14.2",
    ways=(
        Way("Edit in a table", ":material/table_edit:", "edit_table",
            "Type a small series, or change the one on the page.", open_table),
        Way("Make a series", ":material/auto_graph:", "make_series",
            "A series of your own making: trend, seasons, noise, a change and gaps.", open_maker),
    ),
    items="time steps",
    show_data=show_data,
    show_result=show_result,
    look_inside=look_inside,
    draw_alive=draw_alive,
    show_seeds=lambda key, ids: show_seeds(key, ids, read_ensemble),
    alive="Grey: what was measured. Blue: forecasts, each begun anew from what was known; the last has nothing beside it yet. "
    "MASE: its error, in errors of repeating the last season.",
)  # fmt: skip
