"""How many threads train: decided by made seconds, recorded, and without a change in any figure where sums agree."""

import json

import pytest
import torch

from core import train
from core.applications import one_a_task
from core.jobs.reporter import Reporter
from core.jobs.status import read_status
from core.training import threads as rules
from core.training.threads import Threads
from tests.training.equality import assert_equal


def run(threads, steps, alone, together, agree=True, working=1.0):
    """Go through steps that take one thread and all of them so many seconds; returns the seconds spent on trials.

    `working` is the share of its seconds in which one thread had a processor.
    """
    spent = 0.0
    for _ in range(steps):
        seconds, other = (alone, together) if threads.current == 1 else (together, alone)
        if threads.must_try:
            threads.tried(steps, seconds, other, agree)
            spent += other
        else:
            threads.stepped(seconds, seconds * working)
    return spent


def counts(threads):
    return [count for _, count in threads.history]


def test_all_threads_train_where_they_are_faster_and_are_not_asked_again():
    threads = Threads(2)
    assert threads.current == 1
    run(threads, 20, alone=0.03, together=0.02)
    assert (threads.current, threads.sums_agree, counts(threads)) == (2, True, [1, 2])
    assert run(threads, 5_000, alone=0.03, together=0.02) == 0


@pytest.mark.parametrize("together", [0.03, 0.029, 0.2])
def test_one_thread_trains_where_all_are_hardly_faster(together):
    threads = Threads(2)
    run(threads, 20, alone=0.03, together=together)
    assert (threads.current, counts(threads)) == (1, [1])


def test_a_clear_answer_needs_fewer_tries_than_a_close_one():
    clear, close = Threads(2), Threads(2)
    assert run(clear, 20, alone=0.03, together=0.3) < run(close, 20, alone=0.3, together=0.3)


def test_steps_that_get_slower_are_measured_again_and_one_thread_takes_over():
    threads = Threads(2)
    run(threads, 100, alone=0.03, together=0.02)
    run(threads, 100, alone=0.03, together=0.2)
    assert (threads.current, counts(threads)) == (1, [1, 2, 1])


def test_a_single_slow_step_changes_nothing():
    threads = Threads(2)
    run(threads, 1_000, alone=0.03, together=0.02)
    threads.stepped(5.0, 5.0)
    assert run(threads, 50, alone=0.03, together=0.02) == 0


def test_slower_steps_that_all_threads_still_make_best_are_not_measured_for_ever():
    threads = Threads(2)
    run(threads, 100, alone=0.03, together=0.02)
    run(threads, 1_000, alone=0.06, together=0.04)
    assert threads.current == 2
    assert run(threads, 1_000, alone=0.06, together=0.04) == 0


def test_one_thread_looks_now_and_then_whether_the_others_are_worth_it_again():
    threads = Threads(2)
    run(threads, 100, alone=0.02, together=0.2)
    assert threads.current == 1
    steps = 0
    while threads.current == 1 and steps < 10_000:
        run(threads, 1, alone=0.02, together=0.013)
        steps += 1
    assert threads.current == 2 and steps * 0.02 >= rules.RETRY_SECONDS


@pytest.mark.parametrize("seconds", [0.01, 0.1, 3.0])
def test_trials_take_a_few_per_cent_of_a_long_training(seconds):
    threads = Threads(2)
    steps = int(max(200.0, 600 * seconds) / seconds)
    spent = run(threads, steps, alone=seconds, together=4 * seconds)
    assert 0 < spent <= 0.03 * steps * seconds


def test_slow_and_fast_in_turns_costs_a_few_per_cent():
    threads, spent, total = Threads(2), 0.0, 0.0
    for _ in range(200):
        for together in (0.02, 0.2):
            spent += run(threads, 50, alone=0.03, together=together)
            total += 50 * min(0.03, together)
    assert spent <= 0.06 * total


def test_one_thread_stays_where_sums_differ_although_all_are_faster():
    threads = Threads(2)
    spent = run(threads, 20, alone=0.03, together=0.016, agree=False)
    assert (threads.current, threads.sums_agree) == (1, False)
    assert spent > 0 and run(threads, 5_000, alone=0.03, together=0.016, agree=False) == 0


def test_many_threads_train_where_sums_differ_only_if_they_are_far_faster():
    threads = Threads(16)
    run(threads, 20, alone=0.09, together=0.05, agree=False)
    assert threads.current == 1
    threads = Threads(16)
    run(threads, 20, alone=0.09, together=0.03, agree=False)
    assert threads.current == 16


def test_a_process_with_one_thread_makes_no_step_twice():
    threads = Threads(1)
    assert run(threads, 10_000, alone=0.03, together=0.03) == 0


def test_a_machine_is_busy_while_one_thread_waits_for_a_processor_and_the_word_does_not_flicker():
    threads = Threads(1)
    assert threads.busy is None
    run(threads, 200, alone=0.03, together=0.03)
    assert threads.busy == 1
    run(threads, 200, alone=0.036, together=0.03, working=0.03 / 0.036)
    assert threads.busy == 1
    run(threads, 200, alone=0.06, together=0.03, working=0.5)
    assert threads.busy == 2
    run(threads, 200, alone=0.036, together=0.03, working=0.03 / 0.036)
    assert threads.busy == 1.2
    run(threads, 200, alone=0.03, together=0.03)
    assert threads.busy == 1


def test_a_machine_that_was_busy_from_the_start_is_seen_by_the_time_that_one_thread_could_work():
    threads = Threads(1)
    run(threads, 200, alone=0.09, together=0.09, working=0.3)
    assert threads.busy == pytest.approx(3.33)


def test_the_usual_number_is_that_of_most_steps():
    threads = Threads(4)
    threads.history = [[0, 1], [8, 4], [90, 1]]
    assert [threads.usual(steps) for steps in (95, 500)] == [4, 1]


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def faster(*choices):
    """A `Threads` that makes every other step twice and takes these numbers of threads in turn, whatever is measured."""

    class Made(Threads):
        def tried(self, step, current, other, sums_agree):
            self.sums_agree = sums_agree and self.sums_agree is not False
            self.current = choices[len(self.history) % len(choices)]
            self.history.append([step, self.current])
            self._is_trying = False

        def stepped(self, seconds, processor_seconds):
            self._is_trying = True

    return Made


def train_alone(experiment, monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr("core.training.step.Threads", Threads)
    return train(experiment)


@pytest.mark.parametrize("task", one_a_task())
def test_a_step_made_twice_leaves_everything_as_if_it_had_been_made_once(task, tiny, two_threads, monkeypatch):
    monkeypatch.setattr("core.training.step.Threads", faster(1))
    experiment = tiny(task, {"training.max_steps": 12})
    twice = train(experiment)
    assert torch.get_num_threads() == 2
    assert_equal(twice, train_alone(experiment, monkeypatch))


def test_the_number_of_threads_changes_no_bit_where_sums_agree(tiny, two_threads, monkeypatch):
    monkeypatch.setattr("core.training.step.Threads", faster(2, 1))
    experiment = tiny("generation", {"training.max_steps": 12})
    changing = train(experiment)
    result = json.loads((changing / "result.json").read_text())
    assert len(result["threads_history"]) > 3
    if not result["threads_agree"]:
        pytest.skip("sums differ on this processor")
    assert_equal(changing, train_alone(experiment, monkeypatch))


def test_the_number_of_threads_and_their_changes_stand_in_status_and_result(tiny, two_threads, monkeypatch):
    said = []

    class Hearing(Reporter):
        def machine(self, threads, busy):
            super().machine(threads, busy)
            self._beat()
            said.append(read_status(self.directory).threads)

    monkeypatch.setattr("core.training.step.Threads", faster(2))
    directory = train(tiny("sentiment"), make_reporter=Hearing)
    result = json.loads((directory / "result.json").read_text())
    assert result["threads"] == 2
    assert result["threads_history"][:2] == [[0, 1], [2, 2]]
    assert said[0] == 1 and said[-1] == 2
    assert read_status(directory).threads == 2
