"""The page Runs without a browser: links to compare, and what cannot be done."""

import errno
import json
import os
from contextlib import nullcontext

from streamlit.testing.v1 import AppTest

from core.config.experiment import Experiment
from tests.app.conftest import APP
from ui import runs, services
from ui.results import sentences


def lines(elements):
    return "\n".join(element.value for element in elements)


def test_ids_of_a_link_are_checked_and_what_is_missing_is_named(open_page):
    gone = services.manager().submit(Experiment(task="generation"))
    services.manager().delete(gone)
    app = open_page("runs", {"compare": f"../../etc/passwd,{'0' * 32},{gone}"})
    assert not app.exception
    assert "`../../etc/passwd` is not the id of a run" in lines(app.warning)
    assert "There is no run 00000000" in lines(app.warning)
    assert f"Run {gone[:8]}: It was deleted" in lines(app.warning)


def test_a_disk_that_is_full_is_named_once_for_all_selected_runs(open_page, monkeypatch):
    def pin(run_id, pinned):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    app = open_page("generation", {"generation.data": "country_names"})
    for _ in range(2):
        app.button(key="generation:train").click().run()
    app.query_params["compare"] = ",".join(services.store().list())
    app.switch_page("pages/runs.py").run()
    monkeypatch.setattr(runs, "pin", pin)
    app.button(key="runs:pin").click().run()
    assert not app.exception
    (message,) = app.error
    assert message.value.startswith("That was not done.")
    assert message.value.count("No space left on device") == 1


def test_a_disk_that_is_full_is_named_where_a_run_is_run_again(monkeypatch):
    def again(run_id, experiments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def page(run_id):
        from ui.again import draw_again

        draw_again(run_id)

    monkeypatch.setattr(runs, "again", again)
    run_id = services.manager().submit(Experiment.parse({"task": "generation", "data": {"id": "country_names"}}))
    app = AppTest.from_function(page, args=(run_id,), default_timeout=60).run()
    app.button(key=f"again:{run_id[:8]}:start").click().run()
    assert not app.exception
    assert "Nothing was started.\n\n- The server cannot write its disk: No space left" in app.error[0].value


def test_the_badge_says_device_queue_and_disk():
    captions = lines(AppTest.from_file(str(APP), default_timeout=60).run().caption)
    assert "of disk left · free" in captions
    assert "CPU" in captions or "GPU" in captions


def test_seeds_of_a_forecaster_are_compared_as_one_forecast(open_page, trained):
    ids = [trained("forecasting", {"training.seed": seed}).name for seed in (0, 1)]
    app = open_page("runs", {"compare": ",".join(ids)})
    (toggle,) = [one for one in app.toggle if "as one forecast" in one.label]
    toggle.set_value(True).run()
    assert not app.exception
    table = next(one.value for one in app.table if "On the test set" in one.value.columns)
    assert list(table["On the test set"])[:3] == ["Mean of 2 seeds", "Seed 0", "Seed 1"]
    assert "every seed counts, and none was chosen by it" in lines(app.caption)


def test_two_translators_are_compared_sentence_by_sentence(open_page, trained, monkeypatch):
    monkeypatch.setattr(sentences, "once_open", lambda *_: nullcontext(True))
    runs = [trained("translation", {"model.cell": cell}) for cell in ("gru", "lstm")]
    written = [json.loads((run / "details.json").read_text())["written"] for run in runs]
    app = open_page("runs", {"compare": ",".join(run.name for run in runs)})
    assert not app.exception
    table = next(one.value for one in app.dataframe if "Expected" in one.value.columns)
    assert len(table) == min(50, len(written[0])) and list(table.columns[-3:]) == ["chrF 1", "chrF 2", "Difference"]
    apart = table["Difference"].abs().tolist()
    assert apart == sorted(apart, reverse=True)
    assert f"Of {len(written[0]):,} sentences" in lines(app.markdown)


def test_use_it_forecasts_with_all_seeds_of_a_set_up_where_there_are_some(open_page, trained, monkeypatch):
    one = trained("forecasting", {"training.seed": 0}).name
    app = open_page("forecasting", {"run": one})
    assert not [toggle for toggle in app.toggle if "all" in toggle.label]
    assert app.button(key="forecasting_use_more_seeds").label == "Train 2 more seeds"
    other = trained("forecasting", {"training.seed": 5}).name
    monkeypatch.setattr(runs, "mine", lambda: [services.status(run_id) for run_id in (other, one)])
    app = open_page("forecasting", {"run": one})
    (toggle,) = [toggle for toggle in app.toggle if toggle.label == "Forecast with all 2 seeds"]
    toggle.set_value(True).run()
    assert not app.exception and "together" in lines(app.caption)
