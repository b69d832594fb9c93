"""A trained network in use: it answers a sequence that somebody writes, and lets itself be looked into.

Its weights are `model.recurrent` (torch's names, such as `weight_ih_l0`) and `model.output`; the columns of the input
weights stand in the order of `symbols`, the rows of the output in that of `classes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.data.kinds.sequences import words_of
from core.data.sources.made_sequences import right_answers
from core.insight.influence import Influence, as_inputs, gradient_norms, gradients_on, steps_to_end
from core.insight.states import trace_states
from core.models.class_losses import shares_of
from core.models.inputs import Vectors
from core.models.tagger import Tagger
from core.tasks.layers import layers_of
from core.tasks.options import check_number, check_texts, check_whole

BATCH = 256  # sequences that are read at once
NEAR_ENOUGH = 0.04
"""How near a sum must be to count as right: Hochreiter and Schmidhuber, 1997, "Long short-term memory", section 5.4."""


def build_model(experiment: Experiment, num_symbols: int, num_classes: int) -> Tagger:
    """The network of an experiment; with no classes it gives one number."""
    return Tagger(
        layers_of(experiment.model), Vectors(num_symbols), num_classes or 1, experiment.model.output_dropout
    )  # fmt: skip


def vectors_of(inputs: Tensor, num_symbols: int) -> Tensor:
    """What the network reads, float32 (B, T, F): symbols (B, T) one-hot, numbers as they are, nothing behind the end."""
    if inputs.is_floating_point():
        return inputs.nan_to_num(0.0)
    return F.one_hot(inputs.long() + 1, num_symbols + 1)[..., 1:].float()


class MemoryPredictor:
    """A trained network.

    Attributes:
        symbols: What its inputs are called, in order.
        classes: What its answers are called, in order; empty where it answers with a number.
        num_asked: At how many of its last steps a sequence is asked; 0: at every step.
    """

    def __init__(
        self,
        experiment: Experiment,
        model: Tagger,
        symbols: tuple[str, ...],
        classes: tuple[str, ...],
        num_asked: int,
        device: torch.device,
    ):
        self.experiment, self.model, self.device = experiment, model, device
        self.symbols, self.classes, self.num_asked = symbols, classes, num_asked

    def without_rows(self) -> MemoryPredictor:
        """The network for those who must not see rows of its data: nobody's are in it."""
        return self

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Answer sequences.

        Args:
            texts: The symbols of a sequence with spaces between them; numbers from 0 to 1, a marked one with a star; of
                several numbers a step those of one with commas between them, or 0 where all are 0.

        Returns:
            One `{"text", "steps", "answers", "right", "probabilities"}` each, lists of T: what was read, what the network
            answers and what is right, by name or as a number, None where nothing is asked (or nobody can say what is
            right); of classes how sure the network is of its answer, from 0 to 1, else None.

        Raises:
            ConfigError: No sequence, one that is too long, a symbol that there is not, or too many texts.
        """
        return [self._answered(text, self.read(text)) for text in check_texts(texts)]

    def _answered(self, text: str, inputs: np.ndarray) -> dict[str, Any]:
        outputs = self.outputs_of(inputs[None])[0]
        asked = self._asked(len(inputs))
        right = right_answers(self.experiment.data.id, inputs)
        found: dict[str, Any] = {"text": text, "steps": words_of(inputs, self.symbols)}
        if not self.classes:
            found["answers"] = [float(outputs[step, 0]) if step in asked else None for step in range(len(inputs))]
            found["right"], found["probabilities"] = right, [None] * len(inputs)
            return found
        shares = shares_of(outputs, self.experiment.training.loss)
        best = shares.argmax(-1).tolist()
        found["answers"] = [self.classes[one] if step in asked else None for step, one in enumerate(best)]
        found["right"] = [None if one is None else self.classes[int(one)] for one in right]
        found["probabilities"] = [
            float(shares[step, one]) if step in asked else None for step, one in enumerate(best)
        ]  # fmt: skip
        return found

    def _asked(self, num_steps: int) -> range:
        """The steps at which a sequence is asked."""
        return range(max(0, num_steps - self.num_asked) if self.num_asked else 0, num_steps)

    def read(self, text: str) -> np.ndarray:
        """A typed sequence as the data has it: ids (T,), or numbers (T, F).

        Raises:
            ConfigError: No sequence, one that is too long, or a symbol that there is not.
        """
        words, most = text.split(), max(200, 3 * self.experiment.data.delay)
        if len(words) > most:
            raise ConfigError.single("text", f"at most {most:,} steps", f"{len(words):,}", "Shorten the sequence.")
        if not words:
            raise ConfigError.single("text", "a sequence", "nothing", f"Such as: {self.example}")
        if self.classes and self.reads_numbers:
            return np.array([_numbers(word, len(self.symbols)) for word in words], dtype=np.float32)
        if not self.classes:
            return np.array([(_number(word), word.endswith("*")) for word in words], dtype=np.float32)
        unknown = [word for word in words if word not in self.symbols]
        if unknown:
            expected, hint = f"some of {' '.join(self.symbols)}", f"Put a space between them, such as: {self.example}"
            raise ConfigError.single("text", expected, repr(unknown[0][:40]), hint)
        return np.array([self.symbols.index(word) for word in words])

    @property
    def reads_numbers(self) -> bool:
        """Whether a step has numbers, whose names may hold spaces, and not a symbol, which one types."""
        return not self.classes or " " in self.symbols[0]

    @property
    def example(self) -> str:
        """A beginning of what can be typed."""
        if self.reads_numbers and self.classes:
            return ",".join(["0.5"] * len(self.symbols))
        return "0.25* 0.7 0.5*" if not self.classes else " ".join((self.symbols[0], *self.symbols[-2:]))

    @torch.inference_mode()
    def outputs_of(self, inputs: np.ndarray) -> Tensor:
        """What the network gives at every step of sequences of equal length: (N, T, K) on the CPU."""
        return torch.cat([self._outputs(part) for part in _parts(inputs)])

    @torch.inference_mode()
    def answers_at(self, inputs: np.ndarray, is_asked: np.ndarray) -> Tensor:
        """What it gives at the steps that are asked, sequence by sequence: (M, K) on the CPU; asked as (N, T)."""
        pairs = zip(_parts(inputs), _parts(is_asked), strict=True)
        return torch.cat([self._outputs(part)[torch.from_numpy(asked)] for part, asked in pairs])

    def _outputs(self, inputs: np.ndarray) -> Tensor:
        self.model.eval()
        vectors = vectors_of(torch.from_numpy(inputs).to(self.device), len(self.symbols))
        return self.model.read(self.model.embedding(vectors))[0].float().cpu()

    def trace(self, text: str | None = None) -> dict[str, Any]:
        """Gates and states while the network reads a sequence."""
        inputs = self.read(text or self.example)
        return trace_states(self.model.recurrent, self._vectors(inputs), words_of(inputs, self.symbols))

    def outputs(self, text: str) -> list[str]:
        """The steps of whose answer `influence` can be asked."""
        inputs = self.read(text)
        words = words_of(inputs, self.symbols)
        return [words[step] for step in self._asked(len(inputs))]

    def influence(self, text: str, output: int) -> dict[str, Influence]:
        """Of each step of a sequence on the score of the answer that is given at one of them, before the softmax.

        Args:
            text: The sequence.
            output: Which of the steps that are asked, from 0.

        Raises:
            ConfigError: As `predict`, or no such step.
        """
        (text,) = check_texts([text])
        inputs = self.read(text)
        asked = self._asked(len(inputs))
        step = asked[check_whole("output", output, 0, len(asked) - 1)]
        with gradients_on():
            vectors = as_inputs(self._vectors(inputs)[:, : step + 1])
            scores, _ = self.model.read(vectors)
            (norms,) = gradient_norms(scores[0, -1].max(), (vectors,))
        return {"": Influence.of_last(words_of(inputs, self.symbols)[: step + 1], steps_to_end(step + 1), norms)}

    def _vectors(self, inputs: np.ndarray) -> Tensor:
        return vectors_of(torch.from_numpy(inputs[None]).to(self.device), len(self.symbols))


def _number(word: str) -> float:
    try:
        value = float(word.removesuffix("*"))
    except ValueError:
        hint = "Such as: 0.25* 0.7 0.5*"
        raise ConfigError.single("text", "numbers, those to be added with a star", repr(word[:40]), hint) from None
    return check_number("text", value, 0.0, 1.0)


def _numbers(word: str, count: int) -> list[float]:
    """The numbers of one step, from 0 to 1."""
    if word == "0":
        return [0.0] * count
    found = word.split(",")
    if len(found) != count:
        hint = "Put commas between the numbers of a step and spaces between steps; 0 is a step of zeros."
        raise ConfigError.single("text", f"{count} numbers a step", str(len(found)), hint)
    return [_number(one) for one in found]


def _parts(values: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def load_predictor(experiment: Experiment, directory: Path, device: torch.device) -> MemoryPredictor:
    """A network as a run directory describes it, without its weights."""
    content = json.loads(read_plain(directory / "tokenizer.json").decode("utf-8"))
    symbols, classes = tuple(content["symbols"]), tuple(content["classes"])
    model = build_model(experiment, len(symbols), len(classes)).to(device)
    return MemoryPredictor(experiment, model, symbols, classes, content["num_asked"], device)
