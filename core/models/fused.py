"""torch's fused kernels over whole sequences, called with somebody else's weights.

Three ways to the same numbers: ``run`` for rows that are all full, ``run_packed`` for rows of different lengths through
torch's packed kernels, ``run_padded`` through the plain kernels on padded rows. On a CPU the packed kernels go step by
step and cost two to three times the padded ones; on a GPU packing skips the padding for nothing. Several layers can run
in one call as long as nothing happens between them (dropout, a merge other than concatenation).

``kernel`` is ``lstm``, ``gru``, ``rnn_tanh`` or ``rnn_relu``. ``weights`` is flat: for each layer, for each direction,
weight_ih, weight_hh, bias_ih, bias_hh. A state is a tuple of tensors (L*D, B, H). Outputs are (B, T, D*H).
Shape letters: B batch, T time, F features, H hidden, L layers, D directions (1 or 2).
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from core.models.cells import State
from core.models.lengths import last_steps, real_steps, reverse_rows, zero_padding

PER_DIRECTION = 4
"""Parameters of one direction of one layer."""

# A pre-activation this large makes a sigmoid exactly 0 or 1 in every floating-point type torch computes in.
_SATURATED = 1e4


def run(kernel: str, inputs: Tensor, state: State, weights: list[Tensor], num_directions: int) -> tuple[Tensor, State]:
    """Runs rows that are all full: inputs (B, T, F) to outputs (B, T, D*H) and the state after the last step."""
    return _call(kernel, (inputs,), state, weights, num_directions, (True,))


def run_packed(
    kernel: str, inputs: Tensor, lengths: Tensor, state: State, weights: list[Tensor], num_directions: int
) -> tuple[Tensor, State]:
    """Runs rows of different lengths (B,), int64 on the CPU, without computing their padding.

    Returns:
        Outputs (B, T, D*H), zero at padded positions, and the state after each row's last real step.
    """
    packed = pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
    data, batch_sizes, order, back = packed
    assert order is not None and back is not None
    state = tuple(part.index_select(1, order) for part in state)
    outputs, state = _call(kernel, (data, batch_sizes), state, weights, num_directions, ())
    packed = PackedSequence(outputs, batch_sizes, order, back)
    outputs, _ = pad_packed_sequence(packed, batch_first=True, total_length=inputs.shape[1])
    return outputs, tuple(part.index_select(1, back) for part in state)


def run_padded(
    kernel: str, inputs: Tensor, lengths: Tensor, state: State, weights: list[Tensor], num_directions: int
) -> tuple[Tensor, State]:
    """Runs rows of different lengths (B,), int64 on the CPU, padding and all, and takes from each row what is real.

    The state must stay bounded on padding, which rules out ``rnn_relu``: an overflow there would turn the zero gradient
    that the padding receives into nan.

    Returns:
        As ``run_packed``.
    """
    lengths = lengths.to(inputs.device)
    real = real_steps(lengths, inputs.shape[1])
    outputs = inputs
    finals = []
    for first in range(0, state[0].shape[0], num_directions):
        values = zero_padding(outputs, real)
        sides = []
        for direction in range(num_directions):
            at = first + direction
            start = tuple(part[at : at + 1] for part in state)
            own = weights[PER_DIRECTION * at : PER_DIRECTION * (at + 1)]
            side = reverse_rows(values, lengths) if direction else values
            side, final = _padded_direction(kernel, side, real, lengths, start, own)
            sides.append(reverse_rows(side, lengths) if direction else side)
            finals.append(final)
        outputs = torch.cat(sides, dim=-1) if num_directions == 2 else sides[0]
    return zero_padding(outputs, real), tuple(torch.cat(parts) for parts in zip(*finals, strict=True))


def _padded_direction(
    kernel: str, inputs: Tensor, real: Tensor, lengths: Tensor, state: State, weights: list[Tensor]
) -> tuple[Tensor, State]:
    """Runs one direction of one layer over padded rows; its outputs on padding are meaningless."""
    if kernel != "lstm":
        outputs, _ = run(kernel, inputs, state, weights, 1)
        return outputs, (last_steps(outputs, lengths)[None],)
    # The kernel returns the cell state of the last step only. One more input feature, 1 on padding, closes the input
    # gate and opens the forget gate there, so that the cell carries its last real value to the end unchanged.
    weight_ih, *others = weights
    closed = weight_ih.new_full((weight_ih.shape[0] // 4, 1), _SATURATED)
    hold = torch.cat((-closed, closed, torch.zeros_like(closed), torch.zeros_like(closed)))
    padding = (~real[..., None]).to(inputs.dtype)
    widened = [torch.cat((weight_ih, hold), dim=1), *others]
    outputs, (_, c_n) = run(kernel, torch.cat((inputs, padding), dim=-1), state, widened, 1)
    return outputs, (last_steps(outputs, lengths)[None], c_n)


def _call(
    kernel: str,
    sequence: tuple[Tensor, ...],
    state: State,
    weights: list[Tensor],
    num_directions: int,
    layout: tuple[bool, ...],
) -> tuple[Tensor, State]:
    """Calls the kernel: ``sequence`` and ``layout`` are what differs between its padded and its packed form."""
    num_layers = len(weights) // (PER_DIRECTION * num_directions)
    # Dropout is left to the caller, so "training" only decides whether the kernel prepares for a backward pass.
    training = torch.is_grad_enabled()
    start: Any = state if kernel == "lstm" else state[0]
    outputs, *final = getattr(torch._VF, kernel)(
        *sequence, start, weights, True, num_layers, 0.0, training, num_directions == 2, *layout
    )
    return outputs, tuple(final)


def flatten(kernel: str, weights: list[Tensor], num_directions: int) -> None:
    """Moves weights on a GPU into one block of memory, in place: cuDNN otherwise copies them at every call and warns."""
    first = weights[0]
    if not (first.is_cuda and torch.backends.cudnn.is_acceptable(first)):
        return
    hidden_size = weights[1].shape[1]
    num_layers = len(weights) // (PER_DIRECTION * num_directions)
    mode = torch.backends.cudnn.rnn.get_cudnn_mode(kernel.upper())
    with torch.no_grad(), torch.cuda.device_of(first):
        torch._cudnn_rnn_flatten_weight(
            weights, PER_DIRECTION, first.shape[1], mode, hidden_size, 0, num_layers, True, num_directions == 2
        )


def flat_copies(kernel: str, weights: list[Tensor], num_directions: int) -> list[Tensor]:
    """Returns weights that are no parameters, such as dropped-out ones, as cuDNN wants them: in one block of memory.

    Gradients pass through. On a CPU the weights come back as they are.
    """
    return list(_FlatCopies.apply(kernel, num_directions, *weights)) if weights[0].is_cuda else weights


class _FlatCopies(torch.autograd.Function):
    """The identity, with the copies moved next to each other; autograd sees separate tensors."""

    @staticmethod
    def forward(ctx: Any, kernel: str, num_directions: int, *weights: Tensor) -> tuple[Tensor, ...]:
        copies = [weight.clone() for weight in weights]
        flatten(kernel, copies, num_directions)
        return tuple(copies)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        return None, None, *gradients
