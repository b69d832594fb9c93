"""Whoever waits is told in the thread that waits, and work that nobody waits for ends."""

import threading

import pytest

from core.data.progress import Meter, told_here
from core.data.text import fit_tokenizer


def test_a_share_is_told_once_a_percent_and_never_beyond_the_whole():
    told = []
    meter = Meter(lambda done, what: told.append((done, what)), 500, "Counting")
    for _ in range(600):
        meter.add(1)
    assert told == [(percent / 100, "Counting") for percent in range(101)]


def test_work_is_told_of_in_the_thread_that_waits_and_gives_its_result():
    told = []

    def work(report):
        report(0.5, "half")
        return threading.current_thread()

    elsewhere = told_here(work, lambda *step: told.append((*step, threading.current_thread())))
    assert elsewhere is not threading.current_thread()
    assert told == [(0.5, "half", threading.current_thread())]


def test_what_goes_wrong_in_the_work_is_passed_on():
    with pytest.raises(ZeroDivisionError):
        told_here(lambda report: 1 / 0, lambda *step: None)


class Left(Exception):
    """The page that waits is gone."""


def leave(*_):
    raise Left


def test_work_ends_when_nobody_waits_any_more():
    ended = threading.Event()

    def work(report):
        try:
            while True:
                report(0.0, "without end")
        finally:
            ended.set()

    with pytest.raises(Left):
        told_here(work, leave)
    assert ended.is_set()


@pytest.mark.parametrize("unit", ["character", "word", "subword"])
def test_a_vocabulary_is_told_of_in_the_thread_that_waits_and_given_up_with_it(unit):
    here, threads = threading.current_thread(), set()
    texts = [f"some words and {number} numbers" for number in range(300)]
    fit_tokenizer(unit, texts, 90, tell=lambda *_: threads.add(threading.current_thread()))
    assert threads == {here}
    with pytest.raises(Left):
        fit_tokenizer(unit, texts, 90, tell=leave)
