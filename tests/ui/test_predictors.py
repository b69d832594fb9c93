"""Trained networks in memory: few, of bounded size, each loaded once however many ask."""

import threading

import pytest

from core.config.errors import ConfigError
from ui.predictors import Predictors


class Loader:
    """Makes networks that are named after their run, and counts."""

    def __init__(self):
        self.loaded = []

    def __call__(self, run, predictors, version=1, num_bytes=10):
        def load():
            self.loaded.append(run)
            return f"network of {run} as of {version}"

        return predictors.get(run, version, num_bytes, load)


@pytest.fixture
def load():
    return Loader()


def test_a_network_is_loaded_once(load):
    kept = Predictors(3, 100)
    assert [load("a", kept) for _ in range(3)] == ["network of a as of 1"] * 3
    assert load.loaded == ["a"]


def test_other_weights_of_a_run_take_the_place_of_the_earlier_ones(load):
    kept = Predictors(3, 100)
    load("a", kept)
    assert load("a", kept, version=2) == "network of a as of 2"
    assert not kept.has("a", 1)
    assert kept.num_bytes == 10


def test_of_too_many_the_least_recently_used_goes(load):
    kept = Predictors(2, None)
    for run in ("a", "b", "a", "c"):
        load(run, kept)
    assert kept.has("a", 1) and kept.has("c", 1)
    assert not kept.has("b", 1)


def test_of_too_large_ones_the_least_recently_used_go(load):
    kept = Predictors(9, 100)
    for run, size in (("a", 40), ("b", 40), ("c", 90)):
        load(run, kept, num_bytes=size)
    assert kept.num_bytes == 90
    assert kept.has("c", 1)


def test_a_network_that_is_too_large_alone_is_refused_and_the_others_stay(load):
    kept = Predictors(9, 2_000_000)
    load("a", kept)
    with pytest.raises(ConfigError, match="at most 2 MB"):
        load("b", kept, num_bytes=3_000_000)
    assert load.loaded == ["a"]
    assert kept.has("a", 1)


def test_one_that_cannot_be_loaded_is_tried_again(load):
    kept = Predictors(2, 100)

    def fail():
        raise ConfigError.single("run", "weights", "none")

    with pytest.raises(ConfigError):
        kept.get("a", 1, 10, fail)
    assert kept.num_bytes == 0
    assert load("a", kept) == "network of a as of 1"


def test_two_who_ask_at_once_wait_for_one_loading_and_a_third_network_does_not_wait():
    kept = Predictors(4, None)
    begun, may_end = threading.Event(), threading.Event()
    loads, answers = [], []

    def slow():
        loads.append(1)
        begun.set()
        assert may_end.wait(20)
        return object()

    threads = [threading.Thread(target=lambda: answers.append(kept.get("a", 1, 10, slow))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert begun.wait(20)
    assert kept.get("b", 1, 10, lambda: "b") == "b"
    may_end.set()
    for thread in threads:
        thread.join(20)
    assert len(loads) == 1
    assert len({id(answer) for answer in answers}) == 1


def test_what_is_forgotten_is_loaded_anew(load):
    kept = Predictors(4, None)
    load("a", kept)
    kept.forget("a")
    load("a", kept)
    assert load.loaded == ["a", "a"]


def test_room_for_no_network_is_a_mistake():
    with pytest.raises(ValueError):
        Predictors(0, None)
