"""Forecasting: the series before training; forecasts over the test set and past the end; the last window inside."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.config.experiment import Experiment
from core.config.recipe import MADE_SERIES, Recipe
from core.data.look import Look
from core.data.made.recipe_series import recipe_series
from core.digits import decimals_of
from core.verdict import page_baseline
from ui import services
from ui.charts.forecast import forecast_chart, series_preview
from ui.charts.made import components_chart
from ui.charts.newer import newer_chart
from ui.charts.small import small_forecast
from ui.charts.windows import MOST_POINTS, MOST_POINTS_NARROW, first_row_of_last_windows, unforecast
from ui.edit_table import open_table
from ui.foreign import csv_of, one_line, table
from ui.made import open_maker
from ui.results.common import ask, is_dark, is_narrow, say_withheld, show, show_verdict
from ui.results.influence import influence_view
from ui.results.inside import choose_view, units_view
from ui.results.newer import go_on
from ui.starter import Starter
from ui.tasks.view import TaskView, Way
from ui.words import NONE, best_baseline, count

_LAST, _TEST, _WHOLE = "Last forecasts", "Test set", "Whole series"
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
    show(chart, key=f"{experiment.task}_data_series_{chart.figure.layout.xaxis.type}")
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
    go_on(run_id, dict(details or {}))


@st.fragment
def _explore(app: str, run_id: str, details: dict[str, Any], result: dict[str, Any]) -> None:
    targets = details["targets"]
    horizon = int(details["horizon"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
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
        view = _view(app, first_row_of_last_windows(details, target, horizon, _most_points()) is not None)
        steps = st.number_input(
            "Steps past the end", 1, _most_steps(details), horizon, width=180,
            key=f"{app}_use_steps_{horizon}", persist_state="session",
            help="How far to forecast after the last known value; beyond the trained horizon it feeds on itself.",
        )  # fmt: skip
    future = _future(run_id, details, target, int(steps))
    # The one of the verdict on every chart; where its figure is undefined, the one that suits the series.
    best = page_baseline(result, "mase") or best_baseline(_figures_of(result, target), "mae")
    first = first_row_of_last_windows(details, target, len(future["time"]), _most_points()) if view == _LAST else None
    chart = forecast_chart(
        details, target, best_baseline=best[0] if best else None, dark=is_dark(), whole=view == _WHOLE,
        future=future, first=first, slider=not is_narrow(),
    )  # fmt: skip
    show(chart, key=f"{app}_use_chart_{view}")
    st.caption(
        f"Over the test set a new forecast starts every {count(horizon, 'step')} and looks as far ahead without "
        "seeing the truth; the figures above count one from every step. The band holds 80% of the errors seen in "
        f"validation. {unforecast(details, target)} More simple methods are in the legend."
    )
    if int(details.get("num_targets", 0)) > len(targets):
        st.caption(
            f"{len(targets)} of {details['num_targets']:,} series can be drawn; the figures are of all, and so is "
            "what the trained network forecasts."
        )
    _table(future, target, decimals_of(details["values"][target]), f"{app}_use_csv")


def _most_points() -> int:
    return MOST_POINTS_NARROW if is_narrow() else MOST_POINTS


def _view(app: str, is_long: bool) -> str:
    """The choice of what is seen first: of a long test set its last forecasts, where single windows can be told apart."""
    views = [_LAST, _TEST, _WHOLE] if is_long else [_TEST, _WHOLE]
    chosen = st.segmented_control(
        "Show", views, default=views[0], required=True, key=f"{app}_use_view_{len(views)}", persist_state="session",
        help="The last forecasts close by, the whole test set, or the series with the part that was trained on.",
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
    part = {key: (stored.get(key) or [])[:steps] for key in ("lower", "upper")}
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
    columns = {"Time": future["time"], target: future["network"]}
    for name, key in (("Lower 80%", "lower"), ("Upper 80%", "upper")):
        row = list(future.get(key) or [])
        columns[name] = row + [None] * (len(future["time"]) - len(row))
    forecast = pd.DataFrame(columns)
    with st.expander("Forecast as a table", icon=":material/table:"):
        alt = f"The forecast of {one_line(target)}, {count(len(forecast), 'step')}."
        st.dataframe(table(forecast, decimals), hide_index=True, height=250, placeholder=NONE, alt=alt)
        st.download_button(
            "Download CSV", csv_of(forecast), "forecast.csv", "text/csv", key=key,
            on_click="ignore", help="The forecast past the end of the data, with its interval.",
        )  # fmt: skip


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
    for place, one in enumerate(ask(lambda: network.predict(horizon=int(steps))) or []):
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


@st.fragment
def look_inside(app: str, run_id: str) -> None:
    """The tab Look inside: the last window of the series, just before the network forecasts."""
    if not services.sees_rows(run_id):
        say_withheld("what the network does over its last window is not drawn.")
        return
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    if choose_view(app):
        _gradients(app, network)
        return
    st.markdown("What each unit does while the network reads the last known window, just before it forecasts.")
    units_view(app, network, None, "Time")


def _gradients(app: str, network: Any) -> None:
    """How much a step of the forecast hangs on each row of the last window."""
    data, model = network.experiment.data, network.experiment.model
    targets, step = network.context.targets, 1
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = targets[0]
        if len(targets) > 1:
            target = st.selectbox(
                "Forecast of which series", targets, key=f"{app}_inside_target", width=220, format_func=one_line,
                help="The series whose forecast is asked about.",
            )  # fmt: skip
        if data.horizon > 1:
            step = st.slider(
                "Step ahead", 1, data.horizon, 1, key=f"{app}_inside_step_{data.horizon}", width=320,
                help="Which step of the forecast is asked about.",
            )  # fmt: skip
    note = "Distance counts rows back from the last known one, which is 1."
    if model.bidirectional:
        note = "This network reads the window in both directions, so distance counts rows to its nearer end."
    if model.shape == "many_to_many":
        note += " Later steps of the forecast read the earlier ones, and so does their influence."
    influence_view(
        app, {"": "Rows of the window"}, lambda: network.influence(target, int(step)), "Distance, rows back",
        f"{note} Values are as the network reads them: scaled, and changes where it reads changes; a row of several "
        "columns counts as one.",
    )  # fmt: skip


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
    alive="What was measured in grey, what the network says ahead in blue.",
)  # fmt: skip
