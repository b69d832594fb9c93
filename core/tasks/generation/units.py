"""The units of a language model over a text, and the same network with some of them silenced, held or scaled.

Left out: which units go along with what (core/insight/units.py), what is asked of characters (core/insight/probes.py).

Shape letters: L layers, T characters, H hidden.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from core.config.errors import ConfigError
from core.data.letters import written_tokens
from core.data.text import EOS
from core.decoding import generate, until
from core.insight.probes import match_brackets
from core.insight.states import NAMES, layers_of
from core.models.recurrent import Recurrent
from core.models.stepping import TokenSteps, UnitEdit
from core.tasks.options import check_may_write, check_texts, check_whole
from core.uncertainty import ratio_residuals, standard_error

if TYPE_CHECKING:
    from core.tasks.generation.predictor import GenerationPredictor

MOST_READ = 4_000
"""Characters of a text whose units are compared with what is asked of it."""
MOST_STATE_NUMBERS = 20_000_000
"""Of all states that are kept of a text: of a large network fewer characters are read."""
MOST_TWINS, MOST_TWIN_LENGTH = 32, 1_000
ROOM = 200
"""Brackets opened in so many last characters of a text do not count: they had no room to be closed."""
_TWO_SIDED = 1.96


@dataclass(frozen=True)
class UnitReading:
    """A text as a network has read it.

    Attributes:
        ids, characters: T of both.
        states: Every state of every unit after each character, by its name: (L, T, H), the output first.
        is_cut: Whether the text went on.
    """

    ids: tuple[int, ...]
    characters: tuple[str, ...]
    states: dict[str, np.ndarray]
    is_cut: bool

    @property
    def text(self) -> str:
        return "".join(self.characters)


@dataclass(frozen=True)
class Unclosed:
    """How often a network leaves a bracket open.

    Attributes:
        opened, unclosed: Brackets, and those of them that were never closed, over all texts.
        share: Unclosed per opened; None where none was opened.
        low, high: An interval that holds the share in 95 of 100 cases.
    """

    opened: int
    unclosed: int
    share: float | None
    low: float = 0.0
    high: float = 1.0


def count_unclosed(texts: Sequence[str], room: int = ROOM) -> Unclosed:
    """Count the brackets that some texts open and do not close.

    The interval is Wilson's, for as many brackets as the texts are worth: brackets of one text hang together, so they are
    fewer than were opened where the texts differ by more than chance.

    Args:
        texts: All drawn in the same way.
        room: Characters at the end of each in which a bracket that opens does not count.

    Reference: Wilson, 1927, "Probable inference, the law of succession, and statistical inference"; Kish, 1965, "Survey
        sampling", section 8.2 (the number that clustered draws are worth).
    """
    opened, unclosed = [], []
    for text in texts:
        found = match_brackets(text)
        counted = [closed for at, closed in zip(found.opened, found.closed, strict=True) if at < len(text) - room]
        opened.append(len(counted))
        unclosed.append(len(counted) - sum(counted))
    total, left = sum(opened), sum(unclosed)
    if not total:
        return Unclosed(0, 0, None)
    share, worth = left / total, float(total)
    error = standard_error(ratio_residuals(unclosed, opened))
    if error:
        worth = min(worth, share * (1 - share) / error**2) or 1.0
    middle = (share + _TWO_SIDED**2 / (2 * worth)) / (1 + _TWO_SIDED**2 / worth)
    spread = math.sqrt(share * (1 - share) / worth + _TWO_SIDED**2 / (4 * worth**2)) / (1 + _TWO_SIDED**2 / worth)
    half = _TWO_SIDED * spread
    return Unclosed(total, left, share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))


@dataclass(frozen=True)
class Twin:
    """What a network wrote, several times.

    Attributes:
        texts: With the prompt.
        unclosed: Of all of them.
    """

    texts: tuple[str, ...]
    unclosed: Unclosed


class Units:
    """The units of one network, and what may be asked of them.

    Args:
        network: Whose they are.

    Attributes:
        most_read: Characters of a text, of whichever network.
    """

    most_read = MOST_READ

    def __init__(self, network: GenerationPredictor):
        self._network = network

    @property
    def refused(self) -> str:
        """Why the units of a network cannot be looked for character by character; "" where they can."""
        if self._network.tokenizer.unit != "character":
            return "This network reads whole words or pieces; units are looked for in networks that read characters."
        return ""

    @torch.inference_mode()
    def read(self, text: str) -> UnitReading:
        """Read a text character by character and keep all states.

        Raises:
            ConfigError: There is none, or it is too long.
            ValueError: The network has no units over characters, see `refused`.
        """
        (text,) = check_texts([text])
        if refused := self.refused:
            raise ValueError(refused)
        layers = self._network.model.recurrent
        assert isinstance(layers, Recurrent)
        a_step = layers.num_layers * layers.hidden_size * layers.cell.num_states
        whole = self._network.tokenizer.encode(text).tolist()
        ids = whole[: max(1, min(MOST_READ, MOST_STATE_NUMBERS // a_step))]
        step = TokenSteps(self._network.model)
        state, kept = self._network.opened(text) or step.start(1), []
        for token_id in torch.tensor(ids, device=self._network.device)[:, None]:
            _, state, _ = step(token_id, state)
            kept.append([part[:, 0] for part in state])
        order = sorted(range(layers.cell.num_states), key=lambda place: place != layers.cell.output_place)
        states = {}
        for place in order:
            name = "h" if place == layers.cell.output_place else layers.cell.states[place]
            stacked = torch.stack([parts[place] for parts in kept], dim=1).float().cpu().numpy()
            states["hidden state" if name == "h" else NAMES.get(name, name)] = stacked
        written = written_tokens(self._network.tokenizer, text, ids)
        characters = tuple(sign if len(sign) == 1 else "\ufffd" for sign in written)
        return UnitReading(tuple(ids), characters, states, len(ids) < len(whole))

    @torch.inference_mode()
    def gates(self, reading: UnitReading, layer: int, unit: int, begin: int, end: int) -> dict[str, np.ndarray]:
        """States and gates of one unit over a part of a text that was read.

        Args:
            begin, end: The first character of the part and the one behind its last.

        Returns:
            By name (end - begin,), states first.
        """
        layers = self._network.model.recurrent
        assert isinstance(layers, Recurrent)
        before = self._network.opened(reading.text)
        if begin:
            names = {name: "hidden state" if name == layers.cell.output else NAMES.get(name, name)
                     for name in layers.cell.states}  # fmt: skip
            rows = [reading.states[names[name]][:, begin - 1] for name in layers.cell.states]
            before = tuple(torch.from_numpy(row)[:, None].to(self._network.device) for row in rows)
        inputs = self._network.model.embedding(torch.tensor([reading.ids[begin:end]], device=self._network.device))
        values = layers_of(layers.trace(inputs, state=before))[layer]["values"]
        return {name: array[:, unit] for name, array in values.items() if not name.endswith("pre-activation")}

    @torch.inference_mode()
    def twin(
        self,
        prompt: str,
        edits: Sequence[UnitEdit] = (),
        num_texts: int = 16,
        length: int = 600,
        seed: int = 0,
        **drawn: Any,
    ) -> Twin:
        """Continue a prompt several times with some units edited from the first character of the prompt on.

        The same seed gives the same random numbers whatever is edited, so that two differ by the edits alone.

        Args:
            prompt: May be empty.
            edits: None for the network as it is.
            num_texts, length: How many texts, of how many characters behind the prompt.
            drawn: As `GenerationPredictor.sampling` takes it.

        Raises:
            ConfigError: An option out of range, or a network that may not write.
        """
        check_may_write(self._network.may_write)
        (prompt,) = check_texts([prompt], "prompt", allow_empty=True)
        check_whole("texts", num_texts, 1, MOST_TWINS)
        check_whole("length", length, 1, MOST_TWIN_LENGTH)
        check_whole("seed", seed, 0, 2**31 - 1)
        if len(prompt) > MOST_READ:
            raise ConfigError.single("prompt", f"at most {MOST_READ:,} characters", f"{len(prompt):,}", "Shorten it.")
        step = TokenSteps(self._network.model, edits)
        state = step.start(num_texts)
        for token_id in self._network.beginning_ids(prompt):
            logits, state, _ = step(torch.full((num_texts,), token_id, device=self._network.device), state)
        generator = torch.Generator().manual_seed(seed)
        sampling = self._network.sampling(**drawn)
        tokens = generate(
            step, logits.float(), state, length, sampling, generator=generator, banned_ids=self._network.never, stop_id=EOS
        )  # fmt: skip
        rows = [until(row, EOS) for row in torch.stack(list(tokens), dim=1).tolist()]
        texts = tuple(prompt + "".join(map(self._network.tokenizer.token, row)) for row in rows)
        return Twin(texts, count_unclosed(texts))

    def at_work(self, prompt: str, line: str, length: int, seed: int = 0) -> dict[str, Any]:
        """What it writes, and how it reads a line: a look at a network that is compared with itself at other moments.

        Args:
            prompt, length, seed: As the network's `predict` takes them.
            line: May be empty.

        Returns:
            `text`, with the prompt; of the line `surprise` as the method gives it, its `tokens`, and the `values` of its last
            layer by name, states and gates, each (T, H).
        """
        text = prompt + self._network.predict([prompt], length=length, seed=seed)[0]["text"]
        if not line.strip():
            return {"text": text, "surprise": [], "tokens": [], "values": {}}
        read = self._network.trace(line)
        values = {name: one for name, one in read["layers"][-1]["values"].items() if "pre-activation" not in name}
        return {"text": text, "surprise": self._network.surprise(line), "tokens": read["tokens"], "values": values}
