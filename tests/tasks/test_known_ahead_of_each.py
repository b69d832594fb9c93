"""What is known ahead of each of many series, such as the prices of every shop: its own, before its time, and no other future."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import torch

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.coming import Coming
from core.data.known_ahead import ahead_form, ahead_notes, ahead_rows
from core.data.look import look_at_series
from core.data.prepare import prepare
from core.data.sources.files import read_files
from core.data.sources.newer_rows import NewerTable, read_newer
from core.resolve import resolve
from core.tasks.forecasting.ahead import coming_rows
from core.tasks.forecasting.context import SeriesContext
from core.tasks.forecasting.leak import moved_by_future
from core.tasks.registry import bind
from ui.data_view import _columns_line

N, AHEAD, EARLIER = 110, 5, 6
ENDS = {"A": N, "B": N - EARLIER}
EACH = {
    "data.many_series": "each",
    "data.target_columns": ("sales",),
    "data.future_columns": ("price", "promo"),
    "data.difference": "none",
}
SHAPES = ("many_to_one", "many_to_many", "encoder_decoder")


def price(shop, day):
    return {"A": 10, "B": 50}[shop] + day % 4


def shops(ends=ENDS, ahead=AHEAD, change=None):
    """Sales of two shops below each other, of which one closes earlier; prices and promotions of each go on five days."""
    days = pd.date_range("2021-01-01", periods=200, freq="D")
    rows = [
        [shop, days[day].date(), 40 + 5 * np.sin(day) if day < end else "", price(shop, day), int(day % 5 == 0)]
        for shop, end in ends.items()
        for day in range(end + ahead)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["store", "date", "sales", "price", "promo"])
    for shop, day, name, value in change or ():
        row = table.index[(table["store"] == shop) & (table["date"] == days[day].date())][0]
        table.loc[row, name] = value
    return table


@pytest.fixture
def write(tmp_path):
    def to_csv(table, name="shops.csv"):
        table.to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return to_csv


@pytest.fixture
def trained(tiny, write):
    def make(table, changes=EACH, name="shops.csv", like=None):
        experiment = tiny("forecasting", {"data.path": (str(write(table, name)),), **changes})
        task = bind(experiment, prepare("series", experiment.data), torch.device("cpu"))
        if like is not None:
            task.model.load_state_dict(like.model.state_dict())
        task.predictor.context = SeriesContext.from_json(task.context.to_json())  # what a run keeps is what is used
        return task

    return make


def forecast(predictor, horizon=3):
    return {row["series"]: np.array(row["forecast"]) for row in predictor.predict(horizon)}


def test_prices_of_each_shop_stand_beside_its_own_sales(write):
    data = DataConfig(many_series="each", target_columns=("sales",), future_columns=("price", "promo"))
    series = read_files("series", [write(shops())], data, Limits())
    assert list(series.frame.columns) == ["A", "B"] and len(series.frame) == N
    assert len(series.ahead) == N + AHEAD
    rows, num_known = ahead_rows(series, 7, 1)
    assert rows.shape == (2, N + 7, 2) and num_known == AHEAD
    assert rows[0, :, 0].tolist() == [price("A", day) for day in range(N + AHEAD)] + [price("A", N + AHEAD - 1)] * 2
    assert rows[1, : N - EARLIER + AHEAD, 0].tolist() == [price("B", day) for day in range(N - EARLIER + AHEAD)]
    assert set(rows[1, N - EARLIER + AHEAD :, 0]) == {price("B", N - EARLIER + AHEAD - 1)}, (
        "past what is known it stands"
    )
    form = ahead_form(series, data, 80)
    assert form.columns == ("price", "promo")
    # 80 days of 10 to 13 and as many of 50 to 53: the middle is 31.5, the spread that of 20 up or down and of 0 to 3
    assert form.mean[0] == pytest.approx(31.5) and form.std[0] == pytest.approx(np.sqrt(400 + 1.25))
    assert ahead_notes(series, data, form, 7)[-1] == (
        "price, promo: known at least 5 steps past the last value of each series; past that the value a season (7 steps) "
        "earlier stands for it"
    )
    assert "known ahead of its time: price, promo" in series.notes


def test_a_shop_of_which_nothing_is_said_has_the_mean_of_the_others(write):
    table = shops()
    table.loc[table["store"] == "B", "price"] = np.nan
    data = DataConfig(many_series="each", target_columns=("sales",), future_columns=("price",))
    rows, num_known = ahead_rows(read_files("series", [write(table)], data, Limits()), 0, 1)
    np.testing.assert_allclose(rows[1, :, 0], np.mean([price("A", day) for day in range(N)]))
    assert num_known == 0


def test_the_data_view_marks_them_and_leaves_nothing_else_out(write):
    data = DataConfig(many_series="each", target_columns=("sales",), future_columns=("price", "promo"))
    look = look_at_series(read_files("series", [write(shops())], data, Limits()), (70, 90))
    assert look.ahead_columns == ("price", "promo") and look.num_ahead == AHEAD
    assert look.ahead_lines == ("price of A", "promo of A") and look.called("price of A") == "price of A"
    assert look.called("A") == "sales of store A" and {"price", "promo"} <= look.read_columns
    said = _columns_line(look, None)
    assert said == "forecast: `sales` of `store` `A`, `B` · known ahead: `price`, `promo` of each series"


def test_without_a_word_on_it_each_series_is_read_by_itself(write):
    path = str(write(shops()))
    values = {"data.path": (path,), "data.target_columns": ("sales",), "data.future_columns": ("price",)}
    assert resolve("forecasting", "quick", values).experiment.data.many_series == "each"
    with pytest.raises(ConfigError, match=r"data\.many_series"):
        resolve("forecasting", "quick", {**values, "data.many_series": "together"})
    with pytest.raises(ConfigError, match=r"data\.future_columns"):
        resolve("forecasting", "quick", {**values, "data.future_columns": ("price", "store price")})
    with pytest.raises(ConfigError, match=r"data\.future_columns"):
        resolve("forecasting", "quick", {**values, "data.future_columns": ("sales",)})


@pytest.mark.parametrize("shape", SHAPES)
def test_past_its_own_end_each_shop_is_told_what_judging_is_told_from_there(trained, shape):
    task = trained(shops(), {**EACH, "model.shape": shape, "data.calendar": "auto"})
    expected = {
        name: task.network(np.array([end]), place, 3)[0, :, 0] for place, (name, end) in enumerate(ENDS.items())
    }
    for name, values in forecast(task.predictor).items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-6)
    assert np.isfinite(forecast(task.predictor, 200)["B"]).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_its_own_coming_price_moves_a_forecast_and_nothing_else_of_the_future_does(trained, shape):
    changes = {**EACH, "model.shape": shape}
    task = trained(shops(), changes)
    assert moved_by_future(task) == []
    before = forecast(task.predictor)
    dearer = forecast(trained(shops(change=[("A", N, "price", 30)]), changes, "dearer.csv", task).predictor)
    assert dearer["A"][0] != before["A"][0] and np.array_equal(dearer["B"], before["B"])
    # the same column, unless it is marked, has no say
    unknown = {**changes, "data.future_columns": ("promo",)}
    one = trained(shops(), unknown, "one.csv")
    other = trained(shops(change=[("A", N, "price", 30)]), unknown, "other.csv", one)
    assert np.array_equal(forecast(one.predictor)["A"], forecast(other.predictor)["A"])


def test_a_visitor_changes_what_comes_of_one_shop_and_its_forecast_follows(trained):
    task = trained(shops(), {**EACH, "model.shape": "encoder_decoder"})
    assert coming_rows(task.context, 2, "A") == {"price": [price("A", N), price("A", N + 1)], "promo": [1, 0]}
    own = coming_rows(task.context, 3, "B")["price"]
    assert own == [price("B", N - EARLIER + step) for step in range(3)]
    same, changed = task.predictor.with_ahead({"price": own}, "B"), task.predictor.with_ahead({"price": [90.0]}, "B")
    before = forecast(task.predictor)
    assert np.array_equal(forecast(same)["B"], before["B"])
    assert forecast(changed)["B"][0] != before["B"][0] and np.array_equal(forecast(changed)["A"], before["A"])
    with pytest.raises(ConfigError, match="series"):
        task.predictor.with_ahead({"price": [1.0]}, "C")


def test_newer_rows_bring_sales_and_what_is_known_ahead_of_each_shop(trained, write):
    task = trained(shops())
    later = {"A": N + 4, "B": N - EARLIER + 2}
    whole = trained(shops(later), like=task, name="whole.csv")
    whole.context = dataclasses.replace(whole.context, scaler=task.context.scaler, ahead_form=task.context.ahead_form)
    whole.predictor.context = whole.context
    rows = shops(later)
    newer = write(pd.concat([rows[rows["store"] == "A"][N:], rows[rows["store"] == "B"][N - EARLIER :]]), "newer.csv")
    read = read_newer(newer, task.experiment.data, task.predictor.known_table, Limits())
    kept = NewerTable(**json.loads(json.dumps(dataclasses.asdict(NewerTable.of(read))))).rows()
    pd.testing.assert_frame_equal(kept.ahead, read.ahead)
    after, expected = task.predictor.after(newer), forecast(whole.predictor)
    for name, values in forecast(after).items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-6)
    assert after.context.num_known == AHEAD


def test_newer_rows_may_bring_coming_prices_alone_and_a_shop_that_training_has_not_seen(trained, write):
    task = trained(shops(ahead=0))
    assert task.context.num_known == 0
    rows = shops()
    whole = trained(rows, like=task, name="whole.csv")
    coming = rows[rows["sales"] == ""]
    after, expected = task.predictor.after(write(coming, "coming.csv")), forecast(whole.predictor)
    assert after.context.num_known == AHEAD
    for name, values in forecast(after).items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-6)
    new = shops({"A": 40})
    found = task.predictor.after(write(new.assign(store="New"), "new.csv"))
    assert coming_rows(found.context, 2, "New")["price"] == [price("A", 40), price("A", 41)]
    assert np.isfinite(forecast(found)["New"]).all()


def test_a_column_beside_series_side_by_side_is_told_to_each_of_them(trained, tmp_path):
    step = np.arange(N + AHEAD)
    table = pd.DataFrame({"date": pd.date_range("2021-01-01", periods=len(step)), "a": 5 * np.sin(step), "b": step * 7 % 11.0,
                          "heat": step * 5 % 13.0})  # fmt: skip
    table.loc[N:, ["a", "b"]] = np.nan
    changes = {"data.many_series": "each", "data.future_columns": ("heat",), "data.difference": "none"}
    task = trained(table, changes)
    assert task.columns == ("a", "b") and task.context.ahead.shape[0] == 2
    assert coming_rows(task.context, 2, "a") == {"heat": [N * 5 % 13, (N + 1) * 5 % 13]}
    assert coming_rows(task.context, 2, "b") == coming_rows(task.context, 2, "a")
    hotter = table.copy()
    hotter.loc[N, "heat"] = 60
    other = trained(hotter, changes, "hotter.csv", task)
    assert all(forecast(other.predictor)[name][0] != forecast(task.predictor)[name][0] for name in "ab")
    newer = table[N - 20 :].assign(heat=lambda rows: rows["heat"] + 1)
    newer.to_csv(tmp_path / "newer.csv", index=False)
    assert coming_rows(task.predictor.after(tmp_path / "newer.csv").context, 1, "a") == {"heat": [N * 5 % 13 + 1]}


def test_what_was_known_ahead_is_kept_of_each_series_that_is_drawn(trained):
    task = trained(shops(), {**EACH, "data.calendar": "auto"})
    details = json.loads(json.dumps(task.details()))
    assert details["coming"]["of_series"]["B"]["price"][0] == price("B", N - EARLIER)
    assert list(details["ahead"]) == ["A", "B"]
    found = task.predictor.stretch(details, "A")
    ends = np.arange(found.first_row, found.first_row + len(found.times)) + 1
    with torch.inference_mode():
        which = np.zeros(len(ends), dtype=np.int64)
        read = task.model.steps(task.windows.inputs(ends, which), task.windows.ahead(ends, which))
        expected = task.model.recurrent(read)[0][:, -1].numpy()
    assert found.layers[-1]["values"]["hidden state"] == pytest.approx(expected, abs=1e-4)
    shown = task.context.without_rows(task.experiment.data)
    assert shown.ahead.shape == task.context.ahead.shape and not shown.ahead.any() and shown.num_known == 0


def test_columns_that_go_on_below_the_sales_of_each_shop_are_found(write):
    data = DataConfig(many_series="each", target_columns=("sales",))
    found = read_files("series", [write(shops())], data, Limits()).coming
    assert found == Coming(("sales",), ("price", "promo"), AHEAD)
    marked = data.model_copy(update={"future_columns": ("price",)})
    assert read_files("series", [write(shops())], marked, Limits()).coming.columns == ("promo",)
    assert read_files("series", [write(shops(ahead=0))], data, Limits()).coming is None
    assert read_files("series", [write(shops(ahead=90))], data, Limits()).coming is None, (
        "a column that rather broke off"
    )


def test_a_column_that_is_not_there_is_refused_with_those_that_are(write):
    path = write(shops())
    for named, hint in ((("price,promo",), "Write several as [a, b]"), (("Price",), "Choose these")):
        with pytest.raises(ConfigError, match=r"some of 'price', 'promo'") as refused:
            resolve(
                "forecasting",
                "quick",
                {**EACH, "data.source": "file", "data.path": (str(path),), "data.future_columns": named},
            )
        assert hint in str(refused.value)
