"""Generation: a language model reads text and learns to predict the next token.

Training is truncated backpropagation through time, in two variants. `carry` reads many places of one long text at
once and hands the state on from window to window, where the gradient is cut. `slide` starts every window from zero,
moves it by one token a step and counts only what is predicted after its last token. A held-out part is read once, from
its beginning to its end, with the state carried; each token counts once. Items that stand apart are read each by itself
(apart.py).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.baselines.base import chosen
from core.baselines.ngram import LANGUAGE_MODELS, LanguageModel
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.data.batching import SlidingWindows, Stream
from core.data.dataset import SPLITS
from core.data.prepared import PreparedText
from core.data.samples import pieces
from core.data.spelling import SpellingCosts
from core.data.text import BOS
from core.insight.stack_evidence import MOST_STEPS, ROWS, stack_evidence
from core.metrics.language import ReadText
from core.tasks.answers import answers_to_examples, rounded
from core.tasks.base import STANDARD_ERROR, Metrics, StepLoss, TaskOfItems
from core.tasks.generation.apart import ItemBatches, item_loss, read_items, sampled, sequences
from core.tasks.generation.dynamic import CHOOSING, DynamicReader
from core.tasks.generation.predictor import GenerationPredictor, build_model
from core.tasks.generation.written import written_evidence
from core.uncertainty import ratio_residuals, standard_error

QUICK_READERS, QUICK_TOKENS = 16, 20_000  # a quick look at the validation set: pieces from all over it
SHORTEST_PIECE = 64  # tokens
CHUNK = 1_024  # tokens of one call when a part is read through
SAMPLE_LENGTH, DETAILS_LENGTH, MOST_SAMPLED = 120, 400, 40
LONG_ITEMS = 97  # percent of the items are shorter than those that the page writes at most


class GenerationTask(TaskOfItems):
    """A language model bound to a text."""

    selection = "loss"
    empty = "ngram_1"

    def __init__(self, experiment: Experiment, prepared: PreparedText, device: torch.device):
        super().__init__(experiment.description, "text piece")
        training = experiment.training
        self.prepared, self.device = prepared, device
        self.model = build_model(experiment, prepared.tokenizer.vocab_size).to(device)
        self.predictor = GenerationPredictor(experiment, self.model, prepared.tokenizer, device)
        reading = (prepared.ids["train"], training.batch_size, training.seq_len, training.seed, device)
        self.stream: Stream | SlidingWindows | ItemBatches
        if prepared.apart:
            self.stream = ItemBatches(prepared, *reading[1:])
        else:
            self.stream = Stream(*reading) if training.truncation == "carry" else SlidingWindows(*reading)
        self.state: tuple[Tensor, ...] | None = None  # of the window before; none at its start and where windows slide
        self.seed = training.seed
        self._baselines: list[LanguageModel] = []
        self.spelling = SpellingCosts(prepared)

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        """The mean of -log p over the next tokens of a window, or over the one after it where windows slide.

        Reference: Williams and Peng 1990 (truncated backpropagation through time).
        """
        return self.batch_loss(self.batch(step))

    def batch(self, step: int) -> tuple[Tensor, ...]:
        """Inputs (B, T) and targets: (B, T), or (B,) where windows slide; of items also the real tokens of each, (B,)."""
        if isinstance(self.stream, ItemBatches):
            return self.stream.batch(step)
        if isinstance(self.stream, SlidingWindows):
            return self.stream.window(step)
        inputs, targets, fresh = self.stream.window(step)
        if fresh:
            self.state = None
        return inputs, targets

    def batch_loss(self, batch: tuple[Tensor, ...]) -> StepLoss:
        """The loss of a batch, and the state after it for the next."""
        inputs, targets, *lengths = batch
        logits, state = self.model(inputs, self.state)
        if isinstance(self.stream, ItemBatches):
            return StepLoss(item_loss(logits, targets), int(lengths[0].sum()))
        if isinstance(self.stream, SlidingWindows):
            return StepLoss(F.cross_entropy(logits[:, -1].float(), targets), inputs.numel())
        self.state = tuple(part.detach() for part in state)
        return StepLoss(F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten()), inputs.numel())

    def carried(self) -> dict[str, Any]:
        return {"state": self.state}

    def restore_carried(self, carried: dict[str, Any]) -> None:
        self.state = carried["state"]

    def evaluate(self, split: str, full: bool) -> Metrics:
        ids = self.prepared.ids[split]
        if not len(ids):
            return {}
        num_characters, spelling = len(self.prepared.texts[split]), self.spelling.of(split)
        if self.prepared.apart:
            return self._evaluate_items(split, full)
        whole = self._with_token_before(split)
        if full:
            (nats,) = self._read_pieces(whole, np.zeros(1, dtype=np.int64), len(ids))
            return self.figures(ReadText(nats, num_characters, spelling), split)
        readers = min(QUICK_READERS, max(1, len(ids) // SHORTEST_PIECE))
        length = min(QUICK_TOKENS, len(ids)) // readers
        starts, num_tokens = pieces(len(ids), readers, length), readers * length
        nats = self._read_pieces(whole, starts, length)
        read = ReadText(
            nats, round(num_characters * num_tokens / len(ids)), spelling[starts[:, None] + np.arange(length)]
        )
        error = standard_error(ratio_residuals(nats.sum(axis=1), np.full(readers, length)))
        return {**self.figures(read), STANDARD_ERROR: error}

    def _with_token_before(self, split: str) -> np.ndarray:
        """The ids of a part behind the last token of the part before it, or behind the beginning of all."""
        place = SPLITS.index(split)
        before = self.prepared.ids[SPLITS[place - 1]] if place else np.empty(0)
        return np.concatenate([[int(before[-1]) if len(before) else BOS], self.prepared.ids[split]])

    def evaluate_adapting(self, split: str) -> tuple[Metrics, dict[str, Any]]:
        """Metrics of a whole part by a network that goes on learning while it reads, and how it does.

        Learning rate and decay are chosen on the beginning of the validation set. Where that is what is judged, its
        beginning is counted as it is read before they are chosen.

        Raises:
            ConfigError: Items stand apart, of which nothing is read on from the one before.
        """
        if self.prepared.apart:
            raise ConfigError.single("data.items", "joined", "apart", "Choose a run that reads one long text.")
        if not len(self.prepared.ids[split]):
            return {}, {}
        reader = DynamicReader(self.model, self.prepared.ids["train"])
        if split == "validation" or not len(self.prepared.ids["validation"]):
            nats, adapting = reader.read_choosing(self._with_token_before(split))
        else:
            adapting = reader.choose(self._with_token_before("validation")[: CHOOSING + 1])
            nats = reader.read(self._with_token_before(split), adapting)
        read = ReadText(nats[None], len(self.prepared.texts[split]), self.spelling.of(split))
        return self.figures(read), asdict(adapting)

    def _evaluate_items(self, split: str, full: bool) -> Metrics:
        """As `evaluate`, of items that stand apart."""
        num_items = len(self.prepared.offsets[split]) - 1
        rows = np.arange(num_items) if full else sampled(self.prepared, split, QUICK_TOKENS)
        nats = read_items(self.model, sequences(self.prepared, split, self.device), rows)
        offsets, edges, costs = self.prepared.offsets[split], self.prepared.edges[split], self.spelling.of(split)
        spelling = np.concatenate([costs[offsets[row] : offsets[row + 1]] for row in rows])
        read = ReadText(np.concatenate(nats), int(np.diff(edges)[rows].sum()), spelling)
        if full:
            return self.figures(read, split)
        sums, lengths = np.array([row.sum() for row in nats]), np.array([len(row) for row in nats])
        return {**self.figures(read), STANDARD_ERROR: standard_error(ratio_residuals(sums, lengths))}

    @torch.inference_mode()
    def _read_pieces(self, ids: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
        """(R, length) nats of the tokens after each start, read side by side from a state of zero.

        Args:
            starts: (R,) places of the token before each piece.
        """
        self.model.eval()
        tokens = torch.from_numpy(ids.astype(np.int64)[starts[:, None] + np.arange(length + 1)]).to(self.device)
        read, state = [], None
        for at in range(0, length, CHUNK):
            targets = tokens[:, at + 1 : at + 1 + CHUNK]
            logits, state = self.model(tokens[:, at : at + targets.shape[1]], state)
            nats = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none")
            read.append(nats.view(targets.shape))
        return torch.cat(read, dim=1).cpu().numpy().astype(np.float64)

    def baselines(self, split: str) -> dict[str, Metrics]:
        ids = self.prepared.ids[split]
        if not len(ids):
            return {}
        if not self._baselines:
            methods = chosen(LANGUAGE_MODELS, self.description.baselines)
            train, vocab_size = self.prepared.ids["train"], self.prepared.tokenizer.vocab_size
            starts = self.prepared.offsets["train"]
            self._baselines = [model().fit(train, vocab_size, starts) for model in methods]
        offsets = self.prepared.offsets[split]
        nats = {name: row for model in self._baselines for name, row in model.nats(ids, offsets).items()}
        num_characters, spelling = len(self.prepared.texts[split]), self.spelling.of(split)
        return {name: self.figures(ReadText(row, num_characters, spelling), split, name) for name, row in nats.items()}

    def sample(self) -> str | None:
        self.model.eval()
        return self._written(self._prompt(), SAMPLE_LENGTH)

    def _written(self, prompt: str, length: int) -> str:
        """A text of so many tokens, or several items one a line."""
        if not self.prepared.apart:
            return self.predictor.predict([prompt], length=length, seed=self.seed)[0]["text"]
        mean = np.diff(self.prepared.offsets["train"]).mean()
        number = int(np.clip(length / mean, 1, MOST_SAMPLED))
        return "\n".join(self.predictor.items(number, length=length, seed=self.seed))

    def _prompt(self) -> str:
        """The beginning of the first whole line of the validation set; of items nothing."""
        if self.prepared.apart:
            return ""
        lines = self.prepared.texts["validation"].split("\n")[1:]
        first = next((line for line in lines if line.strip()), "")
        return first[:20].rpartition(" ")[0] or first[:3]

    def details(self) -> dict[str, Any]:
        answers = answers_to_examples(self.predictor.experiment, self.predictor.beginning)
        prompt = answers[0]["prompt"] if answers else self._prompt()
        prompt = "" if self.prepared.apart else prompt
        written = self._written(prompt, DETAILS_LENGTH)
        found = {"prompt": prompt, "sample": written, "answers": answers or [rounded(self.predictor.beginning(prompt))]}
        if self.prepared.apart:  # tokens that nearly all items have, their stop token among them
            found["item_length"] = int(np.percentile(np.diff(self.prepared.offsets["train"]), LONG_ITEMS))
        return found

    def evidence(self) -> dict[str, Any]:
        return {**self._of_layers(), "written": written_evidence(self.predictor, self.prepared, self.seed)}

    def _of_layers(self) -> dict[str, Any]:
        ids, seq_len = self.prepared.ids["validation"], self.predictor.experiment.training.seq_len
        length = min(seq_len, MOST_STEPS, len(ids))
        if not length:
            return {}
        if self.prepared.apart:
            rows = sampled(self.prepared, "validation", ROWS * MOST_STEPS)[:ROWS]
            tokens, lengths = sequences(self.prepared, "validation", self.device).batch(rows)
            return stack_evidence(self.model.recurrent, self.model.embedding(tokens), lengths, self._reach(seq_len))
        starts = pieces(len(ids), min(ROWS, len(ids) // length), length)
        tokens = torch.from_numpy(ids.astype(np.int64)[starts[:, None] + np.arange(length)]).to(self.device)
        return stack_evidence(self.model.recurrent, self.model.embedding(tokens), None, self._reach(seq_len))

    def _reach(self, seq_len: int) -> float:
        """Tokens that may matter to the next one: as many as are read at once, or an item holds on average."""
        if self.prepared.apart:
            return min(float(seq_len), float(np.diff(self.prepared.offsets["train"]).mean()))
        rows, is_of_items = self.prepared.tally.rows, self.prepared.summary.longest > 0
        kept = rows.read - sum(number for _, number in rows.dropped) if rows and is_of_items else 0
        return min(float(seq_len), sum(self.prepared.counts.values()) / kept) if kept > 0 else float(seq_len)

    def artifacts(self) -> dict[str, str]:
        return {"tokenizer.json": self.prepared.tokenizer.to_json()}


bind = GenerationTask
