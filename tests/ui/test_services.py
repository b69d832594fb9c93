"""What pages share on one server: the profile's limits, runs by id, networks in memory."""

import importlib
import os
import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st

import ui
from core import api
from core.config.errors import ConfigError
from core.data.sources.upload_keeping import delete_uploads
from core.data.sources.upload_storing import save_upload
from core.jobs.backends.local import LocalBackend
from core.jobs.identity import NotYours
from core.jobs.worker import work
from ui import asking, background, runs, services, visitor
from ui.server_state import of_the_server


@pytest.fixture(autouse=True)
def fresh_caches(one_reader_process):
    """A server of its own for every test."""
    services.close()
    st.cache_data.clear()
    yield
    services.close()
    st.cache_data.clear()


@pytest.fixture
def trained(tiny):
    """The id of a run that has been trained."""
    return api.train(tiny("sentiment")).name


@pytest.fixture
def untrained(tiny):
    """The id of a run of the shell that has not been trained."""
    return services.store().create(tiny("sentiment"), versions={})


def test_what_the_shell_made_is_everybody_s_on_a_local_server_only(untrained, monkeypatch):
    services.store().check_actor(untrained, "somebody")
    services.close()
    monkeypatch.setenv("UNROLL_PROFILE", "hosted")
    with pytest.raises(NotYours):
        services.store().check_actor(untrained, "somebody")


def test_a_hosted_server_has_limits_that_it_can_say(monkeypatch):
    monkeypatch.setenv("UNROLL_PROFILE", "hosted")
    assert services.limits().max_queued is not None
    assert any("queue" in sentence for sentence in services.limits().sentences())


@pytest.mark.parametrize("run", ["0" * 32, "../../etc", "", "x" * 500])
def test_a_run_that_is_not_there_has_no_status(run):
    assert services.status(run) is None


def test_a_network_is_loaded_once_and_anew_when_its_weights_change(trained):
    first = services.predictor(trained)
    assert services.predictor(trained) is first
    weights = services.store().path(trained) / "best.safetensors"
    shutil.copy(weights, weights.with_suffix(".new"))
    weights.with_suffix(".new").replace(weights)
    again = services.predictor(trained)
    assert again is not first
    text = ["I like the cat of Anna"]
    assert again.predict(text) == first.predict(text)


def test_a_starter_is_looked_at_and_used_as_any_run_and_is_nobody_s_to_change(trained, tmp_path, monkeypatch):
    (tmp_path / "starters").mkdir()
    services.store().path(trained).rename(tmp_path / "starters" / trained)
    services.close()
    monkeypatch.setattr("core.jobs.starters.STARTERS_DIR", tmp_path / "starters")
    assert services.store().starter("sentiment") == trained
    status = services.status(trained)
    assert (status.state, runs.may_read(trained), runs.may_change(status)) == ("succeeded", True, False)
    assert services.run_file(trained, "result.json")["test"]["accuracy"] is not None
    assert services.predictor(trained).predict(["I like the cat"])[0]["label"] in ("good", "bad")
    assert list(services.store().list()) == []


def test_a_network_larger_than_the_server_s_memory_is_refused(trained, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_MODEL_BYTES", "100")
    with pytest.raises(ConfigError, match="Take it away"):
        services.predictor(trained)


def test_a_run_without_weights_says_what_to_do(untrained):
    with pytest.raises(ConfigError, match="Train it a little longer"):
        services.predictor(untrained)


def test_a_run_that_stands_at_a_step_answers_with_the_network_as_it_is_there(trained, tiny):
    paused = services.store().create(tiny("sentiment"), versions={}, state="launched", pause_at=2)
    path = services.store().path(paused)
    assert work(path) == 0
    status = services.status(paused)
    assert (status.state, status.step, status.pause_at) == ("stopped", 2, 2)
    before = services.predictor(paused)
    assert before is services.predictor(paused)
    last = api.load(path, device="cpu", weights="last")
    text = ["I hate the boat of Ben"]
    assert before.predict(text) == last.predict(text)


def test_there_is_a_figure_for_the_free_disk():
    assert services.free_disk() > 0


def test_a_page_that_watches_looks_often():
    assert services.refresh_seconds("tab") < 1


def test_ending_a_server_that_never_began_is_nothing():
    services.close()


ANN, BOB = "ann" * 20, "bob" * 20


@pytest.fixture
def look_as(monkeypatch):
    """Says who looks at the page."""
    return lambda owner: monkeypatch.setattr(visitor, "owner", lambda: owner)


@pytest.fixture
def upload(own_files):
    """The id of an upload of Ann's, and the values of a set-up on it."""
    with open(own_files["labelled"][0], "rb") as file:
        upload_id = save_upload([("a.tsv", file)], services.settings().state_dir, services.limits(), owner=ANN)
    return upload_id, {"data.source": "upload", "data.id": upload_id, "data.unit": "word"}


def test_what_one_visitor_resolved_lets_nobody_else_in(upload, look_as):
    _, values = upload
    look_as(ANN)
    assert asking.resolved("sentiment", "quick", values).summary.num_classes == 2
    look_as(BOB)
    for ask in (asking.resolved, lambda *given: asking.check(*given, {})):
        with pytest.raises(ConfigError, match="upload the file again"):
            ask("sentiment", "quick", values)
    look_as(ANN)
    delete_uploads(ANN, services.settings().state_dir)
    with pytest.raises(ConfigError, match="upload the file again"):
        asking.resolved("sentiment", "quick", values)


def test_a_page_that_looks_at_an_upload_keeps_it(upload, look_as):
    upload_id, values = upload
    record = services.settings().state_dir / "uploads" / upload_id / "upload.json"
    os.utime(record, (5, 5))
    look_as(BOB)
    with pytest.raises(ConfigError):
        asking.resolved("sentiment", "quick", values)
    assert record.stat().st_mtime == 5
    look_as(ANN)
    asking.resolved("sentiment", "quick", values)
    assert time.time() - record.stat().st_mtime < 1_000


def test_who_may_not_read_the_data_of_a_run_can_neither_fork_nor_repeat_it(upload, look_as, tiny):
    _, values = upload
    look_as(ANN)
    experiment = asking.resolved("sentiment", "quick", values).experiment
    run = services.store().create(experiment, versions={}, owner=ANN)
    other = services.store().create(tiny("sentiment"), versions={}, owner=ANN)
    assert runs.may_read(run) and runs.may_read(other)
    look_as(BOB)
    assert not runs.may_read(run) and runs.may_read(other)
    with pytest.raises(ConfigError, match="upload the file again"):
        runs.again(run, [experiment])
    assert len(services.store().list()) == 2
    look_as(ANN)
    delete_uploads(ANN, services.settings().state_dir)
    assert not runs.may_read(run)


def test_progress_is_told_in_the_thread_that_asks_and_once(upload, look_as):
    look_as(ANN)
    _, values = upload
    told = []

    def tell(share, what):
        told.append((share, what, threading.current_thread()))

    first = asking.resolved("sentiment", "quick", values, tell)
    assert told and all(0 <= share <= 1 and what for share, what, _ in told)
    assert {thread for *_, thread in told} <= {threading.current_thread()}
    told.clear()
    assert asking.resolved("sentiment", "quick", values, tell) is first
    assert told == []


def test_what_cannot_be_resolved_is_tried_again(own_files, look_as):
    look_as(ANN)
    values = {"data.source": "file", "data.path": ("/nowhere/at/all.tsv",)}
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"data\.path"):
            asking.resolved("sentiment", "quick", values)


def test_nothing_that_the_server_holds_goes_with_streamlit_s_caches_or_when_its_modules_are_loaded_anew(monkeypatch):
    monkeypatch.setattr(background.warm, "start", lambda settings: None)
    monkeypatch.setattr("core.jobs.backends.choice.LocalBackend", lambda *sizes: LocalBackend(*sizes, spare=False))
    held = ("manager", "settings", "limits", "store", "downloads")
    before = {name: getattr(services, name)() for name in held}
    services.note_speed("sentiment", {"flops_per_second": 7e9})
    st.cache_resource.clear()
    st.cache_data.clear()
    monkeypatch.setattr(ui, "services", services)  # as it is, when the test is over
    for module in ("ui.services", "ui.server_state"):
        monkeypatch.delitem(sys.modules, module)
    again = importlib.import_module("ui.services")
    assert again is not services
    assert all(getattr(again, name)() is before[name] for name in held)
    assert again.speed("sentiment") == 7e9
    assert "run-manager" in {thread.name for thread in threading.enumerate()}


def test_two_who_ask_first_at_the_same_time_get_one_thing():
    made = []

    @of_the_server
    def slow():
        asked.wait(timeout=60)
        made.append(object())
        return made[-1]

    asked = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(slow) for _ in range(4)]
        asked.set()
        assert {id(answer.result()) for answer in answers} == {id(made[0])}
    assert len(made) == 1


def test_what_could_not_be_made_is_tried_again():
    tries = iter((OSError("the disk is away"), "here"))

    @of_the_server
    def folder():
        if isinstance(given := next(tries), OSError):
            raise given
        return given

    with pytest.raises(OSError, match="away"):
        folder()
    assert folder() == "here"


@pytest.mark.parametrize(("has_bf16", "times"), [(True, 3), (False, 1)])
def test_before_the_first_run_networks_that_write_are_told_as_fast_as_the_processor_lets_them(
    monkeypatch, has_bf16, times
):
    monkeypatch.setattr("core.config.machine.processor_has_bf16", lambda: has_bf16)
    assert services.speed("generation") == times * services.speed("forecasting")
