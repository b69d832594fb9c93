"""A trained encoder-decoder in use: it translates texts, and says how and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.data.batching import Sequences
from core.data.encoding import encode_all
from core.data.letters import written_tokens
from core.data.text import EOS, Tokenizer, load_tokenizer
from core.insight.influence import Influence
from core.models.encoder_decoder import EncoderDecoder
from core.tasks.layers import in_batches, stack_of, tokens_of
from core.tasks.options import check_may_write, check_texts
from core.tasks.seq2seq.inside import Read, influence_on_token, trace_translation
from core.tasks.seq2seq.search import Search


def build_model(experiment: Experiment, src_vocab_size: int, trg_vocab_size: int) -> EncoderDecoder:
    """The encoder-decoder of an experiment."""
    model = experiment.model
    return EncoderDecoder(
        stack_of(model), tokens_of(model, src_vocab_size), tokens_of(model, trg_vocab_size), trg_vocab_size,
        model.attention, model.bridge, model.input_feeding, model.output_dropout,
    )  # fmt: skip


class Seq2SeqPredictor:
    """A trained encoder-decoder."""

    may_write = True  # what it writes comes from the texts that it has read

    def __init__(
        self,
        experiment: Experiment,
        model: EncoderDecoder,
        src_tokenizer: Tokenizer,
        trg_tokenizer: Tokenizer,
        device: torch.device,
    ):
        self.experiment, self.model, self.device = experiment, model, device
        self.src_tokenizer, self.trg_tokenizer = src_tokenizer, trg_tokenizer

    def predict(
        self, texts: Sequence[str], beam_size: int = 1, length_penalty: float = 1.0, min_length: int = 1
    ) -> list[dict[str, Any]]:
        """Translate texts.

        Args:
            beam_size: Hypotheses kept at each step; 1 is greedy.
            length_penalty: What a beam ranks by: 0 the probability of an answer, which favours short ones, 1 the mean
                log-probability of its tokens, above 1 ever longer ones.
            min_length: Tokens of an answer, at least.

        Returns:
            One `{"src", "trg", "score", "unknown"}` each; the score is the log-probability of the target, `<eos>`
            included, whatever the penalty; `unknown` are the pieces of the source that the network does not know.

        Raises:
            ConfigError: An empty or huge text, too many, or an impossible search.
        """
        check_may_write(self.may_write)
        texts = check_texts(texts)
        search = Search(beam_size, length_penalty, min_length).check(self.experiment.data.max_length)
        decoded = self._translate(self._sequences(texts), search)
        return [
            {"src": text, "trg": self.trg_tokenizer.decode(ids), "score": score, "unknown": self.unknown(text)}
            for text, (ids, score) in zip(texts, decoded, strict=True)
        ]

    def texts(self, sequences: Sequences, rows: np.ndarray | None = None) -> list[str]:
        """Greedy translations of encoded sources, all of them or the chosen `rows`."""
        return [self.trg_tokenizer.decode(ids) for ids, _ in self._translate(sequences, Search(), rows)]

    @torch.inference_mode()
    def _translate(
        self, sequences: Sequences, search: Search, rows: np.ndarray | None = None
    ) -> list[tuple[list[int], float]]:
        self.model.eval()
        found: dict[int, tuple[list[int], float]] = {}
        for places, src, lengths in in_batches(sequences, rows):
            decoded = search.run(self.model, src, lengths, self.experiment.data.max_length)
            found |= zip(places.tolist(), zip(decoded.ids, decoded.log_prob.tolist(), strict=True), strict=True)
        return [found[place] for place in range(len(found))]

    @torch.inference_mode()
    def explain(
        self, text: str, beam_size: int = 1, length_penalty: float = 1.0, min_length: int = 1
    ) -> dict[str, Any]:
        """The translation with its tokens and the attention (T, S) that wrote it; None without attention.

        Arguments and errors as for `predict`.
        """
        check_may_write(self.may_write)
        (text,) = check_texts([text])
        longest = self.experiment.data.max_length
        search = Search(beam_size, length_penalty, min_length).check(longest)
        self.model.eval()
        decoded = search.run(self.model, *self._sequences([text]).batch(np.array([0])), longest)
        ids = decoded.ids[0]
        tokens = [self.trg_tokenizer.token(token_id) for token_id in ids]
        if bool(decoded.finished[0]):
            tokens.append("<eos>")
        weights = None if decoded.attention is None else decoded.attention[0, : len(tokens)].float().cpu().tolist()
        return {
            "src": text,
            "trg": self.trg_tokenizer.decode(ids),
            "score": float(decoded.log_prob[0]),
            "src_tokens": self._src_tokens(text),
            "trg_tokens": tokens,
            "weights": weights,
            "unknown": self.unknown(text),
        }

    def without_rows(self) -> Seq2SeqPredictor:
        """The same network for those who must not see rows of its data: it reads texts, and writes none."""
        network = copy(self)
        network.may_write = False
        return network

    def unknown(self, text: str) -> list[str]:
        """Pieces of a text that the training set never had."""
        return self.src_tokenizer.unknown(text)

    def trace(self, text: str | None = None) -> dict[str, Any]:
        """Gates and states of the encoder while it reads a text, and of the decoder while it writes its translation."""
        return trace_translation(self.model, self.read(text or "one"), self.may_write)

    def outputs(self, text: str) -> list[str]:
        """The tokens of the greedy translation, ``<eos>`` among them where it was written: `influence` is of one.

        Raises:
            ConfigError: A text that cannot be translated, or a network that may not write.
        """
        check_may_write(self.may_write)
        return self.read(text).trg_tokens

    def influence(self, text: str, output: int) -> dict[str, Influence]:
        """Of each source token, and of each token written before, on the score of one of the written tokens.

        Raises:
            ConfigError: As for `outputs`, or there is no such token.
        """
        check_may_write(self.may_write)
        return influence_on_token(self.model, self.read(text), output)

    def read(self, text: str) -> Read:
        """A source text and its greedy translation, as the network reads them.

        Raises:
            ConfigError: An empty or huge text.
        """
        (text,) = check_texts([text])
        src, src_lengths = self._sequences([text]).batch(np.array([0]))
        longest = self.experiment.data.max_length
        return Read(self.model, src, src_lengths, self._src_tokens(text), self.trg_tokenizer, longest)

    def _src_tokens(self, text: str) -> list[str]:
        ids = self.src_tokenizer.encode(text).tolist()[: self.experiment.data.max_length]
        return [*written_tokens(self.src_tokenizer, text, ids), "<eos>"]

    def _sequences(self, texts: list[str]) -> Sequences:
        ragged = encode_all(self.src_tokenizer, texts, self.experiment.data.max_length)
        return Sequences(ragged, self.device, suffix=(EOS,))


def load_predictor(experiment: Experiment, directory: Path, device: torch.device) -> Seq2SeqPredictor:
    """A encoder-decoder as a run directory describes it, without its weights."""
    content = json.loads(read_plain(directory / "tokenizer.json"))
    src_tokenizer, trg_tokenizer = (load_tokenizer(json.dumps(content[side])) for side in ("src", "trg"))
    model = build_model(experiment, src_tokenizer.vocab_size, trg_tokenizer.vocab_size)
    return Seq2SeqPredictor(experiment, model.to(device), src_tokenizer, trg_tokenizer, device)
