import copy

import pytest
import torch

from core.applications import describe
from core.data.prepare import prepare
from core.tasks.registry import bind
from core.training.step import Stepper, Sums, seed_step

CPU = torch.device("cpu")


def test_a_step_starts_from_the_random_numbers_that_torch_gives_that_seed():
    seed_step(3, 5, CPU)
    drawn = torch.rand(4), torch.randn(3)
    torch.manual_seed(3 * 1_000_003 + 5)
    assert torch.equal(drawn[0], torch.rand(4))
    assert torch.equal(drawn[1], torch.randn(3))


def test_a_step_leaves_no_note_behind():
    before = len(torch.cuda._queued_calls)
    for step in range(5):
        seed_step(0, step, CPU)
    assert len(torch.cuda._queued_calls) == before


def test_sums_are_means_over_steps_and_begin_anew():
    sums = Sums(CPU)
    for loss, norm in ((1.0, 5.0), (2.0, 7.0)):
        sums.add(torch.tensor(loss), torch.tensor(norm))
        sums.count(11)
    assert sums.take(2) == (1.5, 6.0, 22)
    sums.add(torch.tensor(4.0), torch.tensor(1.0))
    sums.count(3)
    assert sums.take(3) == (4.0, 1.0, 3)


def test_sums_that_are_no_numbers_are_an_error_that_names_the_step():
    sums = Sums(CPU)
    sums.add(torch.tensor(float("inf")), torch.tensor(1.0))
    sums.count(1)
    with pytest.raises(FloatingPointError, match="at step 17"):
        sums.take(17)


@pytest.mark.parametrize("name", ["forecasting", "generation", "sentiment", "translation"])
@pytest.mark.parametrize("optimizer", ["adamw", "rmsprop", "momentum"])
def test_training_goes_on_from_where_a_checkpoint_was_taken(name, optimizer, tiny):
    experiment = tiny(name, {"training.optimizer": optimizer})
    prepared = prepare(describe(name).kind, experiment.data)

    def fresh():
        task = bind(experiment, prepared, CPU)
        return task, Stepper(task, experiment, CPU)

    whole, do = fresh()
    for step in range(6):
        do(step, 6)
        if step == 3:
            kept = copy.deepcopy([whole.model.state_dict(), do.optimizer.state_dict(), whole.carried()])
    task, again = fresh()
    task.model.load_state_dict(kept[0])
    again.optimizer.load_state_dict(kept[1])
    task.restore_carried(kept[2])
    for step in (4, 5):
        again(step, 6)
    for key, value in whole.model.state_dict().items():
        assert torch.equal(value, task.model.state_dict()[key]), key
