"""The eigenvalues of the recurrent weights: where they lie says what happens to a state that goes round and round.

Inside the unit circle a linear network forgets in the end, outside it blows up, on it it remembers. Before the end it
may grow all the same: unless a matrix is normal, its largest singular value, by which one step can lengthen a state, is
above its largest eigenvalue. A nonlinearity with slopes at most 1 multiplies the rows by them. That never raises the
singular value, but of a matrix that is not normal it can raise eigenvalues: [[3, 3], [-3, -3]] has none but 0, with
slopes 1 and 1/2 one of 1.5. Gated cells have one recurrent matrix a gate. The Jacobians of a run, which know the
slopes at every step, are those of jacobians.py.

Shape letters: H hidden.

Reference:
    Pascanu, Mikolov and Bengio, 2013, "On the difficulty of training recurrent neural networks", section 2.1.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.models.recurrent import Recurrent

MAX_SIZE = 1_024
"""Most units, H: about a second a gate."""


@dataclass(frozen=True)
class Spectrum:
    """The recurrent matrix of one gate.

    Attributes:
        layer: Which layer, from 0.
        direction: ``forward`` or ``backward``.
        gate: Name of the gate, as the cell has it.
        eigenvalues: (H,), complex, on the CPU, the largest in size first.
        spectral_radius: Size of the largest eigenvalue.
        spectral_norm: Largest singular value, never below the radius: the most by which the matrix lengthens a vector,
            and with slopes at most 1 still the most; the radius bounds neither.
    """

    layer: int
    direction: str
    gate: str
    eigenvalues: Tensor
    spectral_radius: float
    spectral_norm: float


def recurrent_eigenvalues(recurrent: Recurrent) -> list[Spectrum]:
    """Computes the eigenvalues of every recurrent matrix, without dropout on weights.

    Returns:
        One record for each layer, direction and gate, in that order. None for cells whose gates do not read the state.

    Raises:
        ValueError: If H is above ``MAX_SIZE``, where the answer would take long.
    """
    if recurrent.hidden_size > MAX_SIZE:
        raise ValueError(f"hidden_size: expected at most {MAX_SIZE} for eigenvalues, got {recurrent.hidden_size}")
    weights = dict(recurrent.named_parameters())
    found = []
    for layer in range(recurrent.num_layers):
        for direction in ("forward", "backward")[: recurrent.num_directions]:
            weight = weights.get(f"weight_hh_l{layer}" + ("_reverse" if direction == "backward" else ""))
            if weight is None:
                continue
            blocks = weight.detach().to("cpu", torch.float64).split(recurrent.hidden_size)
            for gate, block in zip(recurrent.cell.gates, blocks, strict=True):
                found.append(_spectrum(layer, direction, gate, block))
    return found


def _spectrum(layer: int, direction: str, gate: str, matrix: Tensor) -> Spectrum:
    values = torch.linalg.eigvals(matrix)
    values = values[values.abs().argsort(descending=True, stable=True)]
    norm = float(torch.linalg.matrix_norm(matrix, ord=2))
    return Spectrum(layer, direction, gate, values, float(values[0].abs()), norm)
