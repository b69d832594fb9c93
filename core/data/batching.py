"""Batches on the device: whole data sets live there once, and a batch is a few gathers, never a copy from the host.

Which items are in a batch is a function of (seed, step) alone, so that a resumed run sees what an unbroken one sees.
Sequences of like length share a batch (buckets), padded to the longest; lengths go with them. The only module of
`core.data` that needs torch. Left out: what the loss does with padding (tasks).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from core.data.letters import Letters
from core.data.missing import GapReading
from core.data.prepared import Ragged
from core.data.text import PAD, UNK

POOL_BATCHES = 20  # batches whose sequences are sorted by length together


class BatchSampler:
    """Which of `num_items` items are in a batch: shuffled anew in every pass, in batches of like length.

    Args:
        num_items: N.
        batch_size: Items of a batch; the last one of a pass may be smaller.
        seed: The run's seed.
        lengths: (N,) when items of like length should share a batch.
    """

    def __init__(self, num_items: int, batch_size: int, seed: int, lengths: np.ndarray | None = None):
        self._num_items, self._batch_size, self._seed, self._lengths = num_items, batch_size, seed, lengths
        self.batches_per_pass = -(-num_items // batch_size)
        self._pass = -1
        self._batches: list[np.ndarray] = []

    def batch(self, step: int) -> np.ndarray:
        """int64 row numbers of the batch at a step, counted from 0."""
        number, place = divmod(step, self.batches_per_pass)
        if number != self._pass:
            self._batches, self._pass = self._shuffle(number), number
        return self._batches[place]

    def _shuffle(self, number: int) -> list[np.ndarray]:
        generator = np.random.default_rng([self._seed, number])
        rows = generator.permutation(self._num_items)
        if self._lengths is not None:
            pool = self._batch_size * POOL_BATCHES
            rows = np.concatenate(
                [
                    part[np.argsort(self._lengths[part], kind="stable")]
                    for part in (rows[start : start + pool] for start in range(0, len(rows), pool))
                ]
            )
        batches = [rows[start : start + self._batch_size] for start in range(0, len(rows), self._batch_size)]
        if self._lengths is not None:
            batches = [batches[place] for place in generator.permutation(len(batches))]
        return batches


class Sequences:
    """Texts of one part on the device.

    Args:
        ragged: Ids and offsets.
        prefix, suffix: Ids put before and after every text, such as `<bos>` and `<eos>`.
    """

    def __init__(
        self, ragged: Ragged, device: torch.device, prefix: tuple[int, ...] = (), suffix: tuple[int, ...] = ()
    ):
        self.lengths = ragged.lengths + len(prefix) + len(suffix)
        starts = np.zeros(len(self.lengths) + 1, dtype=np.int64)
        np.cumsum(self.lengths, out=starts[1:])
        flat = np.empty(starts[-1], dtype=np.int64)
        body = np.ones(starts[-1], dtype=bool)
        for place, token_id in enumerate(prefix):
            flat[starts[:-1] + place], body[starts[:-1] + place] = token_id, False
        for place, token_id in enumerate(suffix):
            at = starts[1:] - len(suffix) + place
            flat[at], body[at] = token_id, False
        flat[body] = ragged.ids
        self._flat = torch.from_numpy(np.append(flat, PAD)).to(device)
        self._starts = torch.from_numpy(starts[:-1]).to(device)
        self.device = device

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Ids (B, T) on the device, padded with `<pad>`, and lengths (B,) on the CPU, where packing wants them."""
        lengths = torch.from_numpy(self.lengths[rows])
        longest = max(1, int(self.lengths[rows].max(initial=0)))
        places = torch.from_numpy(rows).to(self.device)
        steps = torch.arange(longest, device=self.device)
        real = steps < lengths.to(self.device)[:, None]
        at = torch.where(real, self._starts[places][:, None] + steps, len(self._flat) - 1)
        return self._flat[at], lengths


class SpelledSequences(Sequences):
    """Texts of one part on the device, every token with the letters of its word, unknown ones too.

    Args:
        ragged: Ids and offsets.
        letters: Of the vocabulary.
        unknown: The word behind each `<unk>` among the ids, in order.
        prefix, suffix: As in `Sequences`.
    """

    def __init__(
        self,
        ragged: Ragged,
        letters: Letters,
        unknown: Iterable[str],
        device: torch.device,
        prefix: tuple[int, ...] = (),
        suffix: tuple[int, ...] = (),
    ):
        self._num_known = len(letters.table)
        kinds, numbers = ragged.ids.astype(np.int64), {}  # type: np.ndarray, dict[str, int]
        places = [numbers.setdefault(word, len(numbers)) for word in unknown]
        kinds[kinds == UNK] = self._num_known + np.array(places, dtype=np.int64)
        super().__init__(Ragged(kinds, ragged.offsets), device, prefix, suffix)
        spelled = np.concatenate([letters.table, letters.spell(list(numbers))])
        self._letters = torch.from_numpy(spelled).to(device)

    def batch(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """As of `Sequences`, but (B, T, 2 + S): of each token its id, what tells its word from all others, and its letters."""
        kinds, lengths = super().batch(rows)
        ids = torch.where(kinds < self._num_known, kinds, UNK)
        return torch.cat([ids[..., None], kinds[..., None], self._letters[kinds]], dim=-1), lengths


class Stream:
    """One long text read in parallel by `batch_size` readers, `seq_len` tokens at a time.

    Reader i starts at the i-th of evenly spaced places and goes round; consecutive steps continue each other, so
    that the state can be carried. Each pass shifts the windows by an offset drawn from (seed, pass).
    """

    def __init__(self, ids: np.ndarray, batch_size: int, seq_len: int, seed: int, device: torch.device):
        self._text = _Round(ids, seq_len + 1, device)
        self._starts = torch.arange(batch_size, device=device) * len(ids) // batch_size
        self._seq_len, self._seed = seq_len, seed
        self._pass, self._shift = 0, 0
        self.steps_per_pass = max(1, -(-len(ids) // (batch_size * seq_len)))

    def window(self, step: int) -> tuple[Tensor, Tensor, bool]:
        """Inputs (B, T), targets (B, T) one token on, and whether the state starts afresh."""
        number, place = divmod(step, self.steps_per_pass)
        if number != self._pass:
            generator = np.random.default_rng([self._seed, number])
            self._pass, self._shift = number, int(generator.integers(self._seq_len)) if number else 0
        tokens = self._text.windows(self._starts + (self._shift + place * self._seq_len))
        return tokens[:, :-1], tokens[:, 1:], place == 0


class SlidingWindows:
    """Windows of one long text that slide by one token a step, in `batch_size` pieces of it side by side.

    In each pass reader i starts somewhere in the i-th of equal pieces, drawn from (seed, pass), and goes round in it.
    So a batch has different places of the text, and after a pass each token has been the one after a window once
    (pieces that do not divide the text evenly overlap by one token).
    """

    def __init__(self, ids: np.ndarray, batch_size: int, seq_len: int, seed: int, device: torch.device):
        self._text = _Round(ids, seq_len + 1, device)
        self._starts = torch.arange(batch_size, device=device) * len(ids) // batch_size
        self._seed, self._device = seed, device
        self._pass, self._first = -1, self._starts
        self.steps_per_pass = -(-len(ids) // batch_size)

    def window(self, step: int) -> tuple[Tensor, Tensor]:
        """Inputs (B, T) and the token after each window, (B,)."""
        number, place = divmod(step, self.steps_per_pass)
        if number != self._pass:
            drawn = np.random.default_rng([self._seed, number]).integers(self.steps_per_pass, size=len(self._starts))
            self._pass, self._first = number, torch.from_numpy(drawn).to(self._device)
        tokens = self._text.windows(self._starts + (self._first + place) % self.steps_per_pass)
        return tokens[:, :-1], tokens[:, -1]


class _Round:
    """A text whose end is followed by its beginning, and its windows of `length` tokens."""

    def __init__(self, ids: np.ndarray, length: int, device: torch.device):
        self._num_tokens, self._length = len(ids), length
        whole = np.resize(ids.astype(np.int64), len(ids) + length - 1)
        self._ids = torch.from_numpy(whole).to(device)

    def windows(self, starts: Tensor) -> Tensor:
        """(B, length) from these places on."""
        starts = starts % self._num_tokens
        if self._ids.device.type == "mps":  # where a view of overlapping windows would be written out whole
            return self._ids[starts[:, None] + torch.arange(self._length, device=starts.device)]
        return self._ids.unfold(0, self._length, 1).index_select(0, starts)


class Windows:
    """Windows of scaled series on the device.

    Where a value is missing the network reads what `gaps` say, or 0, the mean; where it is told so, one more column says
    1 for a real value and 0 for a missing one.

    Args:
        values: (T, S) scaled, gaps filled from the past: what is to be predicted, where it is real.
        columns: Places of the C target columns.
        known: bool (T, S), False where a value is missing; None where none is.
        indicators: Places of the columns that the network is told about, in the order of the further inputs.
        each: One series at a time: every origin comes with the number of its series, and F and C count that one alone.
        gaps: What is read of series with missing values.
        ahead: (T + L, K) what is known of every step before its time, scaled, or (S, T + L, K) of each series its own; None
            where nothing is.
        static: (S, J) what each series always is, which stands behind that; None where nothing is said.
    """

    def __init__(
        self,
        values: np.ndarray,
        window_size: int,
        horizon: int,
        columns: list[int],
        device: torch.device,
        known: np.ndarray | None = None,
        indicators: list[int] | None = None,
        each: bool = False,
        gaps: GapReading | None = None,
        ahead: np.ndarray | None = None,
        static: np.ndarray | None = None,
    ):
        def on_device(array: np.ndarray) -> Tensor:
            return torch.from_numpy(array.astype(np.float32)).to(device)

        self._values = self._read = on_device(values)
        self._known = None if known is None else on_device(known)
        self._standing = self._closes = None
        if gaps is not None:
            self._read, self._standing = on_device(gaps.lines), on_device(gaps.standing)
            self._closes = torch.from_numpy(gaps.closes.astype(np.int32)).to(device)
        elif known is not None:
            self._read = on_device(np.where(known, values, 0.0))
        self._told = torch.tensor(indicators or [], dtype=torch.long, device=device)
        self._before = torch.arange(-window_size, 0, device=device)
        self._after = torch.arange(horizon, device=device)
        self._columns = torch.tensor(columns, device=device)
        self._each = each
        self._ahead = None if ahead is None else on_device(ahead)
        self._static = None if static is None else on_device(static)

    def ahead(self, origins: np.ndarray, series: np.ndarray | None = None, horizon: int | None = None) -> Tensor | None:
        """(B, window_size + horizon, K + J): what is known of the window and of the steps from each origin on, if anything is.

        Args:
            series: (B,) the number of the series of each, where one at a time is read.
        """
        if self._ahead is None:
            return None
        after = self._after if horizon is None else torch.arange(horizon, device=self._before.device)
        at = self._places(origins, torch.cat([self._before, after]))
        at, which = at.clamp(max=self._ahead.shape[-2] - 1), self._series(series)
        told = self._ahead[at] if self._ahead.ndim == 2 else self._ahead[which, at]
        if self._static is None or which is None:
            return told
        return torch.cat([told, self._static[which].expand(-1, told.shape[1], -1)], dim=-1)

    def inputs(self, origins: np.ndarray, series: np.ndarray | None = None) -> Tensor:
        """(B, window_size, F): the steps before each origin (of the series of that number), then the indicators."""
        at, which = self._places(origins, self._before), self._series(series)

        def gathered(source: Tensor) -> Tensor:
            return source[at] if which is None else source[at, which][..., None]

        values = gathered(self._read)
        if self._closes is not None and self._standing is not None:
            origin = torch.from_numpy(origins).to(at.device)[:, None, None]
            values = torch.where(gathered(self._closes) < origin, values, gathered(self._standing))
        if self._known is None or not len(self._told):
            return values
        told = gathered(self._known)
        return torch.cat([values, told[..., self._told] if which is None else told], dim=-1)

    def targets(self, origins: np.ndarray, series: np.ndarray | None = None) -> Tensor:
        """(B, horizon, C): the steps from each origin on."""
        return self._chosen(self._values, self._places(origins, self._after), series)

    def next_steps(self, origins: np.ndarray, series: np.ndarray | None = None) -> Tensor:
        """(B, window_size, C): the step after each input step."""
        return self._chosen(self._values, self._places(origins, self._before + 1), series)

    def known_targets(self, origins: np.ndarray, series: np.ndarray | None = None) -> Tensor:
        """(B, horizon, C): 1 where `targets` is real, 0 where it is missing. Only of series with missing values."""
        assert self._known is not None
        return self._chosen(self._known, self._places(origins, self._after), series)

    def known_next_steps(self, origins: np.ndarray, series: np.ndarray | None = None) -> Tensor:
        """(B, window_size, C): 1 where `next_steps` is real, 0 where it is missing. Only of series with such."""
        assert self._known is not None
        return self._chosen(self._known, self._places(origins, self._before + 1), series)

    def _places(self, origins: np.ndarray, steps: Tensor) -> Tensor:
        return torch.from_numpy(origins).to(self._values.device)[:, None] + steps

    def _series(self, series: np.ndarray | None) -> Tensor | None:
        assert (series is not None) == self._each, "a window of one series needs to know of which"
        return None if series is None else torch.from_numpy(series).to(self._values.device)[:, None]

    def _chosen(self, source: Tensor, at: Tensor, series: np.ndarray | None) -> Tensor:
        which = self._series(series)
        return source[at][:, :, self._columns] if which is None else source[at, which][..., None]
