"""Backpropagation through time by hand, for the smallest recurrent network there is.

One number in, one number kept, two shared weights, no nonlinearity, a squared error at the end or at every step::

    h_t = u x_t + w h_{t-1}            t = 1 ... T, from h_0
    L   = sum over the steps t that have a target of (h_t - y_t)^2

Unfolded, it is a feed-forward network with T layers that share u and w. The gradient walks back through them::

    d_T     = dL/dh_T     = 2 (h_T - y_T)
    d_{t-1} = dL/dh_{t-1} = w d_t + 2 (h_{t-1} - y_{t-1})      the second part only where step t-1 has a target
    dL/du   = sum over t of d_t x_t
    dL/dw   = sum over t of d_t h_{t-1}

With one error at the end d_t = 2 (h_T - y) w^(T-t): the power of w is the whole story of vanishing (|w| < 1) and exploding
(|w| > 1) gradients. Plain numbers, no torch, so that every one of them can be shown. The same record of a network with
a tanh, and of windows that cut the gradient, is in unfolding.py; of real networks gradients.py tells.

Reference:
    Werbos, 1990, "Backpropagation through time: what it does and how to do it"; the unfolding goes back to Rumelhart,
    Hinton and Williams, 1986, "Learning internal representations by error propagation".
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bptt:
    """One forward and one backward pass of a network with one unit. Places in the tuples are steps, t = 1 first.

    Attributes:
        u: Weight of the input.
        w: Weight of the state.
        xs: x_1 to x_T.
        targets: y_1 to y_T, None where a step has no error.
        states: h_0 to h_T: T + 1 numbers.
        slopes: The nonlinearity's slope f' at each step: T numbers, all 1 for the linear network.
        losses: The squared error of each step, 0 where there is no target: T numbers.
        direct: What the step's own error asks of h_t, 2 (h_t - y_t) or 0: T numbers.
        deltas: dL/dh_t, all of it: T numbers.
        u_terms: d_t f'_t x_t, what step t adds to dL/du: T numbers.
        w_terms: d_t f'_t h_{t-1}, what step t adds to dL/dw: T numbers.
    """

    u: float
    w: float
    xs: tuple[float, ...]
    targets: tuple[float | None, ...]
    states: tuple[float, ...]
    slopes: tuple[float, ...]
    losses: tuple[float, ...]
    direct: tuple[float, ...]
    deltas: tuple[float, ...]
    u_terms: tuple[float, ...]
    w_terms: tuple[float, ...]

    @property
    def loss(self) -> float:
        """L."""
        return sum(self.losses)

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


def linear_bptt(
    u: float, w: float, xs: Sequence[float], target: float | Sequence[float | None], initial_state: float = 0.0
) -> Bptt:
    """Runs the linear network forward and its errors back through time.

    Args:
        u: Weight of the input.
        w: Weight of the state.
        xs: x_1 to x_T.
        target: y, for an error at the end only; or y_1 to y_T, None at steps without an error.
        initial_state: h_0.

    Raises:
        ValueError: If there is no input, or not a target for each.
    """
    targets = all_targets(xs, target)
    states = [float(initial_state)]
    for x in xs:
        states.append(u * x + w * states[-1])
    errors = [0.0 if y is None else h - y for h, y in zip(states[1:], targets, strict=True)]
    direct = [2 * error for error in errors]
    deltas = [direct[-1]]
    for own in reversed(direct[:-1]):
        deltas.insert(0, own + w * deltas[0])
    return Bptt(
        u=float(u),
        w=float(w),
        xs=tuple(xs),
        targets=targets,
        states=tuple(states),
        slopes=(1.0,) * len(xs),
        losses=tuple(error**2 for error in errors),
        direct=tuple(direct),
        deltas=tuple(deltas),
        u_terms=tuple(delta * x for delta, x in zip(deltas, xs, strict=True)),
        w_terms=tuple(delta * before for delta, before in zip(deltas, states[:-1], strict=True)),
    )


def all_targets(xs: Sequence[float], target: float | Sequence[float | None]) -> tuple[float | None, ...]:
    """Returns a target for each step, None where there is no error.

    Raises:
        ValueError: If there is no input, or not a target for each.
    """
    if len(xs) == 0:
        raise ValueError("xs: expected at least one input, got none")
    if not isinstance(target, Sequence):
        return (None,) * (len(xs) - 1) + (float(target),)
    if len(target) != len(xs):
        raise ValueError(f"target: expected one for each of {len(xs)} inputs, got {len(target)}")
    return tuple(target)
