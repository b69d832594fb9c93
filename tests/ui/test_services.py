"""What pages share on one server: the profile's limits, runs by id, networks in memory."""

import shutil

import pytest
import streamlit as st

from core import api
from core.config.errors import ConfigError
from core.jobs.owners import NotYours
from core.jobs.worker import work
from ui import services


@pytest.fixture(autouse=True)
def fresh_caches():
    """A server of its own for every test."""
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
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
    st.cache_resource.clear()
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
