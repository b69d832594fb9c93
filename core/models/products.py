"""Matrix products: one weight at every step of a sequence, all steps at once, and the linear layer.

On a CPU oneDNN packs the weight once and needs, on some processors, half the time of torch's usual product from some
size on; on others torch's is as fast, and packing is work for nothing. Which it is, every process measures once
(`packing_pays`). oneDNN's product has no backward pass and no place for the result, so both stand here. Where there is
no oneDNN, on a GPU and in double precision everything runs through torch's own products.
Shape letters: R rows, T time, B batch, K features in, N features out.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

# Multiplications of a product from which packing pays; below, the call itself costs more than it saves. Several threads
# wait for each other in every product, in torch's longer than in oneDNN's; one thread alone gains later.
SMALLEST_PACKED, SMALLEST_PACKED_ALONE = 1_500_000, 10_000_000
SMALLEST_WHOLE = 16_000_000

MEASURED_ROWS, MEASURED_WIDTH, MEASURED_OUT = 64, 512, 1_536
MEASURED_TURNS, MOST_TURNS = 9, 90
MOST_OF_TORCHS, UNSURE = 0.93, (0.88, 0.98)
"""Packing pays where it takes at most this share of the time of torch's product. The processors seen so far lie at 0.5 to
0.85 or at 1, so that the answer, on which the last digits of a training depend, is the same in every process. Where a busy
machine leaves it unsure, it is asked for longer."""


@functools.cache
def packing_pays(num_threads: int) -> bool:
    """Whether oneDNN's packed product is faster here than torch's own, in fp32 with so many threads.

    Measured at the first call: the least time of both, which take turns, so that work beside it hits both. Takes
    some 20 milliseconds, ten times as long at most.
    """
    x, weight = torch.ones(MEASURED_ROWS, MEASURED_WIDTH), torch.ones(MEASURED_OUT, MEASURED_WIDTH)
    packed, transposed = torch.ops.mkldnn._reorder_linear_weight(weight, MEASURED_ROWS), weight.t()
    ours, torchs = float("inf"), float("inf")
    for turn in range(MOST_TURNS):
        ours = min(ours, _seconds(lambda: torch.ops.mkldnn._linear_pointwise.default(x, packed, None, "none", [], "")))
        torchs = min(torchs, _seconds(lambda: torch.mm(x, transposed)))
        if turn + 1 >= MEASURED_TURNS and not UNSURE[0] < ours / torchs < UNSURE[1]:
            break
    return ours <= MOST_OF_TORCHS * torchs


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def can_pack(like: Tensor) -> bool:
    """Whether oneDNN multiplies matrices of this device and type here, and is worth it.

    In bf16 torch's own product goes through oneDNN as well, so that packing can only save.
    """
    if like.device.type != "cpu" or not (torch.backends.mkldnn.is_available() and torch.backends.mkldnn.enabled):
        return False
    if like.dtype == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return like.dtype == torch.float32 and packing_pays(torch.get_num_threads())


class Product:
    """x @ weight.T for the same weight again and again.

    Args:
        weight: (N, K), contiguous or not.
        num_rows: Rows of every x.
    """

    def __init__(self, weight: Tensor, num_rows: int) -> None:
        self._packed: Tensor | None = None
        smallest = SMALLEST_PACKED_ALONE if torch.get_num_threads() == 1 else SMALLEST_PACKED
        if weight.numel() * num_rows >= smallest and can_pack(weight):
            self._packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), num_rows)
        self._transposed = weight.t()

    def __call__(self, x: Tensor) -> Tensor:
        """The product (R, N) of x (R, K)."""
        if self._packed is not None:
            return torch.ops.mkldnn._linear_pointwise.default(x, self._packed, None, "none", [], "")
        return torch.mm(x, self._transposed)

    def plus(self, x: Tensor, other: Tensor) -> Tensor:
        """The product of x (R, K) and other (R, N) added to it; other stays as it is."""
        if self._packed is not None:  # the weight as oneDNN laid it out, once for all steps
            return torch.ops.mkldnn._linear_pointwise.binary(x, other, self._packed, None, "add")
        return torch.addmm(other, x, self._transposed)


def product(x: Tensor, weight: Tensor) -> Tensor:
    """x (..., K) times the transpose of weight (N, K): (..., N). Not differentiable."""
    flat = x.reshape(-1, x.shape[-1])  # (R, K)
    if flat.shape[0] * weight.numel() >= SMALLEST_WHOLE and x.dtype == torch.float32 and can_pack(x):
        result = torch.ops.mkldnn._linear_pointwise.default(
            flat.contiguous(), weight.contiguous(), None, "none", [], ""
        )
    else:
        result = torch.mm(flat, weight.t())
    return result.view(*x.shape[:-1], weight.shape[0])


def outer(left: Tensor, right: Tensor) -> Tensor:
    """The sum over all rows of left (..., N) times right (..., K), both transposed into (N, K): a weight's gradient."""
    left, right = left.reshape(-1, left.shape[-1]), right.reshape(-1, right.shape[-1])  # (R, N), (R, K)
    if left.numel() * right.shape[1] >= SMALLEST_WHOLE and left.dtype == torch.float32 and can_pack(left):
        # The smaller one comes first: turned round it is the dearer copy.
        if left.shape[1] <= right.shape[1]:
            return torch.ops.mkldnn._linear_pointwise.default(left.t(), right.t(), None, "none", [], "")
        return torch.ops.mkldnn._linear_pointwise.default(right.t(), left.t(), None, "none", [], "").t()
    return torch.mm(left.t(), right)


class _Linear(torch.autograd.Function):
    """x W^T + b with the products of this module in both directions."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, weight)
        result = product(x, weight)
        return result if bias is None else result.add_(bias)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad: Tensor):
        x, weight = ctx.saved_tensors
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad
        return (
            product(grad, weight.t()) if needs_x else None,  # (..., N) by (K, N) transposed: (..., K)
            outer(grad, x) if needs_weight else None,  # (N, K)
            grad.sum(tuple(range(grad.dim() - 1))) if needs_bias else None,  # (N,)
        )


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """As ``torch.nn.functional.linear``, once differentiable: x (..., K), weight (N, K), bias (N,) to (..., N)."""
    return _Linear.apply(x, weight, bias)


class Linear(nn.Linear):
    """``nn.Linear``, through :func:`linear` where that is the faster way; once differentiable there.

    Under autocast and on a GPU torch's own is kept.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Inputs (..., K) to outputs (..., N)."""
        is_large = input.numel() * self.out_features >= SMALLEST_WHOLE
        is_plain = input.dtype == self.weight.dtype == torch.float32 and not torch.is_autocast_enabled(
            input.device.type
        )
        if is_large and is_plain and can_pack(input):
            return linear(input, self.weight, self.bias)
        return super().forward(input)
