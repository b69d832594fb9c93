"""Several runs that differ only in their seed as one forecast: chart, figures beside each seed's, and a file.

Left out: what is computed (the task gives it: `Together`), which runs are compared (ui/compare.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from core import compare
from core.backtests import NETWORK
from core.metrics.quantiles import coverage
from core.verdict import page_baseline
from ui import again, runs, services
from ui.charts.bands import BANDS, edge_columns
from ui.charts.chart import Chart
from ui.charts.forecast import forecast_chart
from ui.charts.labels import compact
from ui.charts.windows import MOST_POINTS, MOST_POINTS_NARROW, first_row_of_last_windows
from ui.foreign import csv_of, foreign, one_line
from ui.results.common import is_dark, is_narrow, show
from ui.results.written import parquet_of
from ui.words import NONE, baseline_label, capital, count, metric_label, metric_value

Together = Callable[[Mapping[str, tuple[Any, Any]], str], Any]
"""From what each run kept, by the name of its seed, and a series to the ensemble; None where they kept too little."""
_FIGURES = ("mase", "mae", "rmse")
_MOST_RUNS, _ENOUGH = 60, 3


def same_seeds(run_id: str) -> list[str]:
    """This run and the visitor's finished runs that differ from it in the seed alone, each seed once."""
    base = runs.trained(run_id)
    if base is None:
        return [run_id]
    found = {base.training.seed: run_id}
    for status in runs.mine()[:_MOST_RUNS]:
        other = runs.trained(status.run_id) if status.state == "succeeded" and status.task == base.task else None
        if other is not None and compare.same_but_seed(base, other):
            found.setdefault(other.training.seed, status.run_id)
    return [found[seed] for seed in sorted(found)]


def offer_seeds(app: str, run_id: str, together: Together) -> None:
    """In Use it: the forecast with all seeds where there are some, a button that trains more where there are few."""
    ids = same_seeds(run_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = len(ids) > 1 and st.toggle(
            f"Forecast with all {len(ids)} seeds", key=f"{app}_use_seeds",
            help="The mean of the networks that you trained with this set-up and other seeds, which often errs less than one.",
        )  # fmt: skip
        if len(ids) < _ENOUGH:
            _train_more(app, run_id, ids)
    if wanted:
        show_seeds(f"{app}_use", ids, together)


def _train_more(app: str, run_id: str, ids: Sequence[str]) -> None:
    missing = _ENOUGH - len(ids)
    base, found = runs.trained(run_id), [one for one in map(runs.trained, ids) if one is not None]
    if base is None or len(found) < len(ids):
        return
    taken = [one.training.seed for one in found]
    st.button(
        f"Train {count(missing, 'more seed')}", icon=":material/casino:", key=f"{app}_use_more_seeds",
        help="The same set-up begun from other random weights: all of them make one forecast, and show what chance does.",
        on_click=again.start, args=(run_id, compare.with_seeds(base, missing, taken)),
    )  # fmt: skip
    again.say_started(run_id)


@st.fragment
def show_seeds(key: str, ids: Sequence[str], together: Together) -> None:
    """One forecast of several runs, which differ in the seed alone.

    Args:
        key: Prefix of the widgets.
        ids: Of the runs, two or more.
        together: What makes it one.
    """
    if not all(services.sees_rows(one) for one in ids):
        st.info("The data of these runs is its owner's and was not shared, so their forecast is not drawn.")
        return
    kept: dict[str, tuple[Any, Any]] = {}
    for one in ids:
        experiment = runs.trained(one)
        name = one[:8] if experiment is None else f"seed {experiment.training.seed}"
        kept[name] = services.run_file(one, "backtest.json"), services.run_file(one, "details.json")
    details: dict[str, Any] = next(iter(kept.values()))[1] or {}
    targets = details.get("targets") or []
    if not targets:
        st.info("These runs were not judged, so there is nothing to take the mean of.")
        return
    target = targets[0] if len(targets) == 1 else st.selectbox(
        "Series of all seeds", targets, key=f"{key}_seeds_target", width=220, format_func=one_line, help="Which series to draw.",
    )  # fmt: skip
    found = together(kept, target)
    if found is None:
        st.info("These runs kept no forecasts of this series from the same origins, so there is no mean of them.")
        return
    result = services.run_file(ids[0], "result.json") or {}
    forecasts = {name: (one or {})["future"][target]["network"] for name, (_, one) in kept.items()}
    future: dict[str, Any] = {
        "time": details["future"][target].get("time", details["future"]["time"]),
        **found.ahead(forecasts),
    }
    simple = (page_baseline(result, "mase") or (found.best_simple(), 0.0))[0]
    show(_chart(found, details, target, future, forecasts, simple), key=f"{key}_seeds_chart")
    _figures(found, simple)
    table = pd.DataFrame(
        {"Time": future["time"], f"{target}, mean": future["network"], **edge_columns(future), "Spread": future["spread"],
         **{capital(name): row for name, row in forecasts.items()}}
    )  # fmt: skip
    holds = "The mean past the end of the data, its bands, the spread over seeds, and every seed's forecast."
    with st.container(horizontal=True):
        st.download_button(
            "Download CSV of all seeds", csv_of(table), "forecast_of_all_seeds.csv", "text/csv", key=f"{key}_seeds_csv",
            on_click="ignore", help=holds,
        )  # fmt: skip
        st.download_button(
            "Download Parquet of all seeds", lambda: parquet_of(table),
            "forecast_of_all_seeds.parquet", "application/octet-stream", key=f"{key}_seeds_parquet",
            on_click="ignore", help=holds,
        )  # fmt: skip


def _chart(
    found: Any, details: Mapping[str, Any], target: str, future: dict[str, Any], forecasts: Mapping[str, Any], simple: str | None
) -> Chart:  # fmt: skip
    """The chart of one run's forecasts with the mean's in their place, and every seed past the end."""
    drawn = {**details, "test": {target: _tiles(found.test)}, "coverage": {}, "crps": {}}
    most = MOST_POINTS_NARROW if is_narrow() else MOST_POINTS
    first = first_row_of_last_windows(drawn, target, len(future["time"]), most)
    chart = forecast_chart(drawn, target, best_baseline=simple, dark=is_dark(), future=future, first=first)
    called = f"Mean of {len(found.members)} seeds"
    chart.figure.update_traces(name=called, selector={"name": "Network"})
    for place, (name, row) in enumerate(forecasts.items()):
        chart.figure.add_scatter(
            x=future["time"], y=row, mode="lines", name="Each seed", legendgroup="seeds", showlegend=place == 0,
            line={"color": "rgba(127, 127, 127, 0.7)", "width": 1}, hovertemplate=f"%{{y}}<extra>{capital(name)}</extra>",
        )  # fmt: skip
    return replace(chart, alt=f"{called} drawn as one network, each by itself past the end. {chart.alt}")


def _tiles(test: Any) -> dict[str, Any]:
    """Forecasts of the test set that do not overlap, back from its end, as details hold them."""
    rows: list[int] = []
    next_one = len(test.time) + 1
    for place in range(len(test.origins) - 1, -1, -1):
        if test.origins[place] >= test.test_from and test.origins[place] + test.horizon <= next_one:
            rows.insert(0, place)
            next_one = int(test.origins[place])

    def flat(values: Any) -> list[float | None]:
        return [None if value != value else value for value in values[rows].ravel().tolist()]

    bands = {name: test.bands.get(share) for share, name in ((0.95, "95%"), (0.8, "80%"))}
    edges = {
        key: flat(side)
        for name, *keys in BANDS
        for key, side in zip(keys, bands[name] or (), strict=bands[name] is not None)
    }
    at = [int(test.origins[row]) + step for row in rows for step in range(test.horizon)]
    simple = {name: flat(values) for name, values in test.methods.items() if name != NETWORK}
    return {
        "time": [test.time[row] for row in at], "truth": flat(test.truth), "network": flat(test.methods[NETWORK]),
        "baselines": {name: row for name, row in simple.items() if not name.startswith("seed ")}, **edges,
    }  # fmt: skip


def _figures(found: Any, simple: str | None) -> None:
    """The mean's figures on the test set beside each seed's and the best simple method's."""
    rows = found.on_test_set(_FIGURES, simple)
    known = [name for name in _FIGURES if any(figures.get(name) is not None for figures in rows.values())]
    called = {"mean": f"Mean of {len(found.members)} seeds"}

    def label(name: str) -> str:
        return called.get(name) or (capital(name) if name in found.members else capital(baseline_label(name)))

    table = pd.DataFrame(
        {
            "On the test set": [foreign(label(name)) for name in rows],
            **{metric_label(m): [foreign(_figure(m, figures)) for figures in rows.values()] for m in known},
        }
    )
    said = "; ".join(
        f"{label(name)}: " + ", ".join(f"{metric_label(m)} {_figure(m, figures)}" for m in known)
        for name, figures in rows.items()
    )
    st.table(table, border="horizontal", hide_index=True, alt=f"Figures on the test set. {said}.")
    st.caption(foreign(_words(found, rows, known)))


def _figure(metric: str, figures: Mapping[str, Any]) -> str:
    return NONE if figures.get(metric) is None else metric_value(metric, figures[metric])


def _words(found: Any, rows: Mapping[str, Mapping[str, Any]], known: Sequence[str]) -> str:
    judged = found.test.since(found.test.test_from)
    said = (
        f"From {count(len(judged.origins), 'origin')} of the test set, the same for all; every seed counts, and none was "
        "chosen by it."
    )
    if known:
        alone = [rows[name][known[0]] for name in found.members if rows[name].get(known[0]) is not None]
        if alone and rows["mean"].get(known[0]) is not None:
            mean = compact(sum(alone) / len(alone))
            said += f" {metric_label(known[0])} {compact(rows['mean'][known[0]])} together, {mean} on average by themselves."
    held = {}
    for share in (0.8, 0.95):
        if share in judged.bands:
            low, high = judged.bands[share]
            held[share] = float(coverage(judged.truth, low, high, (0, 1)))
    held = {share: part for share, part in held.items() if part == part}
    if held:
        said += (
            " On the test set "
            + " and ".join(f"the {share:.0%} band held {part:.0%}" for share, part in held.items())
            + "."
        )
    if found.num_validation:
        return (
            f"{said} Bands are as wide to both sides as the mean's own errors, step by step, that were known at each start; "
            "where a step has few, the longest trained step that has enough stands in. How far the seeds differ is not in "
            "them, and beyond the trained horizon there are none."
        )
    return f"{said} These runs kept no forecasts of their validation set, so bands begin where the test set has errors to go by."
