"""Translation: an encoder reads the source and a decoder writes the target.

The source ends with `<eos>`; the decoder reads `<bos>` + target and writes target + `<eos>`. Padding never counts
in the loss. Scores come from free-running decoding, never from teacher forcing.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.baselines.base import chosen
from core.baselines.translation import TRANSLATORS, Translator
from core.config.experiment import Experiment, TrainingConfig
from core.data.batching import BatchSampler, Sequences
from core.data.prepared import PreparedPairs
from core.data.samples import by_length
from core.data.text import BOS, EOS, PAD
from core.metrics.translations import Translations
from core.paired import Paired, pair_items
from core.tasks.answers import answers_to_examples
from core.tasks.base import STANDARD_ERROR, Metrics, StepLoss, TaskOfItems
from core.tasks.layers import in_batches
from core.tasks.seq2seq.by_length import by_source_length
from core.tasks.seq2seq.evidence import translation_evidence
from core.tasks.seq2seq.predictor import Seq2SeqPredictor, build_model
from core.uncertainty import ratio_residuals, standard_error

QUICK_LOSSES, QUICK_TRANSLATIONS = 512, 64  # items of a quick look at the validation set
NUM_EXAMPLES = 12
SHOWN = ("network", "word_for_word", "nearest_source")  # by length of the source
MOST_KEPT, MOST_CHARACTERS = 1_000, 400_000  # texts that are kept with what was written for them, and how long in all
MOST_SHIFTED = 200  # texts, evenly spread


def teacher_forcing_at(progress: float, training: TrainingConfig) -> float:
    """The share of batches in which the decoder reads the true words.

    Args:
        progress: The share that is done of the part of training in which schedules fall; 0 before it.
        training: Whose `teacher_forcing_ratio` is the share at all times (`constant`) or at the end, after 1 at the
            start. `inverse_sigmoid` is k / (k + exp(i / k)) for k = e^5 and i from 0 to 10 k, which is one half
            midway, stretched to reach both ends.

    Reference: Bengio et al. 2015, "Scheduled sampling for sequence prediction with recurrent neural networks",
    section 2.4; there the coin is tossed for every word, here for every batch.
    """
    if training.teacher_forcing_schedule == "constant":
        return training.teacher_forcing_ratio
    left = 1 - progress
    if training.teacher_forcing_schedule == "inverse_sigmoid":
        left = (math.tanh(5 * left - 2.5) / math.tanh(2.5) + 1) / 2  # k / (k + exp(i / k)) is a shifted tanh
    return training.teacher_forcing_ratio + (1 - training.teacher_forcing_ratio) * left


class Seq2SeqTask(TaskOfItems):
    """An encoder-decoder bound to pairs."""

    selection = "loss"
    empty = "other_source"

    def __init__(self, experiment: Experiment, prepared: PreparedPairs, device: torch.device):
        super().__init__(experiment.description)
        training = experiment.training
        self.experiment, self.prepared, self.training, self.device = experiment, prepared, training, device
        self.model = build_model(experiment, prepared.src_tokenizer.vocab_size, prepared.trg_tokenizer.vocab_size).to(
            device
        )
        self.predictor = Seq2SeqPredictor(
            experiment, self.model, prepared.src_tokenizer, prepared.trg_tokenizer, device
        )
        self.src = {name: Sequences(part, device, suffix=(EOS,)) for name, part in prepared.src.items()}
        self.trg = {name: Sequences(part, device, (BOS,), (EOS,)) for name, part in prepared.trg.items()}
        lengths = self.src["train"].lengths + self.trg["train"].lengths
        self.sampler = BatchSampler(len(lengths), training.batch_size, training.seed, lengths)
        self._baselines: list[Translator] = []

    def training_loss(self, step: int, progress: float = 0.0) -> StepLoss:
        rows = self.sampler.batch(step)
        coin = np.random.default_rng([self.training.seed, step, 1]).random()
        forced = coin < teacher_forcing_at(progress, self.training)
        loss = self._losses("train", rows, self.training.label_smoothing, forced).sum()
        num_tokens = int(self._num_tokens("train", rows).sum())
        read = int(self.src["train"].lengths[rows].sum())
        return StepLoss(loss / num_tokens, read + num_tokens)

    def _losses(self, split: str, rows: np.ndarray, smoothing: float, forced: bool = True) -> Tensor:
        """(B, T) the loss of each target token of a batch, `<eos>` among them; 0 where it is padding."""
        src, src_lengths = self.src[split].batch(rows)
        trg, _ = self.trg[split].batch(rows)
        logits = self.model(src, src_lengths, trg[:, :-1]) if forced else self._free_logits(src, src_lengths, trg)
        losses = F.cross_entropy(
            logits.flatten(0, 1).float(), trg[:, 1:].flatten(), ignore_index=PAD, reduction="none",
            label_smoothing=smoothing,
        )  # fmt: skip
        return losses.view(len(trg), -1)

    def _num_tokens(self, split: str, rows: np.ndarray) -> np.ndarray:
        """(B,) target tokens, `<eos>` counted, `<bos>` not."""
        return self.trg[split].lengths[rows] - 1

    def _free_logits(self, src: Tensor, src_lengths: Tensor, trg: Tensor) -> Tensor:
        """Logits (B, T, V) when the decoder reads its own likeliest words instead of the true ones."""
        memory = self.model.encode(src, src_lengths)
        state, token, steps = memory.state, trg[:, :1], []
        for _ in range(trg.shape[1] - 1):
            logits, state, _ = self.model.decode(token, memory, state)
            steps.append(logits)
            token = logits.detach().argmax(-1)
        return torch.cat(steps, dim=1)

    def evaluate(self, split: str, full: bool) -> Metrics:
        references = self.prepared.trg_texts[split]
        if not references:
            return {}
        self.model.eval()
        scored = translated = np.arange(len(references))
        if not full:
            lengths = self.src[split].lengths + self.trg[split].lengths
            scored = by_length(lengths, QUICK_LOSSES)
            translated = scored[by_length(lengths[scored], QUICK_TRANSLATIONS)]
        losses, counts = self._item_losses(split, scored), self._num_tokens(split, scored)
        hypotheses = self.predictor.texts(self.src[split], translated)
        wanted = [references[row] for row in translated]
        written = Translations(hypotheses, wanted, float(losses.sum() / counts.sum()))
        if full:
            return {**self.figures(written, split), "signature": written.signature}
        return {**self.figures(written), STANDARD_ERROR: standard_error(ratio_residuals(losses, counts))}

    @torch.inference_mode()
    def _item_losses(self, split: str, rows: np.ndarray) -> np.ndarray:
        """(N,) the summed loss of each pair."""
        losses = np.empty(len(rows))
        for places, *_ in in_batches(self.src[split], rows):
            losses[places] = self._losses(split, rows[places], 0.0).sum(1).cpu().numpy()
        return losses

    def baselines(self, split: str) -> dict[str, Metrics]:
        src, trg = self.prepared.src_texts, self.prepared.trg_texts
        if not src[split]:
            return {}
        if not self._baselines:
            methods = chosen(TRANSLATORS, self.description.baselines)
            self._baselines = [method().fit(src["train"], trg["train"]) for method in methods]
        written = {one.name: Translations(one.translate(src[split]), trg[split]) for one in self._baselines}
        return {
            name: {**self.figures(texts, split, name), "signature": texts.signature} for name, texts in written.items()
        }

    def paired(self, split: str, method: str) -> Paired | None:
        network = self.judged.get((split, "network"))
        if method == self.empty and network is not None:
            return beside_other_sources(network)
        return super().paired(split, method)

    def sample(self) -> str | None:
        src, trg = self.prepared.src_texts["validation"][0], self.prepared.trg_texts["validation"][0]
        return f"{src}\n→ {self.predictor.predict([src])[0]['trg']}\n(expected: {trg})"

    def details(self) -> dict[str, Any]:
        split = "test" if self.prepared.src_texts["test"] else "validation"
        chosen = by_length(self.src[split].lengths, NUM_EXAMPLES)
        src, trg = (
            [texts[split][row] for row in chosen] for texts in (self.prepared.src_texts, self.prepared.trg_texts)
        )
        written = [item["trg"] for item in self.predictor.predict(src)]
        rows = zip(src, trg, written, strict=True)
        examples = [{"src": source, "trg": target, "predicted": text} for source, target, text in rows]
        answers = answers_to_examples(self.predictor.experiment, self.predictor.explain)
        judged = {method: texts for (part, method), texts in self.judged.items() if part == split and method in SHOWN}
        lengths = by_source_length(self.src[split].lengths - 1, judged) if "network" in judged else []
        found = {"split": split, "examples": examples, "answers": answers, "by_length": lengths}
        return {**found, "written": self._written(split)}

    def _written(self, split: str) -> list[dict[str, str]]:
        """What was written for texts of a part that was judged, evenly spread, to be laid beside another run's."""
        judged = self.judged.get((split, "network"))
        if judged is None:
            return []
        texts = list(zip(self.prepared.src_texts[split], judged.references, judged.hypotheses, strict=True))
        long = sum(len(text) for row in texts for text in row) / max(1, len(texts))
        number = min(len(texts), MOST_KEPT, int(MOST_CHARACTERS / max(1.0, long)))
        rows = (texts[place * len(texts) // number] for place in range(number))
        return [dict(zip(("src", "trg", "predicted"), row, strict=True)) for row in rows]

    def evidence(self) -> dict[str, Any]:
        return translation_evidence(self.model, self.src["validation"], self.trg["validation"])

    def artifacts(self) -> dict[str, str]:
        sides = {"src": self.prepared.src_tokenizer, "trg": self.prepared.trg_tokenizer}
        content = {side: json.loads(tokenizer.to_json()) for side, tokenizer in sides.items()}
        return {"tokenizer.json": json.dumps(content, ensure_ascii=False)}


def beside_other_sources(written: Translations) -> Paired | None:
    """How like the references the network's translations are, and how like those that it made of other texts.

    A network that has learned to write but not to read writes what fits any text as well as its own. Likeness is chrF,
    which sees more than whole hits, of at most `MOST_SHIFTED` texts; of the other texts the one before stands in.

    Returns:
        None for fewer than two texts.
    """
    number = min(MOST_SHIFTED, len(written.references))
    if number < 2:
        return None
    rows = [place * len(written.references) // number for place in range(number)]
    texts, wanted = ([one[row] for row in rows] for one in (written.hypotheses, written.references))
    own, shifted = Translations(texts, wanted), Translations([texts[-1], *texts[:-1]], wanted)
    return pair_items("chrf", own, shifted, "text")


bind = Seq2SeqTask
