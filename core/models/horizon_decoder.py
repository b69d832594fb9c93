"""A decoder for series: from what an encoder knows of a window to a state for each step, or segment, of the horizon.

It reads where in the horizon it is and what is known ahead of that step, never a forecast of its own, so the whole horizon is
one pass. Left out: the layer that turns its states into values (``core.models.forecaster``).

Shape letters: B batch, M segments of the horizon, K numbers known ahead of one of them, H hidden.
"""

import torch
from torch import Tensor, nn

from core.models.cells import State
from core.models.stack import Stack

DECODERS = ("recurrent", "parallel")


class HorizonDecoder(nn.Module):
    """Recurrent layers that start from the encoder's last state.

    Args:
        stack: The layers; they read in one direction and have no first state of their own.
        num_segments: M.
        num_ahead: Numbers known ahead of one segment, K; 0 for none.
        decoder: ``recurrent`` goes from segment to segment; ``parallel`` goes from the encoder's state to each of them in a
            single step, so that no error is handed on.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Sutskever et al., 2014, "Sequence to sequence learning with neural networks", over values; ``parallel``: Lin et al.,
        2023, "SegRNN", section 4.2 (parallel multi-step forecasting).
    """

    def __init__(self, stack: Stack, num_segments: int, num_ahead: int = 0, decoder: str = "recurrent") -> None:
        super().__init__()
        if decoder not in DECODERS:
            raise ValueError(f"decoder: expected one of {', '.join(DECODERS)}, got {decoder!r}")
        size = position_size(stack.hidden_size)
        self.position = nn.Parameter(torch.randn(num_segments, size))
        self.recurrent = stack.build(size + num_ahead, initial_state="zero")
        self.decoder = decoder

    def forward(self, state: State, ahead: Tensor | None = None) -> Tensor:
        """States for the whole horizon.

        Args:
            state: The encoder's, as :class:`core.models.recurrent.Recurrent` returns it.
            ahead: (B, M, K), what is known ahead; None where nothing is.

        Returns:
            (B, M, H).
        """
        batch_size = state[0].shape[1]
        vectors = self.position.expand(batch_size, -1, -1)
        if ahead is not None:
            vectors = torch.cat([vectors, ahead], dim=-1)
        if self.decoder == "recurrent":
            return self.recurrent(vectors, state=state)[0]
        num_segments = vectors.shape[1]
        started = tuple(part.repeat_interleave(num_segments, dim=1) for part in state)
        hidden, _ = self.recurrent(vectors.flatten(0, 1)[:, None], state=started)
        return hidden.unflatten(0, (batch_size, num_segments))[:, :, 0]


def position_size(hidden_size: int) -> int:
    """Numbers that say where in the horizon a segment is."""
    return max(2, hidden_size // 2)
