"""How much one step can stretch or shrink a gradient: the Jacobians of a traced run, state by state.

The gradient at one step is the gradient at the next step times the Jacobian ``d state_t / d state_{t-1}``; for the
simple cell that is ``diag(f'(z_t)) U``. A Jacobian's spectral norm is the most by which it can lengthen a vector, so a
product of them says how far back a gradient can reach before anything is trained. Exact and costly: a matrix and its
singular values for every step, so it is done on request and within limits. The gradients themselves are those
of gradients.py.

Shape letters: B batch, R chosen rows, T time, H hidden, S numbers in the state (H, or 2H with a cell state).

Reference:
    Pascanu, Mikolov and Bengio, 2013, "On the difficulty of training recurrent neural networks", section 2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.insight.gradients import lengths_of
from core.models.lengths import align
from core.models.tracing import LayerTrace, Trace

PARTS = ("state", "hidden")
MAX_SIZE = 512
"""Most numbers in the state, S."""
MAX_WORK = 5e10
"""Most work in all, S cubed times the number of Jacobians: 23,000 of size 128, 370 of size 512."""


@dataclass(frozen=True)
class StepJacobians:
    """Norms of the Jacobians of one direction of one layer.

    Both tensors are float64, on the CPU, aligned with the input, and zero at padded positions.

    Attributes:
        layer: Which layer, from 0.
        direction: ``forward`` or ``backward``.
        lengths: Real steps of each row: (R,).
        norms: Spectral norm of the Jacobian of each state with respect to the one computed before it: (R, T). NaN at the
            first step that is computed, which starts from the initial state.
        factors: Spectral norm of the product of all Jacobians after each step, (R, T): the most by which the gradient
            of a loss at the last step can be longer here than there. 1 at the step that is computed last. With the
            hidden part alone, the way through the cell state is not in it.
    """

    layer: int
    direction: str
    lengths: Tensor
    norms: Tensor
    factors: Tensor


def step_jacobian_norms(
    trace: Trace, lengths: Tensor | None = None, rows: Sequence[int] | None = None, part: str = "state"
) -> tuple[StepJacobians, ...]:
    """Computes the spectral norms of a traced run's step Jacobians.

    Args:
        trace: Made by ``Recurrent.trace`` with gradients switched on. Trace only the rows that are wanted: the others
            cost time too.
        lengths: What the traced run was given: (B,), or None where every row is full.
        rows: Which rows of the batch, R of them; None for all.
        part: ``state`` for the whole state, h and c together where there are two; ``hidden`` for the output h with
            respect to the h before it while c is held.

    Returns:
        One record for each layer and direction, in the order of ``trace.layers``.

    Raises:
        ValueError: If ``part`` or a row is unknown, the trace has no graph, the lengths are not the trace's, S is above
            ``MAX_SIZE``, or S cubed times the number of Jacobians is above ``MAX_WORK`` (about half a minute).
    """
    if part not in PARTS:
        raise ValueError(f"part: expected one of {', '.join(PARTS)}, got {part!r}")
    lengths = lengths_of(trace, lengths)
    rows = range(len(lengths)) if rows is None else rows
    if not rows or min(rows) < 0 or max(rows) >= len(lengths):
        raise ValueError(f"rows: expected some from 0 to {len(lengths) - 1}, got {list(rows)}")
    if not all(h.requires_grad for record in trace.layers for h in record.output_steps):
        raise ValueError("trace: expected a run with gradients, outside no_grad and with weights that need them")
    _check_cost(trace, len(rows), part)
    chosen = torch.tensor(list(rows), device=lengths.device)
    return tuple(_of_layer(record, lengths[chosen].cpu(), chosen, part) for record in trace.layers)


def gradient_factor_bound(jacobians: StepJacobians) -> Tensor:
    """Bounds how much longer the gradient of a loss at the last step can be at each step: the product of the norms.

    It is never below ``factors``, which knows in what direction each step stretches. Neither is ever below the measured
    ratio, ``StateGradients.state_norms`` here over those at the last step, as long as the loss reads nothing of this
    layer but the state that is computed last in each row, and ``part`` was ``state``.

    Args:
        jacobians: One record of ``step_jacobian_norms``.

    Returns:
        (R, T), aligned with the input, 1 at the step that is computed last, zero at padded positions.
    """
    num_rows, num_steps = jacobians.norms.shape
    is_backward = jacobians.direction == "backward"
    in_order = align(jacobians.norms[..., None].unbind(1), jacobians.lengths, is_backward)[..., 0]
    computed = torch.arange(1, num_steps) < jacobians.lengths[:, None]
    after = torch.cat(
        (torch.where(computed, in_order[:, 1:], 1.0), torch.ones(num_rows, 1, dtype=torch.float64)), dim=1
    )
    bounds = after.flip(1).cumprod(dim=1).flip(1)
    return align(bounds[..., None].unbind(1), jacobians.lengths, is_backward)[..., 0]


def _check_cost(trace: Trace, num_rows: int, part: str) -> None:
    state = trace.layers[0].steps[0]
    size = state[0].shape[1] * (len(state) if part == "state" else 1)
    if size > MAX_SIZE:
        raise ValueError(f"hidden_size: expected at most {MAX_SIZE} numbers in the state for Jacobians, got {size}")
    work = float(size**3 * num_rows * len(trace.layers[0].steps) * len(trace.layers))
    if work > MAX_WORK:
        most = int(MAX_WORK // size**3)
        raise ValueError(f"trace: expected at most {most} Jacobians of size {size} (rows times steps times layers)")


def _of_layer(record: LayerTrace, lengths: Tensor, rows: Tensor, part: str) -> StepJacobians:
    """Goes through one layer from its last step back."""
    num_steps = len(record.steps)
    norms = torch.full((num_steps, len(rows)), torch.nan, dtype=torch.float64)
    factors = torch.ones((num_steps, len(rows)), dtype=torch.float64)
    product: Tensor | None = None
    for step in range(num_steps - 1, 0, -1):
        chosen = slice(record.output_place, record.output_place + 1) if part == "hidden" else slice(None)
        jacobian = _jacobian(record.steps[step][chosen], record.steps[step - 1][chosen], rows)
        product = jacobian if product is None else product @ jacobian
        norms[step], factors[step - 1] = _spectral_norms(jacobian), _spectral_norms(product)

    def aligned(values: Tensor) -> Tensor:
        return align(values[..., None].unbind(0), lengths, record.direction == "backward")[..., 0]

    return StepJacobians(record.layer, record.direction, lengths, aligned(norms), aligned(factors))


def _jacobian(after: Sequence[Tensor], before: Sequence[Tensor], rows: Tensor) -> Tensor:
    """Returns the Jacobian of one state with respect to the state before it, for some rows: (R, S, S)."""
    return torch.cat([torch.cat(_blocks(one, before, rows), dim=2) for one in after], dim=1)


def _blocks(output: Tensor, inputs: Sequence[Tensor], rows: Tensor) -> list[Tensor]:
    """Differentiates an output (B, H) with respect to each input, for some rows: each (R, H, H), float64, on the CPU."""
    size = output.shape[1]
    each = torch.eye(size, dtype=output.dtype, device=output.device)[:, None].expand(size, *output.shape)
    found = torch.autograd.grad(output, inputs, each, retain_graph=True, allow_unused=True, is_grads_batched=True)
    zeros = torch.zeros(size, *output.shape, dtype=output.dtype, device=output.device)
    return [(zeros if part is None else part)[:, rows].transpose(0, 1).to("cpu", torch.float64) for part in found]


def _spectral_norms(matrices: Tensor) -> Tensor:
    """Returns the largest singular value of each matrix (R, S, S); infinity where a number is not finite."""
    finite = matrices.isfinite().all(dim=-1).all(dim=-1)
    norms = torch.full((len(matrices),), torch.inf, dtype=matrices.dtype)
    norms[finite] = torch.linalg.matrix_norm(matrices[finite], ord=2)
    return norms
