"""Use it, of a run with a column known ahead: what is said of steps past the horizon and past what is known of it."""

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest

from ui.tasks import forecasting

NUM_DAYS, HORIZON = 110, 3  # five more days of heat are known


@pytest.fixture
def app(open_page, trained, tmp_path_factory):
    step = np.arange(NUM_DAYS + 5)
    index = pd.date_range("2021-01-01", periods=len(step), freq="D", name="day")
    frame = pd.DataFrame({"sold": 50 + step * 7 % 5.0, "heat": step * 5 % 13.0}, index=index)
    frame.loc[frame.index[NUM_DAYS:], "sold"] = np.nan
    path = tmp_path_factory.mktemp("heat") / "heat.csv"
    frame.reset_index().to_csv(path, index=False, date_format="%Y-%m-%d")
    changes = {"data.path": (str(path),), "data.target_columns": ("sold",), "data.future_columns": ("heat",)}
    found = open_page("forecasting", {"run": trained("forecasting", changes).name})
    assert not found.exception
    return found


def said(app):
    return [caption.value.replace("\\", "") for caption in app.caption]


def heats(app):
    """The listed coming values."""
    (table,) = [one.value for one in app.dataframe if "heat" in one.value]
    return table["heat"].tolist()


def test_steps_past_the_horizon_and_past_what_is_known_say_so(app):
    steps = next(one for one in app.number_input if one.label == "Steps past the end")
    assert steps.value == HORIZON
    beyond = "Beyond step 3, the trained horizon, there is no band and no baseline"
    assert not any(beyond in text or "not known" in text for text in said(app))
    coming = [float(step * 5 % 13) for step in range(NUM_DAYS, NUM_DAYS + 5)]
    assert heats(app) == coming[:3] and "The data says what heat is in each of 3 steps." in said(app)

    steps.set_value(5).run()
    assert not app.exception and any(text.startswith(beyond) for text in said(app))
    assert not any("not known" in text for text in said(app))
    assert heats(app) == coming and "The data says what heat is in each of 5 steps." in said(app)

    steps.set_value(20).run()
    assert not app.exception
    known = "After 2021-04-25 heat is not known: the last known value stands for it."
    assert said(app).count(known) == 1 and any(text.startswith(beyond) for text in said(app))
    assert heats(app) == coming
    assert "The data says what heat is in each of 5 steps. Steps after 2021-04-25 are not listed here." in said(app)


def test_a_change_beyond_the_horizon_moves_the_forecast_there(app):
    next(one for one in app.number_input if one.label == "Steps past the end").set_value(5).run()
    next(one for one in app.number_input if one.label == "Add to every step").set_value(4.0).run()
    assert not app.exception
    assert any(text.value.startswith("On average the forecast moves by") for text in app.markdown)


def test_a_table_of_ten_rows_is_as_high_as_its_rows(monkeypatch):
    drawn = []
    monkeypatch.setattr(forecasting, "once_open", lambda *_: nullcontext(True))
    monkeypatch.setattr(forecasting.st, "dataframe", lambda *args, **given: drawn.append(given))
    forecasting._table({"time": [*"abcdefghij"], "network": [1.0] * 10}, "sold", 1, "a_table_of_ten_rows")
    assert [given.get("height", "auto") for given in drawn] == ["auto"], "which shows ten rows before it scrolls"
