"""How a translation is searched for: the options of a search, and the search itself.

The same options hold on the page, in the shell and from Python; by default no search may answer nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from core.data.text import BOS, EOS, PAD
from core.decoding import Decoded, beam, greedy
from core.models.encoder_decoder import EncoderDecoder
from core.tasks.options import check_number, check_whole

NEVER_WRITTEN = (PAD, BOS)
MAX_BEAM, MAX_PENALTY = 20, 5.0


@dataclass(frozen=True)
class Search:
    """What is searched for.

    Attributes:
        beam_size: Hypotheses kept at each step; 1 is greedy.
        length_penalty: A beam ranks by log-probability / length ** length_penalty, `<eos>` counted: 0 by probability,
            which favours short answers, 1 by the mean of a token.
        min_length: Tokens before `<eos>`, at least.
    """

    beam_size: int = 1
    length_penalty: float = 1.0
    min_length: int = 1

    def check(self, max_length: int) -> Search:
        """The search itself, where answers have at most `max_length` tokens with `<eos>`.

        Raises:
            ConfigError: An option out of range.
        """
        check_whole("beam_size", self.beam_size, 1, MAX_BEAM)
        check_number("length_penalty", self.length_penalty, 0.0, MAX_PENALTY)
        check_whole("min_length", self.min_length, 0, max_length - 1)
        return self

    def run(self, model: EncoderDecoder, src: Tensor, src_lengths: Tensor, max_length: int) -> Decoded:
        """Translate a batch.

        Args:
            model: In evaluation mode.
            src: (B, S), with `<eos>`.
            src_lengths: (B,).
            max_length: Tokens of an answer with `<eos>`, at most; a longer source may have a longer answer, and no
                answer depends on what else is in the batch.
        """
        memory = model.encode(src, src_lengths)
        limits = (3 * src_lengths + 20).clamp(min=self.min_length + 1).clamp(max=max_length).to(src.device)
        longest = int(limits.max())
        step = model.stepper(memory, self.beam_size)
        if self.beam_size == 1:
            return greedy(
                step, memory.state, BOS, EOS, len(src), longest, src.device, NEVER_WRITTEN, self.min_length, limits
            )
        return beam(
            step, memory.state, BOS, EOS, self.beam_size, longest, self.length_penalty, NEVER_WRITTEN,
            self.min_length, limits,
        )  # fmt: skip
