"""Half-lives and saturated shares of stacks whose weights were set by hand."""

import pytest
import torch

from core.insight.stack_evidence import gradient_half_life, saturated_share, stack_evidence


@pytest.fixture
def linear(build):
    """A simple cell without a nonlinearity whose state is multiplied by one number at each step."""

    def make(factor, **options):
        model = build("rnn", nonlinearity="identity", **options)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if name.startswith("weight_hh"):
                    weight.copy_(factor * torch.eye(len(weight)))
        return model

    return make


@pytest.mark.parametrize(("factor", "half_life"), [(0.5, 1.0), (0.25, 0.5), (2**-0.25, 4.0)])
def test_a_state_that_is_multiplied_by_a_number_has_the_half_life_of_its_powers(linear, inputs, factor, half_life):
    assert gradient_half_life(linear(factor).trace(inputs)) == pytest.approx(half_life)


def test_padding_takes_no_part_in_the_half_life(linear, inputs, lengths):
    assert gradient_half_life(linear(0.5).trace(inputs, lengths), lengths) == pytest.approx(1.0)


@pytest.mark.parametrize("factor", [1.0, 1.1])
def test_a_gradient_that_does_not_get_smaller_has_no_half_life(linear, inputs, factor):
    assert gradient_half_life(linear(factor).trace(inputs)) is None


def test_a_gradient_that_is_gone_has_a_half_life_shorter_than_a_step(linear, inputs):
    found = gradient_half_life(linear(0.0).trace(inputs))
    assert found is not None and found < 0.1


def test_one_step_has_no_half_life(linear, inputs):
    assert gradient_half_life(linear(0.5).trace(inputs[:, :1])) is None


@pytest.fixture
def lstm(build):
    """An LSTM whose gates are what their biases say; in the order input, forget, candidate, output."""

    def make(*biases):
        model = build("lstm")
        with torch.no_grad():
            for weight in model.parameters():
                weight.zero_()
            model.bias_ih_l0.copy_(torch.tensor(biases).repeat_interleave(model.hidden_size))
        return model

    return make


@pytest.mark.parametrize(
    ("biases", "share"),
    [
        ((0.0, 0.0, 0.0, 0.0), 0.0),
        ((9.0, 0.0, 0.0, 0.0), 0.25),  # open
        ((9.0, -9.0, 0.0, 0.0), 0.5),  # and shut
        ((9.0, -9.0, 9.0, 0.0), 0.75),  # and a candidate of 1
        ((3.8, -3.8, 2.2, -2.2), 0.0),  # 0.978, 0.022, 0.976, 0.1
        ((4.0, 0.0, -2.4, 0.0), 0.5),  # 0.982 and -0.984
    ],
)
def test_gates_near_an_end_of_their_range_are_saturated(lstm, inputs, lengths, biases, share):
    assert saturated_share(lstm(*biases).trace(inputs, lengths), lengths) == pytest.approx(share)


def test_a_cell_that_squashes_nothing_has_no_saturated_share(linear, inputs):
    assert saturated_share(linear(0.5).trace(inputs)) is None


def test_evidence_of_a_stack_is_read_off_its_first_rows_and_steps(build):
    model = build("gru", bidirectional=True)
    long = torch.randn(9, 200, 5, dtype=torch.float64)
    found = stack_evidence(model, long, torch.full((9,), 200), 17.0)
    assert found == pytest.approx(stack_evidence(model, long[:8, :128], None, 17.0))
    assert found["span"] == 17.0 and found["half_life"] > 0 and found["saturated"] < 0.01
    assert all(weight.grad is None for weight in model.parameters())
