"""The view "Backtest" of Use it: it is drawn of a run that keeps its rolling test and of one that does not."""

import json

import pytest

from core.jobs.files import read_json
from ui import services


@pytest.fixture
def looked(open_page, trained):
    """The page of a run in that view."""

    def look(run):
        app = open_page("forecasting", {"run": run.name})
        view = next(one for one in app.get("button_group") if str(one.key or "").startswith("forecasting_use_view"))
        view.set_value("Backtest").run()
        assert not app.exception
        return app

    return look


def charts(app):
    return [json.loads(element.proto.spec)["data"] for element in app.get("plotly_chart")]


def test_errors_and_coverage_are_drawn_by_step_and_told_at_one(looked, trained):
    app = looked(trained("forecasting"))
    names = [[trace.get("name") for trace in chart] for chart in charts(app)]
    errors = next(chart for chart in names if "Network" in chart and len(chart) > 3)
    assert errors[0] == "Network"
    assert next(chart[:2] for chart in names if "Held by the 80% band" in chart) == [
        "Held by the 80% band",
        "80%, as named",
    ]
    app.selectbox(key="forecasting_backtest_metric").set_value("mae").run()
    steps = next(slider for slider in app.slider if slider.key.startswith("forecasting_backtest_step"))
    steps.set_value(1).run()
    assert not app.exception
    kept = read_json(trained("forecasting") / "backtest.json")
    one = next(iter(kept["series"].values()))
    pairs = [(truth[0], forecast[0]) for row, truth, forecast in
             zip(one["origins"], one["truth"], one["methods"]["network"], strict=True) if row >= kept["test_from"]]  # fmt: skip
    mae = sum(abs(truth - forecast) for truth, forecast in pairs) / len(pairs)
    told = next(text.value for text in app.markdown if text.value.startswith("MAE 1 step ahead: Network")).replace(
        "\\", ""
    )
    assert f"Network {mae:.4g}"[:12] in told


def test_who_was_chosen_on_the_validation_set_is_said_beside_origins_of_it(looked, trained):
    app = looked(trained("forecasting"))

    def said():
        return [one.value for one in app.caption if "both chosen on the validation set" in one.value]

    app.selectbox(key="forecasting_backtest_beside").set_value("last_value").run()
    assert not said()
    app.selectbox(key="forecasting_backtest_beside").set_value("feed_forward").run()
    assert len(said()) == 1 and not app.exception


def test_an_older_run_draws_the_forecasts_of_its_test_set(looked, trained, monkeypatch):
    of_run = services.run_file
    monkeypatch.setattr(services, "run_file", lambda run, name: None if name == "backtest.json" else of_run(run, name))
    app = looked(trained("forecasting"))
    assert any("Network" in [trace.get("name") for trace in chart] for chart in charts(app))


def test_a_run_without_a_test_set_says_so_or_shows_validation(looked, trained):
    run = trained("forecasting", {"data.split": (0.7, 0.3, 0.0)})
    app = looked(run)
    assert any("validation set" in caption.value for caption in app.caption)
