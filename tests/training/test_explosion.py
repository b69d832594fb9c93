"""When a loss counts as exploded, and that a training ends there with its best network kept."""

import pytest
import torch

from core.tasks.base import StepLoss
from core.training.explosion import LossWatch
from core.training.loop import Training
from tests.training.ear import Ear
from tests.training.test_loop import CPU, Line, experiment


def watched(points):
    watch = LossWatch()
    for step, loss in points:
        watch.see(step, loss)
    return watch


def test_a_loss_twice_as_high_as_at_its_beginning_for_a_while_has_exploded():
    points = [(1, 4.0), (10, 2.0), (20, 8.1), (40, 9.0), (69, 8.2)]
    assert watched(points).above == [20, 40, 69]
    with pytest.raises(
        FloatingPointError, match=r"began at 4, came down to 2 .* above 8 since step 20, at step 70 it is 20"
    ):
        watched([*points, (70, 20.0)])


def test_a_jump_from_which_it_comes_back_is_none():
    points = [(1, 4.0), (20, 90.0), (60, 90.0), (65, 7.9), (66, 90.0), (100, 90.0), (110, 90.0)]
    assert watched(points).above == [66, 100, 110]


def test_losses_below_zero_and_near_it_have_room():
    assert watched([(1, 0.01), *((step, 0.1) for step in range(2, 200))]).above == []
    assert watched([(1, 1.0), (2, -3.0), *((step, 4.9) for step in range(3, 200))]).above == [], (
        "as far above as it fell"
    )
    with pytest.raises(FloatingPointError):
        watched([(1, 1.0), (2, -3.0), *((step, 5.1) for step in range(3, 200))])


class Exploding(Line):
    def training_loss(self, step, progress=0.0):
        told = torch.tensor(1e3 if step >= 30 else 1.0)
        return StepLoss((self.model(torch.ones(3, 1)) - 1).square().mean(), 3, told)


def test_a_training_ends_soon_after_its_loss_has_exploded_and_its_best_network_stays():
    ear = Ear()
    training = Training(Exploding([3, 2, 1, *[9] * 99]), experiment(max_steps=5_000), CPU, ear, ear)
    with pytest.raises(FloatingPointError, match="has exploded"):
        training.run()
    assert 80 <= training.step <= 110
    assert ear.improvements[-1] == (25, 1) and training.chosen.weights
    again = Training(Exploding(), experiment(max_steps=5_000), CPU, Ear())
    again.load_state_dict(training.state_dict())
    assert again.watch.above == training.watch.above and again.watch.first == pytest.approx(1.0)
