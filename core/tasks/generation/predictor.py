"""A trained language model in use: it continues a prompt, says what may come next and how it reads a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.plain_files import read_plain
from core.data.letters import written_tokens
from core.data.text import BOS, EOS, PAD, UNK, Tokenizer, load_tokenizer
from core.decoding import generate, until
from core.insight.influence import Influence
from core.insight.states import trace_states
from core.models.language_model import LanguageModel
from core.models.stepping import TokenSteps
from core.sampling import Sampling, next_probabilities
from core.tasks.generation.connections import MOST_TRACED, Connections, connections, influence, likeliest, traced
from core.tasks.generation.scoring import NextWords, Score, next_words, score
from core.tasks.generation.units import Units
from core.tasks.layers import stack_of, tokens_of
from core.tasks.options import check_may_write, check_number, check_texts, check_whole

NEVER_WRITTEN = (PAD, UNK, BOS, EOS)  # the stop token excepted where items stand apart, which end with it
MOST_ITEMS = 100
MOST_TOP_K = 1_000_000  # as many as there are tokens, or more, are all of them


def build_model(experiment: Experiment, vocab_size: int) -> LanguageModel:
    """The language model of an experiment."""
    model = experiment.model
    tokens = tokens_of(model, vocab_size, None)
    return LanguageModel(stack_of(model), tokens, vocab_size, model.output_dropout, model.tied_embeddings)


class GenerationPredictor:
    """A trained language model that continues text."""

    may_write = True  # what it writes comes from the texts that it has read
    most_traced = MOST_TRACED

    def __init__(self, experiment: Experiment, model: LanguageModel, tokenizer: Tokenizer, device: torch.device):
        self.experiment, self.model, self.tokenizer, self.device = experiment, model, tokenizer, device
        self.apart = experiment.data.items == "apart"
        """Whether it has read items that stand apart: a text begins with a start token, and may end by itself."""
        self.never = NEVER_WRITTEN[:3] if self.apart else NEVER_WRITTEN

    def predict(
        self,
        prompts: Sequence[str],
        temperature: float = 0.8,
        length: int = 200,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
        repetition_penalty: float = 1.0,
        one_line: bool = False,
    ) -> list[dict[str, Any]]:
        """Continue each prompt.

        Args:
            prompts: What the text starts with; may be empty.
            temperature: 0 always takes the likeliest token.
            length: Tokens to write.
            top_k, top_p: Draw among the likeliest tokens only.
            seed: The same seed gives the same text.
            repetition_penalty: Above 1 makes the last 64 written tokens rarer, in proportion to their log-probability.
            one_line: Whether the text ends with the first token that ends a line.

        Returns:
            One `{"prompt", "text", "unknown"}` each; `text` is what follows the prompt, `unknown` the characters or
            words of the prompt that the network does not know.

        Raises:
            ConfigError: An option out of range.
        """
        prompts = check_texts(prompts, "prompt", allow_empty=True)
        return [
            {
                "prompt": prompt,
                "text": "".join(
                    self.stream(prompt, temperature, length, top_k, top_p, seed, repetition_penalty, one_line)
                ),
                "unknown": self.unknown(prompt),
            }
            for prompt in prompts
        ]

    def stream(
        self,
        prompt: str,
        temperature: float = 0.8,
        length: int = 200,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
        repetition_penalty: float = 1.0,
        one_line: bool = False,
    ) -> Iterator[str]:
        """The pieces of a continuation, as they are written. Arguments and errors as for `predict`."""
        check_may_write(self.may_write)
        (prompt,) = check_texts([prompt], "prompt", allow_empty=True)
        check_whole("length", length, 1, Limits().max_prediction_tokens)
        check_whole("seed", seed, 0, 2**31 - 1)
        if not isinstance(one_line, bool):
            raise ConfigError.single("one_line", "true or false", repr(one_line)[:80], "Leave it out for whole texts.")
        sampling = self.sampling(temperature, top_k, top_p, repetition_penalty)
        return self._pieces(prompt, length, sampling, seed, one_line)

    def items(self, number: int, prompt: str = "", **drawn: Any) -> list[str]:
        """Several whole items that begin with a prompt. Arguments and errors as for `ended_items`."""
        return [item for item, _ in self.ended_items(number, prompt, **drawn)]

    def ended_items(
        self,
        number: int,
        prompt: str = "",
        temperature: float = 0.8,
        length: int = 200,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
        repetition_penalty: float = 1.0,
    ) -> list[tuple[str, bool]]:
        """Several items that begin with a prompt, written side by side, each with whether its stop token ended it.

        Args:
            number: How many, at most `MOST_ITEMS`.
            length: Tokens of each, at most: one that has not ended is cut. Others and errors as for `predict`.
        """
        check_may_write(self.may_write)
        (prompt,) = check_texts([prompt], "prompt", allow_empty=True)
        check_whole("number", number, 1, MOST_ITEMS)
        check_whole("length", length, 1, Limits().max_prediction_tokens)
        check_whole("seed", seed, 0, 2**31 - 1)
        sampling = self.sampling(temperature, top_k, top_p, repetition_penalty)
        start = self.beginning_ids(prompt)
        with torch.inference_mode():
            logits, state = self._read(start)
            tokens = generate(
                TokenSteps(self.model), logits.repeat(number, 1), tuple(part.repeat(1, number, 1) for part in state),
                length, sampling, generator=torch.Generator().manual_seed(seed), banned_ids=self.never, stop_id=EOS,
            )  # fmt: skip
            rows = torch.stack(list(tokens), dim=1).tolist()
        return [(prompt + self._behind(start[-1:], until(row, EOS)), EOS in row) for row in rows]

    def sampling(
        self,
        temperature: float = 0.8,
        top_k: int | None = None,
        top_p: float | None = None,
        repetition_penalty: float = 1.0,
    ) -> Sampling:
        """How tokens are drawn, from what was asked. Raises `ConfigError` for an option out of range."""
        check_number("temperature", temperature, 0.0, 5.0)
        check_number("repetition_penalty", repetition_penalty, 1.0, 5.0)
        if top_k is not None:
            check_whole("top_k", top_k, 1, MOST_TOP_K)
        if top_p is not None:
            check_number("top_p", top_p, 0.001, 1.0)
        return Sampling(temperature, top_k, top_p, repetition_penalty)

    def _pieces(self, prompt: str, length: int, sampling: Sampling, seed: int, one_line: bool) -> Iterator[str]:
        generator = torch.Generator().manual_seed(seed)  # on the CPU: a seed writes the same text on a GPU
        start = self.beginning_ids(prompt)
        logits, state = self._read(start)
        with torch.inference_mode():
            step = TokenSteps(self.model)
            tokens = generate(
                step, logits, state, length, sampling, generator=generator, banned_ids=self.never, stop_id=EOS
            )
        last = start[-1:]
        while True:
            with torch.inference_mode():  # not around the yield: the caller's code runs there
                token = next(tokens, None)
            if token is None or int(token) == EOS:
                return
            piece, last = self._behind(last, [int(token)]), [int(token)]
            yield piece
            if one_line and "\n" in piece:
                return

    def next_tokens(self, prompt: str, k: int = 10, sampling: Sampling | None = None) -> list[tuple[str, float]]:
        """The k likeliest tokens after a prompt, with the network's probabilities or those that are drawn from."""
        return [(token, share) for token, share, _ in self._next_tokens(prompt, k, sampling or Sampling())]

    @torch.inference_mode()
    def _next_tokens(self, prompt: str, k: int, sampling: Sampling) -> list[tuple[str, float, float]]:
        """Tokens, the probabilities that are drawn from, and the network's own."""
        check_may_write(self.may_write)
        (prompt,) = check_texts([prompt], "prompt", allow_empty=True)
        logits, _ = self._read(self.beginning_ids(prompt))
        logits[:, list(self.never)] = -torch.inf
        probabilities, ids = next_probabilities(logits, sampling)[0].topk(
            min(k, self.tokenizer.vocab_size - len(self.never))
        )
        own = next_probabilities(logits, Sampling())[0, ids]
        tokens = map(self.tokenizer.token, ids.tolist())
        return list(zip(tokens, probabilities.tolist(), own.tolist(), strict=True))

    def beginning(self, prompt: str, temperature: float = 1.0, **options: Any) -> dict[str, Any]:
        """A prompt with the likeliest next tokens, and its characters or words that the network does not know.

        Args:
            temperature, options: As for `sampling`; as given, the network's own probabilities. With others these stand
                in `believed`, in the order of `next`.
        """
        sampling = self.sampling(temperature, **options)
        found = self._next_tokens(prompt, 10, sampling)
        told = {"prompt": prompt, "next": [row[:2] for row in found], "unknown": self.unknown(prompt)}
        return told if sampling == Sampling() else {**told, "believed": [own for _, _, own in found]}

    def followed(self, prompt: str, token: str) -> str:
        """A prompt with a token behind it, with the space that belongs between them."""
        (prompt,) = check_texts([prompt], "prompt", allow_empty=True)
        return prompt + self._behind(self.tokenizer.encode(prompt).tolist()[-1:], self.tokenizer.encode(token).tolist())

    def _behind(self, last: list[int], ids: list[int]) -> str:
        """What tokens add to a text that ends with another; spaces are part of words, but of a first one."""
        if self.tokenizer.unit == "character":
            return "".join(map(self.tokenizer.token, ids))
        return self.tokenizer.decode([*last, *ids])[len(self.tokenizer.decode(last)) :]

    @torch.inference_mode()
    def surprise(self, text: str) -> list[tuple[str, float]]:
        """Each token of a text with how unexpected it was, in nats: -log p(token | everything before).

        Who may ask that of any text can have the network spell what it has read, so it is asked as writing is.
        """
        check_may_write(self.may_write)
        (text,) = check_texts([text])
        ids = self.tokenizer.encode(text).tolist()[: Limits().max_prediction_tokens]
        start = self.beginning_ids("")
        logits, _ = self.model(torch.tensor([start + ids[:-1]], device=self.device))
        nats = F.cross_entropy(
            logits[0, len(start) - 1 :].float(), torch.tensor(ids, device=self.device), reduction="none"
        )
        return [(self.tokenizer.token(token_id), nat) for token_id, nat in zip(ids, nats.tolist(), strict=True)]

    def score(self, text: str, before: str = "") -> Score:
        """How likely a text is after another, in all and token by token. See `core.tasks.generation.scoring`."""
        return score(self, text, before)

    def next_words(self, prompt: str, k: int = 10) -> NextWords:
        """The k likeliest next words after a prompt, whatever the network's unit. See there."""
        return next_words(self, prompt, k)

    def without_rows(self) -> GenerationPredictor:
        """The same network for those who must not see rows of its data: it reads texts, and writes none."""
        network = copy(self)
        network.may_write = False
        return network

    def unknown(self, text: str) -> list[str]:
        """Characters or words of a text that the training set never had."""
        return self.tokenizer.unknown(text)

    def trace(self, text: str | None = None) -> dict[str, Any]:
        """Gates and states while the network reads a text, at most its first `MOST_TRACED` tokens."""
        ids = traced(self, text or "The ")
        with torch.inference_mode():
            inputs = self.model.embedding(torch.tensor([ids], device=self.device))
        text = text or "The "
        return trace_states(self.model.recurrent, inputs, written_tokens(self.tokenizer, text, ids), self.opened(text))

    @property
    def units(self) -> Units:
        """Its units one by one, over a text and broken."""
        return Units(self)

    def outputs(self, text: str) -> list[str]:
        """The tokens whose scores `influence` can be asked about: of a text the second to the last, and what is next.

        A network that may not write does not say what is next.
        """
        ids = traced(self, text)
        following = [likeliest(self, self._read([*self.before(text), *ids])[0][0])] if self.may_write else []
        return [*written_tokens(self.tokenizer, text, ids)[1:], *map(self.tokenizer.token, following)]

    def influence(self, text: str, output: int) -> dict[str, Influence]:
        """Of each token of a text on the score of one of its `outputs`, from 0. See `core.tasks.generation.connections`."""
        return {"": influence(self, text, output)}

    def connections(self, text: str) -> Connections:
        """What every token of a text hangs on. See there."""
        return connections(self, text)

    def before(self, text: str) -> list[int]:
        """Ids that are read before a text: an item begins with its start token, any other text after the end of a line.

        What follows a state of zeros was seen once in training, at its very beginning; what follows a new line, often.
        """
        if self.apart:
            return [BOS]
        ids = [] if text.startswith("\n") else self.tokenizer.encode("\n").tolist()
        return [] if UNK in ids else ids

    def beginning_ids(self, prompt: str) -> list[int]:
        """Ids of a prompt with what is read before it; never none."""
        encode = self.tokenizer.encode
        return [*self.before(prompt), *encode(prompt).tolist()] or encode("\n").tolist() or [BOS]

    @torch.inference_mode()
    def opened(self, text: str) -> tuple[Tensor, ...] | None:
        """The state in which the network begins to read a text: (L, 1, H) each; None where nothing is read before it."""
        ids = self.before(text)
        self.model.eval()
        return self.model(torch.tensor([ids], device=self.device))[1] if ids else None

    @torch.inference_mode()
    def _read(self, ids: list[int]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits (1, V) after the last id, and the state."""
        logits, state = self.model(torch.tensor([ids], device=self.device))
        return logits[:, -1].float(), state


def load_predictor(experiment: Experiment, directory: Path, device: torch.device) -> GenerationPredictor:
    """A language model as a run directory describes it, without its weights."""
    tokenizer = load_tokenizer(read_plain(directory / "tokenizer.json").decode("utf-8"))
    model = build_model(experiment, tokenizer.vocab_size)
    return GenerationPredictor(experiment, model.to(device), tokenizer, device)
