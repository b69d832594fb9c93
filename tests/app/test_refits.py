"""Training again on the way through a rolling test: the control in the view "Backtest", its runs, and what they change."""

import json
from dataclasses import replace

import pytest

from core import api, compare
from core.config.limits import Settings
from core.jobs.files import read_json
from core.jobs.record import read_record, write_record
from core.jobs.status import read_status
from core.jobs.store import read_experiment
from core.refits import origin_of


@pytest.fixture
def looked(open_page):
    """The page of a run in that view."""

    def look(run):
        app = open_page("forecasting", {"run": run.name})
        view = next(one for one in app.get("button_group") if str(one.key or "").startswith("forecasting_use_view"))
        view.set_value("Backtest").run()
        assert not app.exception
        return app

    return look


def children_of(run):
    """Its parts in rows, what it trained, and the runs that come from it."""
    folders = [one for one in Settings().runs_dir.iterdir() if one != run and read_record(one) is not None]
    kept = read_json(run / "details.json")
    base = compare.as_trained(read_experiment(run), read_status(run).total_steps)
    return base, kept, [one for one in folders if read_record(one).parent == run.name]


def test_one_click_queues_a_run_for_each_origin_and_not_a_second_time(looked, trained):
    run = trained("forecasting")
    app = looked(run)
    app.number_input(key="forecasting_refits_8").set_value(2).run()
    app.button(key="forecasting_refits_start").click().run()
    assert not app.exception and not app.error
    base, kept, children = children_of(run)
    num_validation, num_rows = kept["validation_end"] - kept["train_end"], len(kept["time"])
    origins = sorted(origin_of(base, read_experiment(one), num_validation, num_rows) for one in children)
    assert len(origins) == 2 and kept["validation_end"] < origins[0]
    assert sorted(read_record(one).name for one in children)[0] == f"Trained again before {kept['time'][origins[0]]}"
    assert app.button(key="forecasting_refits_stop")
    app.button(key="forecasting_refits_start").click().run()
    assert len(children_of(run)[2]) == 2
    app.button(key="forecasting_refits_stop").click().run()
    assert all(read_status(one).state == "stopped" or (one / "stop").exists() for one in children)


def test_a_server_that_lets_few_wait_offers_as_many(looked, trained, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_QUEUED_PER_VISITOR", "2")
    app = looked(trained("forecasting"))
    assert app.number_input(key="forecasting_refits_2").max == 2


def test_both_ways_stand_on_one_chart_beside_a_baseline_when_a_training_is_over(looked, trained, monkeypatch):
    files = {}
    monkeypatch.setattr("ui.results.refits.offer_rows", lambda label, file, rows, *_: files.update({file: rows}))
    run = trained("forecasting")
    app = looked(run)
    app.number_input(key="forecasting_refits_8").set_value(1).run()
    app.button(key="forecasting_refits_start").click().run()
    base, kept, (queued,) = children_of(run)
    again, record = read_experiment(queued), read_record(queued)
    origin = origin_of(base, again, kept["validation_end"] - kept["train_end"], len(kept["time"]))
    folder = Settings().runs_dir / ("1" * 32)
    api.train(again, out=folder)
    write_record(folder, replace(read_record(folder), parent=run.name, owner=record.owner))
    app.run()
    assert not app.exception
    charts = [json.loads(one.proto.spec)["data"] for one in app.get("plotly_chart")]
    names = next([line.get("name") for line in one] for one in charts if one[0].get("name") == "Trained once")
    assert names[1] == "Trained again at 1 origin" and len(names) == 3
    told = next(one.value for one in app.markdown if one.value.startswith("Trained once"))
    series = kept["targets"][0]
    mine, theirs = (read_json(one / "backtest.json")["series"][series] for one in (run, folder))
    errors = {}
    for name, one in (("once", mine), ("again", theirs)):
        pairs = zip(one["origins"], one["truth"], one["methods"]["network"], strict=True)
        errors[name] = {row: sum(abs(a - b) for a, b in zip(t, f, strict=True)) for row, t, f in pairs if row >= origin}
    nearer = sum(errors["again"][row] < errors["once"][row] for row in errors["once"])
    assert f"nearer from {nearer} of {len(errors['once'])} origins" in told
    assert any(
        "Trained again before" in one.value and f"{len(errors['once'])} origins" in one.value for one in app.caption
    )
    # Whoever asks for the file is not known any more when it is written.
    rows = [row for row in files["trained_again"]() if row["series"] == series and row["method"] == "network"]
    assert len(rows) == 2 * len(errors["once"]) * kept["horizon"]
    assert {row["refitted"] for row in rows} == {False, True}
