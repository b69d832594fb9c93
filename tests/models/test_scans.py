"""Hand-written passes over sequences give what the cell's equations give, step by step, values and gradients."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models.cells import CELLS, Cell, build_cell
from core.models.cells.minimal import linear_recurrence, scan_in_order, scan_in_rounds
from core.models.recurrent import Recurrent
from core.models.scanned import prefers_kernel, run
from core.models.scans import chunks_from_the_end

KINDS = [(name, nonlinearity) for name, cell in CELLS.items() for nonlinearity in cell.nonlinearities]
# Rows, steps, features and units: odd and small, one of everything, and large enough for packed products, for tanh by
# way of the sigmoid and for more than one group of steps.
SIZES = {"small": (3, 9, 5, 7), "single": (1, 1, 1, 1), "large": (64, 12, 30, 160)}
SCANNED = [name for name in CELLS if build_cell(name).has_scan]


def problem(name, nonlinearity, sizes, dtype):
    """A cell with weights, inputs and a first state that all want gradients."""
    batch_size, num_steps, num_features, hidden_size = sizes
    generator = torch.Generator().manual_seed(1)
    cell = build_cell(name, nonlinearity)

    def draw(*shape, scale=1.0):
        return (torch.randn(shape, generator=generator, dtype=torch.float64) * scale).to(dtype).requires_grad_()

    weights = {
        key: draw(*shape, scale=hidden_size**-0.5) for key, shape in cell.shapes(num_features, hidden_size).items()
    }
    inputs = draw(batch_size, num_steps, num_features)
    return cell, inputs, tuple(draw(batch_size, hidden_size) for _ in range(cell.num_states)), weights


def by_equations(cell, inputs, state, weights):
    """Step by step, time first, as a cell without a scan of its own runs."""
    sequences = Cell.scan(cell, inputs.transpose(0, 1), state, weights)
    return tuple(sequence.transpose(0, 1) for sequence in sequences)


def gradients(sequences, wanted, part):
    """Of a loss in which every step of one part of the state, or of all, has its share."""
    used = sequences if part is None else sequences[part : part + 1]
    generator = torch.Generator().manual_seed(2)
    shares = [torch.randn(each.shape, generator=generator, dtype=torch.float64).to(each.dtype) for each in used]
    return torch.autograd.grad(used, wanted, shares, allow_unused=True)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "nonlinearity"), KINDS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 2e-5)])
def test_a_pass_gives_what_the_equations_give(name, nonlinearity, size, dtype, tolerance):
    cell, inputs, state, weights = problem(name, nonlinearity, SIZES[size], dtype)
    expected = by_equations(cell, inputs, state, weights)
    found = run(cell, inputs, state, weights)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)
    for part in (None, *range(cell.num_states)):
        wanted = [inputs, *state, *weights.values()]
        for one, other in zip(gradients(found, wanted, part), gradients(expected, wanted, part), strict=True):
            if other is None:
                continue
            scale = max(1.0, other.abs().max().item())
            torch.testing.assert_close(one / scale, other / scale, rtol=tolerance, atol=tolerance)
        found = run(cell, inputs, state, weights)
        expected = by_equations(cell, inputs, state, weights)


@pytest.mark.parametrize("name", SCANNED)
def test_gradients_agree_with_finite_differences(name):
    cell, inputs, state, weights = problem(name, CELLS[name].nonlinearities[0], (2, 3, 2, 3), torch.float64)
    names = list(weights)

    def run_all(inputs, *rest):
        parts, values = rest[: cell.num_states], rest[cell.num_states :]
        return run(cell, inputs, parts, dict(zip(names, values, strict=True)))

    assert torch.autograd.gradcheck(run_all, (inputs, *state, *weights.values()))


@pytest.mark.parametrize("name", CELLS)
def test_nothing_of_the_caller_is_overwritten(name):
    for sizes in SIZES.values():
        cell, inputs, state, weights = problem(name, CELLS[name].nonlinearities[0], sizes, torch.float32)
        before = [tensor.detach().clone() for tensor in (inputs, *state, *weights.values())]
        sequences = run(cell, inputs, state, weights)
        shares = [torch.ones_like(part) for part in sequences]
        torch.autograd.grad(sequences, [inputs], shares)
        assert all(
            torch.equal(one, other) for one, other in zip((inputs, *state, *weights.values()), before, strict=True)
        )
        assert all(torch.equal(share, torch.ones_like(share)) for share in shares)


@pytest.mark.parametrize("name", SCANNED)
def test_autocast_runs_in_bf16_and_stays_close(name):
    cell, inputs, state, weights = problem(name, CELLS[name].nonlinearities[0], SIZES["large"], torch.float32)
    expected = run(cell, inputs, state, weights)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = run(cell, inputs, state, weights)
    assert found[0].dtype == (torch.bfloat16 if cell.in_half == "all" else torch.float32)
    for one, other in zip(found, expected, strict=True):
        assert (one.float() - other).abs().mean() < 0.02
    for weight in weights.values():
        (grad,) = torch.autograd.grad(found[0].float().sum(), [weight], retain_graph=True)
        assert grad.dtype == torch.float32 and grad.isfinite().all()


@pytest.mark.parametrize("window", [2_000, 40])
@pytest.mark.parametrize("way", ["fast", "traced"])
@pytest.mark.parametrize("name", ["min_gru", "min_lstm"])
def test_a_sum_over_many_steps_does_not_stand_still_in_bf16(name, way, window):
    """One share in 430 of a 1 a step: 1 - (1 - share)^2000 is 0.99, which sums in bf16 never reach."""
    model = Recurrent(name, 2, 3)
    gate = -6.0625  # exact in bf16; of the minLSTM two gates, one of them as good as open
    share = 1 / (1 + math.exp(-gate))
    biases = [gate, 1.0] if name == "min_gru" else [20.0, gate, 1.0]
    if name == "min_lstm":
        share = share / (1 / (1 + math.exp(-20.0)) + share)
    with torch.no_grad():
        model.weight_ih_l0.zero_()
        model.bias_ih_l0.copy_(torch.tensor(biases).repeat_interleave(3))
        state = None
        with torch.autocast("cpu", dtype=torch.bfloat16):
            for _ in range(2_000 // window):
                inputs = torch.zeros(1, window, 2)
                if way == "fast":
                    outputs, state = model(inputs, state=state)
                else:
                    trace = model.trace(inputs, state=state)
                    outputs, state = trace.outputs, trace.state
    expected = 1 - (1 - share) ** 2_000
    assert 0.98 < expected < 0.995
    assert outputs[0, -1].tolist() == pytest.approx([expected] * 3, abs=1e-4)
    assert state[0].flatten().tolist() == pytest.approx([expected] * 3, abs=1e-4)


@pytest.mark.parametrize("name", CELLS)
def test_what_a_step_of_a_cell_costs_is_told_where_it_has_a_fast_way(name):
    cell = build_cell(name)
    assert (cell.step_seconds < Cell.step_seconds) == (cell.has_scan or cell.kernel is not None)


def test_torchs_kernels_are_left_to_the_lstm_and_to_short_sequences():
    long, short = torch.zeros(1, 8, 2), torch.zeros(1, 1, 2)
    assert prefers_kernel(build_cell("lstm"), long)
    assert not prefers_kernel(build_cell("gru"), long)
    assert prefers_kernel(build_cell("gru"), short)
    assert not prefers_kernel(build_cell("mgu"), short)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 10**6))
def test_rounds_give_what_steps_in_order_give(num_steps, num_rows, seed):
    generator = torch.Generator().manual_seed(seed)
    decay = torch.rand(num_steps, num_rows, 3, generator=generator, dtype=torch.float64) * 1.5
    inputs, first = (
        torch.randn(shape, generator=generator, dtype=torch.float64) for shape in (decay.shape, (num_rows, 3))
    )
    torch.testing.assert_close(
        scan_in_rounds(decay, inputs, first), scan_in_order(decay, inputs, first), rtol=1e-12, atol=1e-12
    )


def test_the_linear_recurrence_has_the_gradients_of_finite_differences():
    generator = torch.Generator().manual_seed(0)
    decay, inputs = (torch.rand(5, 2, 3, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(2))
    first = torch.rand(2, 3, generator=generator, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda *terms: linear_recurrence(*terms)[0], (decay, inputs, first))


@pytest.mark.parametrize(("num_steps", "numbers"), [(1, 1), (128, 8_192), (10, 10**9), (7, 20_000)])
def test_groups_of_steps_cover_every_step_once_from_the_end(num_steps, numbers):
    covered = [step for chunk in chunks_from_the_end(num_steps, numbers)[::-1] for step in range(num_steps)[chunk]]
    assert covered == list(range(num_steps))
