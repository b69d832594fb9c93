"""Steps on an NVIDIA GPU, recorded once as a CUDA graph and played from then on.

A small network keeps a GPU busy for less time than Python takes to launch its kernels one by one; a graph launches
all of them at once. A record reads and writes fixed places in memory, so batch and carried state are copied there
first. A record must prove itself: the step is done both ways, and a record that learns something else is thrown away.
What cannot be recorded is trained as everywhere else, with the reason in the log. Not yet run on a GPU.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.tasks.base import RecordableTask

WARM_UP = 3  # steps of a kind before it is recorded: libraries and optimizer get ready in them
MOST_RECORDS = 4  # each keeps the memory of a whole step
TOLERANCE = 0.05  # of how far a step moves things, for rounding and for the order of sums

log = logging.getLogger(__name__)


class CudaMachine:
    """The current CUDA device, with a stream of its own for everything that prepares a record or is one."""

    def __init__(self) -> None:
        self._stream = torch.cuda.Stream()

    def capture(self, function: Callable[[], None]) -> Callable[[], None]:
        """Record what a function does without doing it; returns what does it. RuntimeError where it cannot be."""
        graph, generator = torch.cuda.CUDAGraph(), torch.cuda.default_generators[torch.cuda.current_device()]
        try:
            # In that mode other threads of this process may go on using the GPU meanwhile.
            with (
                torch.cuda.stream(self._stream),
                torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"),
            ):
                function()
        except RuntimeError:
            # A generator that took part in a failed record refuses to draw: give it a state of its own again.
            generator.graphsafe_set_state(torch.Generator(generator.device).graphsafe_get_state())
            raise
        return graph.replay

    def aside(self, function: Callable[[], int]) -> int:
        """Do a step plainly, on the stream on which it may be recorded later."""
        here = torch.cuda.current_stream()
        self._stream.wait_stream(here)
        with torch.cuda.stream(self._stream):
            result = function()
        here.wait_stream(self._stream)
        return result


@dataclass(frozen=True)
class _Record:
    """A recorded step: the places that it reads, what plays it, the state that it leaves, its number of tokens."""

    reads: list[Tensor]
    play: Callable[[], None]
    leaves: dict[str, Any]
    num_tokens: int


class Recorder:
    """Does the steps of a task, from records where there are some.

    Args:
        task: Gives batches; its carried state goes through the records.
        learn: Does a step with a batch and returns its number of tokens.
        changed: Every tensor that a step changes in place.
        seed: Sets the random numbers to the start of a step.
        machine: Where it happens.
    """

    def __init__(
        self,
        task: RecordableTask,
        learn: Callable[[tuple[Tensor, ...]], int],
        changed: Callable[[], list[Tensor]],
        seed: Callable[[int], None],
        machine: CudaMachine,
    ):
        self._task, self._learn, self._changed, self._seed, self._machine = task, learn, changed, seed, machine
        self._records: dict[Any, _Record] = {}
        self._seen: Counter[Any] = Counter()  # steps of each kind
        self.given_up: str | None = None  # why nothing is recorded any more

    def __call__(self, step: int) -> int:
        """Do a step, counted from 0, and return its number of tokens."""
        self._seed(step)
        batch = self._task.batch(step)
        now = [*batch, *_tensors(self._task.carried())]
        kind = tuple((tensor.shape, tensor.dtype) for tensor in now)
        if record := self._records.get(kind):
            for place, tensor in zip(record.reads, now, strict=True):
                place.copy_(tensor)
            record.play()
            self._task.restore_carried(record.leaves)
            return record.num_tokens
        self._seen[kind] += 1
        if self.given_up is not None or self._seen[kind] <= WARM_UP or len(self._records) == MOST_RECORDS:
            return self._machine.aside(lambda: self._learn(batch))
        return self._record(kind, batch, step)

    def _record(self, kind: Any, batch: tuple[Tensor, ...], step: int) -> int:
        """Record a kind of step, and do this step the plain way too: that one counts, and the record must agree."""
        carried, before = self._task.carried(), _copies(self._changed())
        record, recorded, reason = None, [], "A recorded step learnt something else than a plain one."
        try:
            self._seed(step + 1)  # a record that kept random numbers instead of drawing new ones will be found out
            record = self._capture(batch)
            self._seed(step)
            record.play()
            recorded = _copies([*self._changed(), *_tensors(record.leaves)])
        except RuntimeError as error:
            reason = str(error)
        for place, tensor in zip(self._changed(), before, strict=True):
            place.copy_(tensor)
        self._task.restore_carried(carried)
        self._seed(step)
        num_tokens = self._machine.aside(lambda: self._learn(batch))
        plain = [*self._changed(), *_tensors(self._task.carried())]
        before += [torch.zeros_like(tensor) for tensor in plain[len(before) :]]
        if recorded and record is not None and _agree(before, recorded, plain):
            self._records[kind] = record
        else:
            self.given_up = reason
            self._records.clear()
            log.warning("Steps are not recorded as a CUDA graph: %s", reason)
        return num_tokens

    def _capture(self, batch: tuple[Tensor, ...]) -> _Record:
        places = tuple(_copies(batch))
        carried = {
            name: tuple(_copies(value)) if value is not None else None for name, value in self._task.carried().items()
        }
        self._task.restore_carried(carried)
        counts: list[int] = []
        play = self._machine.capture(lambda: counts.append(self._learn(places)))
        return _Record([*places, *_tensors(carried)], play, self._task.carried(), counts[0])


def _tensors(carried: dict[str, Any]) -> list[Tensor]:
    """The tensors of a carried state, in order: its values are tuples of tensors, or None."""
    return [tensor for value in carried.values() if value is not None for tensor in value]


def _copies(tensors: Iterable[Tensor]) -> list[Tensor]:
    return [tensor.detach().clone() for tensor in tensors]


def _agree(before: list[Tensor], recorded: list[Tensor], plain: list[Tensor]) -> bool:
    """Whether two steps from the same start ended at the same place, as far as rounding lets them."""
    return all(
        bool((one - other).norm() <= TOLERANCE * (other - start).norm() + 1e-6 * other.norm())
        for start, one, other in zip(before, recorded, plain, strict=True)
    )
