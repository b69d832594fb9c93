"""Recorded steps. Without a GPU a stand-in records: it does the same computation from and to the same places."""

import logging

import pytest
import torch

from core.applications import describe
from core.data.prepare import prepare
from core.tasks.registry import bind
from core.training.graphs import Recorder
from core.training.loop import Training
from core.training.step import Stepper
from tests.training.ear import Ear

CPU = torch.device("cpu")
KINDS = {
    "carry": ("generation", {"model.output_dropout": 0.3}),
    "carry, learned state": ("generation", {"model.cell": "gru", "model.initial_state": "learned"}),
    "slide": ("generation", {"training.truncation": "slide", "model.cell": "rnn"}),
    "one to one": ("forecasting", {"data.difference": "season", "training.batch_size": 17}),
    "answers": ("memory", {"data.delays": "up_to"}),
    "many to many": ("forecasting", {"model.shape": "many_to_many", "training.batch_size": 17}),
}
NUM_STEPS = 40  # several passes, in which a text starts afresh and a last batch is smaller


class Rehearsal:
    """Stands in for a GPU: what it has recorded is computed again, from the places and into the places it saw."""

    def __init__(self, task):
        self.task, self.stepper = task, None
        self.num_captures = self.num_plays = self.num_aside = 0

    def aside(self, function):
        self.num_aside += 1
        return function()

    def capture(self, function):
        self.num_captures += 1
        carried, before = self.task.carried(), [tensor.clone() for tensor in self.stepper.changed()]
        function()
        for place, tensor in zip(self.stepper.changed(), before, strict=True):
            place.copy_(tensor)
        leaves = self.task.carried()

        def play():
            self.num_plays += 1
            unseen = self.task.carried()  # what Python holds does not change when a GPU plays
            self.task.restore_carried(carried)
            function()
            for name, places in leaves.items():
                for place, tensor in zip(places or (), self.task.carried()[name] or (), strict=True):
                    place.copy_(tensor)
            self.task.restore_carried(unseen)

        return play


def trained(name, changes, tiny, machine=None):
    """The network after some steps, and who recorded them."""
    experiment = tiny(name, {"training.max_steps": NUM_STEPS, **changes})
    task = bind(experiment, prepare(describe(name).kind, experiment.data), CPU)
    stepper = Stepper(task, experiment, CPU)
    if machine is not None:
        machine = machine(task)
        machine.stepper = stepper
        stepper._recorder = Recorder(task, stepper.learn, stepper.changed, stepper.seed, machine)
    task.model.train()
    for step in range(NUM_STEPS):
        stepper(step, NUM_STEPS)
    return task.model.state_dict(), stepper.sums.take(NUM_STEPS), stepper._recorder, machine


def assert_same(one, other):
    assert one[1] == pytest.approx(other[1], rel=1e-5)
    for key, value in one[0].items():
        torch.testing.assert_close(value, other[0][key], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_recorded_steps_learn_what_plain_ones_do(kind, tiny):
    name, changes = KINDS[kind]
    found = trained(name, changes, tiny, Rehearsal)
    assert_same(found, trained(name, changes, tiny))
    recorder, machine = found[2:]
    assert recorder.given_up is None
    assert 1 <= machine.num_captures <= 2, "a kind of step is recorded once"
    assert machine.num_plays > NUM_STEPS / 2
    assert machine.num_plays + machine.num_aside == NUM_STEPS + machine.num_captures, "which is done both ways"


@pytest.mark.parametrize("kind", KINDS)
def test_steps_that_cannot_be_recorded_are_done_plainly_and_the_log_says_why(kind, tiny, caplog):
    class Refuses(Rehearsal):
        def capture(self, function):
            function()
            raise RuntimeError("operation not permitted when stream is capturing")

    name, changes = KINDS[kind]
    with caplog.at_level(logging.WARNING):
        found = trained(name, changes, tiny, Refuses)
    assert_same(found, trained(name, changes, tiny))
    assert found[2].given_up == "operation not permitted when stream is capturing"
    assert [record.message for record in caplog.records] == [
        "Steps are not recorded as a CUDA graph: operation not permitted when stream is capturing"
    ]


@pytest.mark.parametrize("fault", ["does nothing", "goes too far", "reads the wrong batch", "keeps its random numbers"])
def test_a_record_that_learns_something_else_is_thrown_away(fault, tiny, caplog):
    class Faulty(Rehearsal):
        def capture(self, function):
            state = torch.get_rng_state()
            play = super().capture(function)

            def does_nothing():
                pass

            def goes_too_far():
                play()
                play()

            def reads_the_wrong_batch():
                batch_loss = self.task.batch_loss
                self.task.batch_loss = lambda batch: batch_loss((batch[0].flip(0), batch[1]))
                play()
                self.task.batch_loss = batch_loss

            def keeps_its_random_numbers():
                torch.set_rng_state(state)
                play()

            return locals()[fault.replace(" ", "_")]

    name, changes = KINDS["carry"]
    found = trained(name, changes, tiny, Faulty)
    assert_same(found, trained(name, changes, tiny))
    assert "learnt something else" in found[2].given_up
    assert found[3].num_captures == 1
    assert len(caplog.records) == 1


@pytest.mark.gpu
@pytest.mark.parametrize("optimizer", ["adamw", "rmsprop", "momentum"])
@pytest.mark.parametrize("kind", KINDS)
def test_on_a_gpu_steps_are_recorded_and_learn_what_plain_ones_do(kind, optimizer, tiny):
    name, changes = KINDS[kind]
    changes = {"training.max_steps": NUM_STEPS, "training.device": "cuda", "training.optimizer": optimizer, **changes}
    experiment = tiny(name, changes)
    device, results = torch.device("cuda"), []
    for recording in (True, False):
        task = bind(experiment, prepare(describe(name).kind, experiment.data), device)
        stepper = Stepper(task, experiment, device)
        recorder = stepper._recorder
        if not recording:
            recorder.given_up = "by this test"
        task.model.train()
        for step in range(NUM_STEPS):
            stepper(step, NUM_STEPS)
        assert recorder.given_up == (None if recording else "by this test")
        assert bool(recorder._records) == recording
        results.append((task.model.state_dict(), stepper.sums.take(NUM_STEPS)))
    for key, value in results[0][0].items():
        torch.testing.assert_close(value, results[1][0][key], rtol=1e-3, atol=1e-4)
    assert results[0][1] == pytest.approx(results[1][1], rel=1e-3)


@pytest.mark.gpu
def test_on_a_gpu_a_step_that_waits_for_it_is_done_plainly_and_random_numbers_go_on(tiny):
    experiment = tiny("generation", {"training.device": "cuda", "model.output_dropout": 0.3})
    device = torch.device("cuda")
    task = bind(experiment, prepare("text", experiment.data), device)
    batch_loss = task.batch_loss

    def waiting(batch):
        outcome = batch_loss(batch)
        outcome.loss.item()
        return outcome

    task.batch_loss = waiting
    stepper = Stepper(task, experiment, device)
    task.model.train()
    for step in range(9):
        stepper(step, 9)
    assert stepper._recorder.given_up is not None
    assert stepper.sums.take(9)[0] > 0


@pytest.mark.gpu
def test_on_a_gpu_a_whole_training_ends_with_finite_scores(tiny):
    experiment = tiny("generation", {"training.device": "cuda", "training.max_steps": 60})
    task = bind(experiment, prepare("text", experiment.data), torch.device("cuda"))
    outcome = Training(task, experiment, torch.device("cuda"), Ear()).run()
    assert outcome.steps == 60
    assert outcome.best.value < 5
