"""Backpropagation through time by hand, for the smallest recurrent network there is.

One number in, one number kept, two shared weights, no nonlinearity, one error at the end::

    h_t = u x_t + w h_{t-1}            t = 1 ... T, from h_0
    L   = (h_T - y)^2

Unfolded, it is a feed-forward network with T layers that share u and w. The gradient walks back through them::

    d_T     = dL/dh_T     = 2 (h_T - y)
    d_{t-1} = dL/dh_{t-1} = w d_t                      so d_t = 2 (h_T - y) w^(T-t)
    dL/du   = sum over t of d_t x_t
    dL/dw   = sum over t of d_t h_{t-1}

The power of w is the whole story of vanishing (|w| < 1) and exploding (|w| > 1) gradients. Plain numbers, no torch, so
that every one of them can be shown. Of real networks gradients.py tells.

Reference:
    Werbos, 1990, "Backpropagation through time: what it does and how to do it"; the unfolding goes back to Rumelhart,
    Hinton and Williams, 1986, "Learning internal representations by error propagation".
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LinearBptt:
    """One forward and one backward pass. Places in the tuples are steps, t = 1 first.

    Attributes:
        u: Weight of the input.
        w: Weight of the state.
        states: h_0 to h_T: T + 1 numbers.
        loss: L.
        deltas: dL/dh_t: T numbers.
        u_terms: d_t x_t, what step t adds to dL/du: T numbers.
        w_terms: d_t h_{t-1}, what step t adds to dL/dw: T numbers.
    """

    u: float
    w: float
    states: tuple[float, ...]
    loss: float
    deltas: tuple[float, ...]
    u_terms: tuple[float, ...]
    w_terms: tuple[float, ...]

    @property
    def u_gradient(self) -> float:
        """dL/du."""
        return sum(self.u_terms)

    @property
    def w_gradient(self) -> float:
        """dL/dw."""
        return sum(self.w_terms)

    def truncated(self, num_steps: int) -> tuple[float, float]:
        """Returns dL/du and dL/dw as seen by a walk back that stops after ``num_steps`` steps.

        Raises:
            ValueError: If ``num_steps`` is not from 1 to T.
        """
        if not 1 <= num_steps <= len(self.deltas):
            raise ValueError(f"num_steps: expected 1 to {len(self.deltas)}, got {num_steps}")
        return sum(self.u_terms[-num_steps:]), sum(self.w_terms[-num_steps:])

    def updated(self, learning_rate: float) -> tuple[float, float]:
        """Returns u and w after one step of gradient descent: each less ``learning_rate`` times its gradient."""
        return self.u - learning_rate * self.u_gradient, self.w - learning_rate * self.w_gradient


def linear_bptt(u: float, w: float, xs: Sequence[float], target: float, initial_state: float = 0.0) -> LinearBptt:
    """Runs the linear network forward and its error back through time.

    Args:
        u: Weight of the input.
        w: Weight of the state.
        xs: x_1 to x_T.
        target: y.
        initial_state: h_0.

    Raises:
        ValueError: If there is no input.
    """
    if len(xs) == 0:
        raise ValueError("xs: expected at least one input, got none")
    states = [float(initial_state)]
    for x in xs:
        states.append(u * x + w * states[-1])
    error = states[-1] - target
    deltas = [2 * error]
    for _ in xs[1:]:
        deltas.insert(0, w * deltas[0])
    return LinearBptt(
        u=float(u),
        w=float(w),
        states=tuple(states),
        loss=error**2,
        deltas=tuple(deltas),
        u_terms=tuple(delta * x for delta, x in zip(deltas, xs, strict=True)),
        w_terms=tuple(delta * before for delta, before in zip(deltas, states[:-1], strict=True)),
    )
