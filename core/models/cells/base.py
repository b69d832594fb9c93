"""What a cell is: one time step as equations, with named gates, state in and state out, nothing stored.

A cell owns no parameters: :class:`core.models.recurrent.Recurrent` holds them under torch's names and passes them in, so
that the same weights also run through torch's fused kernels. Beside its equations a cell may have a scan, a faster way
through a whole sequence. The configuration reads names, gates and shapes from here, so torch is imported when something
is computed (lazily.py).

Shape letters: B batch, T time, F features, H hidden; K is the width of a cell's projected input.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, Protocol

from core.models.cells.lazily import torch
from core.models.cells.wiring import Wire

if TYPE_CHECKING:
    from torch import Tensor

Tensors = tuple["Tensor", ...]
State = Tensors
Gates = dict[str, "Tensor"]
Weights = Mapping[str, "Tensor"]
Gradients = tuple["Tensor | None", ...]


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
        states: Names of the tensors in the state, in their order: ``("h",)``, or ``("h", "c")`` with a cell state.
        output: The one of them that a layer hands on as its output.
        nonlinearities: What may be asked for as ``nonlinearity``; ``tanh`` alone where the equations leave no choice.
        memory_gate: The gate that decides what is kept, with 1 where a value near 1 keeps and -1 where it replaces;
            None for a cell without one.
        in_half: What of its scan may be computed in half precision under autocast: ``all`` of it, ``products`` alone
            (states that are sums over all steps would stand still), or ``nothing``.
        step_seconds: What one step of a sequence costs beside its arithmetic, forward and backward, in one direction of
            one layer: launching operations one after another. Seconds of one usual CPU core; this one is for a cell
            that has no scan of its own.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str]
    gates: ClassVar[tuple[str, ...]]
    states: ClassVar[tuple[str, ...]] = ("h",)
    output: ClassVar[str] = "h"
    nonlinearities: ClassVar[tuple[str, ...]] = ("tanh",)
    memory_gate: ClassVar[tuple[str, int] | None] = None
    in_half: ClassVar[Literal["all", "products", "nothing"]] = "all"
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
    def wiring(self) -> tuple[Wire, ...]:
        """The equations of ``step`` as wires, up to the new state; without any the cell has no picture."""
        return ()

    @property
    def num_states(self) -> int:
        """Tensors in the state."""
        return len(self.states)

    @property
    def output_place(self) -> int:
        """Which tensor of the state is the output, from 0."""
        return self.states.index(self.output)

    @property
    def has_recurrent_matrix(self) -> bool:
        """Whether a matrix ``weight_hh`` mixes the units of the state; without it all steps can run at once."""
        return "weight_hh" in self.shapes(1, 1)

    @property
    def has_scan(self) -> bool:
        """Whether the cell has a faster way through a sequence than one step of its equations after the other."""
        return type(self).scan is not Cell.scan

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

    def scan(self, inputs: Tensor, state: State, weights: Weights) -> Tensors:
        """Runs a whole sequence, here by the equations, which torch differentiates; with a faster way, override this.

        Args:
            inputs: (T, B, F).
            state: Before the first step, each (B, H).
            weights: The parameters that ``shapes`` names, all of one type.

        Returns:
            Each tensor of the state after every step, (T, B, H); once differentiable is enough.
        """
        steps = []
        for projected in self.project(inputs, weights).unbind(0):
            state = self.step(projected, state, weights).state
            steps.append(state)
        return tuple(torch.stack(parts) for parts in zip(*steps, strict=True))


def linear(values: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Returns ``values W^T + bias``: (..., K) from values (..., F), weight (K, F) and bias (K,)."""
    return bias.addmm(values.flatten(0, -2), weight.t()).unflatten(0, values.shape[:-1])


def at_least_single(values: Tensor) -> Tensor:
    """Returns values in fp32 at least: a sum over many steps would stand still in half precision."""
    return values.float() if values.element_size() < 4 else values
