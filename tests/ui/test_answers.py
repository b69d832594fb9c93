"""Resolved set-ups in memory: few, of bounded size, each made once however many ask, in the thread of one who asks."""

import threading
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from core.config.errors import ConfigError
from ui.answers import Answers, bytes_of


class Maker:
    """Makes arrays of so many bytes, and counts."""

    def __init__(self):
        self.made = []

    def __call__(self, key, kept, num_bytes=10):
        def make():
            self.made.append(key)
            return np.zeros(num_bytes, dtype=np.int8)

        return kept.get(key, make)


@pytest.fixture
def make():
    return Maker()


def test_a_set_up_is_made_once(make):
    kept = Answers(3, 100)
    first = make("a", kept)
    assert make("a", kept) is first
    assert make.made == ["a"] and kept.has("a") and not kept.has("b")


def test_of_too_many_the_least_recently_used_goes(make):
    kept = Answers(2, 1_000)
    for key in ("a", "b", "a", "c"):
        make(key, kept)
    assert kept.has("a") and kept.has("c") and not kept.has("b")


def test_of_too_large_ones_the_least_recently_used_go_and_one_alone_may_be_larger(make):
    kept = Answers(9, 100)
    for key, size in (("a", 40), ("b", 40), ("c", 50)):
        make(key, kept, size)
    assert kept.num_bytes == 90 and not kept.has("a")
    make("d", kept, 700)
    assert kept.num_bytes == 700 and kept.has("d")


def test_what_cannot_be_made_is_not_kept_and_tried_again(make):
    kept = Answers(2, 100)

    def fail():
        raise ConfigError.single("data.path", "a file", "none")

    for _ in range(2):
        with pytest.raises(ConfigError):
            kept.get("a", fail)
    assert not kept.has("a")
    make("a", kept)
    assert kept.has("a")


def test_two_who_ask_at_once_wait_for_one_and_others_do_not_wait():
    kept = Answers(4, 10**6)
    begun, may_end = threading.Event(), threading.Event()
    threads_that_made, answers = [], []

    def slow():
        threads_that_made.append(threading.current_thread())
        begun.set()
        assert may_end.wait(20)
        return np.zeros(3)

    threads = [threading.Thread(target=lambda: answers.append(kept.get("a", slow))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert begun.wait(20)
    assert kept.get("b", lambda: "b") == "b"
    may_end.set()
    for thread in threads:
        thread.join(20)
    assert len(threads_that_made) == 1 and threads_that_made[0] in threads
    assert len({id(answer) for answer in answers}) == 1


def test_when_the_one_who_makes_it_leaves_the_next_one_does():
    class Left(BaseException):
        """What ends the script of a page that somebody left."""

    kept = Answers(4, 10**6)
    begun, may_leave = threading.Event(), threading.Event()
    ends = []

    def leave():
        begun.set()
        assert may_leave.wait(20)
        raise Left

    def first():
        try:
            kept.get("a", leave)
        except Left:
            ends.append("left")

    def second():
        ends.append(kept.get("a", lambda: "made"))

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert begun.wait(20)
    threads[1].start()
    may_leave.set()
    for thread in threads:
        thread.join(20)
    assert sorted(ends) == ["left", "made"]
    assert kept.has("a")


def test_what_is_being_made_is_not_dropped_for_what_is_done():
    kept = Answers(1, 10**6)

    def outer():
        kept.get("inner", lambda: "b")
        return "a"

    kept.get("outer", outer)
    assert kept.has("outer") and not kept.has("inner")
    assert kept.get("outer", lambda: "another") == "a"


def test_arrays_tables_and_texts_count_and_long_lists_are_judged_by_some_of_them():
    @dataclass
    class Held:
        ids: np.ndarray
        texts: dict
        frame: pd.DataFrame
        number: int = 5

    held = Held(np.zeros(7, dtype=np.int64), {"train": ["abc", "de"]}, pd.DataFrame({"a": [1.0, 2.0]}))
    assert 56 + 5 + 16 <= bytes_of(held) < 1_000
    texts = ["x" * 100] * 50_000
    assert 5_000_000 <= bytes_of(texts) <= 10_000_000


def test_room_for_none_is_a_mistake():
    with pytest.raises(ValueError):
        Answers(0, 1)
