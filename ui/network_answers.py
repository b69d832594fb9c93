"""What networks answered, kept for a while: who turns a knob beside an answer does not have it reckoned anew.

Bounded, shared between visitors, and gone with other weights of the run. Left out: what may be asked by whom, which a
question says itself (`GenerationPredictor.may_write`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from ui import services
from ui.answers import Answers
from ui.server_state import of_the_server

T = TypeVar("T")
NUM_ANSWERS, MAX_ANSWERS_BYTES = 60, 120_000_000


@of_the_server
def _answers() -> Answers:
    return Answers(NUM_ANSWERS, MAX_ANSWERS_BYTES)


def answered(run_id: str, question: tuple[Hashable, ...], ask: Callable[[], T]) -> T:
    """The answer to a question, from what is kept or asked for now.

    Args:
        run_id: Whose network.
        question: All that decides the answer beside the weights, with a name of its own at its beginning.
        ask: Has the network answer.

    Raises:
        ConfigError: The run has no weights yet, and what `ask` raises.
    """
    found: T = _answers().get((run_id, services.weights_of(run_id)[0], question), ask)
    return found
