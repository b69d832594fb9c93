"""A visitor with the link of a run on somebody's file: network and figures, and no row, wherever they look."""

import csv
import io
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.applications import describe
from core.config.limits import Limits
from core.data.sources.upload_storing import save_upload
from core.jobs.identity import owner_of
from core.jobs.worker import work
from core.resolve import resolve
from tests.app.conftest import APP
from ui import services
from ui.visitor import PARAMETER

KEY = "o" * 43
OWNER = owner_of(KEY)
SECRET = "zanzibar"
TABS = ("Use it", "Look inside", "Take it away")


def with_secrets(path):
    """The content of a small data set with the secret in every row; of a series in a column that is not used."""
    text = Path(path).read_text()
    if path.endswith("series.csv"):
        rows = list(csv.reader(io.StringIO(text)))
        out = io.StringIO()
        csv.writer(out).writerows([*row, SECRET if number else "remark"] for number, row in enumerate(rows))
        return out.getvalue().encode()
    return (
        text.replace("the ", f"the {SECRET} ")
        .replace(" un ", f" un {SECRET} ")
        .replace(" a ", f" a {SECRET} ")
        .encode()
    )


@pytest.fixture
def private_run(own_files, tiny_values):
    """Trains a run of the owner on an upload of theirs."""

    def make(task):
        files = [(f"{SECRET}-{Path(path).name}", with_secrets(path)) for path in own_files[describe(task).kind]]
        settings = services.settings()
        upload_id = save_upload(files, settings.state_dir, Limits(), owner=OWNER)
        values = {**tiny_values(task), "data.source": "upload", "data.id": upload_id}
        del values["data.path"]
        experiment = resolve(task, "quick", values).experiment
        run = services.store().create(experiment, versions={}, owner=OWNER, name="", state="launched")
        assert work(services.store().path(run)) == 0
        return run

    return make


FORECASTS = "forecasts over the "  # of the words that describe the chart


def everything(app):
    """All that is sent to the browser: every element and block, with their labels, data and charts."""
    open_nodes, found = [app._tree], []
    while open_nodes:
        node = open_nodes.pop()
        found.append(str(getattr(node, "proto", "")))
        open_nodes.extend(getattr(node, "children", {}).values())
    return "\n".join(found)


def looks(task, run, tabs=TABS, key=None):
    """What each tab of the run's page sends, by its name, to whoever has a key of their own."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    if key is not None:
        app.query_params[PARAMETER] = key
    app.run()
    app.query_params["run"] = run
    app.switch_page(f"pages/{task}.py")
    seen = {}
    for tab in tabs:
        app.session_state[f"{task}:tabs"] = tab
        app.run()
        assert not app.exception, (tab, app.exception)
        seen[tab] = everything(app)
    return seen


@pytest.mark.parametrize("task", ["forecasting", "generation", "sentiment", "translation"])
def test_who_has_the_link_sees_figures_and_no_row_until_the_owner_allows_it(private_run, task):
    run = private_run(task)
    seen = looks(task, run)
    for tab, sent in seen.items():
        assert SECRET not in sent, tab
        assert "data is private" in sent, tab
    use = seen["Use it"]
    assert "On the test set" in use and "was not shared" in use
    assert "own data" in use and "LSTM 7" in use
    assert FORECASTS not in use and "_use_example" not in use
    services.store().update_manager(run, actor=OWNER, show_rows=True)
    allowed = looks(task, run, TABS[:1])["Use it"]
    assert "was not shared" not in allowed
    assert (FORECASTS in allowed) == (task == "forecasting")
    assert (SECRET in allowed) == (task in ("sentiment", "translation"))


@pytest.mark.parametrize("address", [{}, {"forecasting.training.max_steps": "77"}])
def test_other_data_stands_in_for_private_data_and_all_else_of_the_set_up_is_the_run_s(private_run, address):
    """Also where the address has been copied with a knob in it, and whatever the preset would be on that other data."""
    run = private_run("forecasting")
    trained = services.store().experiment(run)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    for name, value in {**address, "run": run}.items():
        app.query_params[name] = value
    app.switch_page("pages/forecasting.py").run()
    assert not app.exception
    for name in ("data.window_size", "data.horizon", "model.hidden_size"):
        assert app.number_input(key=f"forecasting.{name}").value == trained.values()[name]
    steps = int(address.get("forecasting.training.max_steps", trained.training.max_steps))
    assert app.number_input(key="forecasting.training.max_steps").value == steps


def test_the_owner_sees_everything_of_their_own_run(private_run):
    run = private_run("sentiment")
    use = looks("sentiment", run, TABS[:1], KEY)["Use it"]
    assert f"{SECRET}-reviews.tsv" in use
    assert "was not shared" not in use and "data is private" not in use
