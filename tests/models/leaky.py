"""A cell that only tests have, unlike all others: what it hands on is the second tensor of its state."""

from types import MappingProxyType

from core.models import cells
from core.models.cells import Cell, Step
from core.models.cells.base import linear


class Leaky(Cell):
    """A leaky memory, shown through a tanh::

    a   = sigmoid(W x_t + b + U h_{t-1} + d)
    m_t = a * m_{t-1} + (1 - a) * (W x_t + b + U h_{t-1} + d)
    h_t = tanh(m_t)
    """

    name = "leaky"
    label = "Leaky memory"
    summary = "A memory that leaks."
    gates = ("leak", "new")
    states = ("memory", "h")
    memory_gate = ("leak", 1)

    def step(self, projected, state, weights):
        memory, h = state
        total_a, new = (projected + linear(h, weights["weight_hh"], weights["bias_hh"])).chunk(2, dim=-1)
        leak = total_a.sigmoid()
        memory = leak * memory + (1 - leak) * new
        return Step((memory, memory.tanh()), {"leak": leak, "new": new}, {"leak": total_a, "new": new})


WITH_LEAKY = MappingProxyType({**cells.CELLS, "leaky": Leaky})
