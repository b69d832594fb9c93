"""What a cell is: one time step as equations, with named gates, state in and state out, nothing stored.

A cell owns no parameters: :class:`core.models.recurrent.Recurrent` holds them under torch's names and passes them in, so
that the same weights also run through torch's fused kernels. Only methods of tensors are used and torch is imported for
type checking alone: the configuration reads names, gates and shapes from here without loading it.
Left out: sequences, layers, directions and lengths.

Shape letters: B batch, F features, H hidden; G is the number of gates of the cell, K the width of its projected input.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

if TYPE_CHECKING:
    from torch import Tensor

State = tuple["Tensor", ...]
Gates = dict[str, "Tensor"]
Weights = Mapping[str, "Tensor"]


class Step(NamedTuple):
    """What one time step gives.

    Attributes:
        state: The state after the step, each tensor (B, H).
        gates: The value of every gate by name, in the cell's order, each (B, H).
        preactivations: What each gate's function was applied to, under the same names, each (B, H).
    """

    state: State
    gates: Gates
    preactivations: Gates


class Cell(Protocol):
    """What every cell offers. A new one subclasses this, says what differs and writes its ``step``.

    Attributes:
        name: The name used in configurations.
        label: The name on the screen.
        summary: One sentence for a form: what sets it apart.
        gates: Names of the gates, in the order of their row blocks in the weight matrices.
        num_states: Tensors in the state: 1 is ``(h,)``, 2 is ``(h, c)``.
        nonlinearities: What may be asked for as ``nonlinearity``; ``tanh`` alone where the equations leave no choice.
        memory_gate: The gate that decides what is kept, with 1 where a value near 1 keeps and -1 where it replaces;
            None for a cell without one.
        step_seconds: What one step of a sequence costs beside its arithmetic, forward and backward, in one direction of one
            layer: launching operations one after another. Seconds of one usual CPU core; this one is for a cell that
            runs by its own equations, without a pass of its own.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str]
    gates: ClassVar[tuple[str, ...]]
    num_states: ClassVar[int] = 1
    nonlinearities: ClassVar[tuple[str, ...]] = ("tanh",)
    memory_gate: ClassVar[tuple[str, int] | None] = None
    step_seconds: ClassVar[float] = 3e-4

    @property
    def kernel(self) -> str | None:
        """Name of torch's fused kernel that runs a whole sequence of this cell; None where there is none."""
        return None

    @property
    def bounded(self) -> bool:
        """Whether the state stays finite over any number of steps without input, whatever the weights."""
        return True

    @property
    def has_recurrent_matrix(self) -> bool:
        """Whether a matrix ``weight_hh`` mixes the units of the state; without it all steps can run at once."""
        return "weight_hh" in self.shapes(1, 1)

    def shapes(self, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        """Returns the parameters of one direction of one layer: torch's own first, in the order its kernels want.

        Args:
            input_size: F.
            hidden_size: H.
        """
        rows = len(self.gates) * hidden_size
        return {
            "weight_ih": (rows, input_size),
            "weight_hh": (rows, hidden_size),
            "bias_ih": (rows,),
            "bias_hh": (rows,),
        }

    def project(self, inputs: Tensor, weights: Weights) -> Tensor:
        """Returns the input's share of every gate, for all steps at once: (..., K) from inputs (..., F)."""
        return linear(inputs, weights["weight_ih"], weights["bias_ih"])

    @abstractmethod
    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        """Computes one time step.

        Args:
            projected: What ``project`` gave for this step: (B, K).
            state: The state before the step, each tensor (B, H).
            weights: The parameters that ``shapes`` names.
        """
        ...


def linear(values: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Returns ``values W^T + bias``: (..., K) from values (..., F), weight (K, F) and bias (K,)."""
    return bias.addmm(values.flatten(0, -2), weight.t()).unflatten(0, values.shape[:-1])


def at_least_single(values: Tensor) -> Tensor:
    """Returns values in fp32 at least: a sum over many steps would stand still in half precision."""
    return values.float() if values.element_size() < 4 else values
