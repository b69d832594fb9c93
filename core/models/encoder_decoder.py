"""An encoder-decoder: reads a source sentence, then writes a target sentence, with or without attention.

The encoder's final state starts the decoder. With attention the decoder also looks at every encoder output: after its
recurrent layers, so that a whole target sentence under teacher forcing is one pass. Left out: feeding the attentional
vector back into the next step, and the decoding loop (``core.decoding``), which calls what :meth:`stepper` returns.

Shape letters: B batch, T target time, S source time, V target vocabulary, H hidden, L layers, K memory features.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.models.attention import ATTENTION_KINDS, Attention
from core.models.cells import State
from core.models.lengths import real_steps
from core.models.recurrent import Recurrent


@dataclass(frozen=True)
class Memory:
    """What the encoder knows of a batch of source sentences.

    Attributes:
        outputs: One vector for each source token: (B, S, K), zero at padding.
        mask: True at real tokens: (B, S).
        state: The decoder's first state: tensors (L, B, H).
    """

    outputs: Tensor
    mask: Tensor
    state: State

    def repeat(self, times: int) -> "Memory":
        """Returns a memory in which every sentence stands ``times`` times in a row, for that many hypotheses."""
        state = tuple(part.repeat_interleave(times, dim=1) for part in self.state)
        return Memory(self.outputs.repeat_interleave(times, dim=0), self.mask.repeat_interleave(times, dim=0), state)


class EncoderDecoder(nn.Module):
    """Two recurrent stacks, a bridge between them, and attention.

    The bridge is the identity for a one-directional encoder. With two directions it concatenates their final states
    layer by layer and applies one linear layer and tanh, the same for all layers, one for h and one for c. Dot attention
    needs memory and hidden vectors of one size: where they differ (a bidirectional encoder that concatenates), a linear
    layer without bias projects the memory to H first. With attention the output is computed from the attentional vector
    ``tanh(W [context; h])``, without it from h.

    Args:
        cell: See :class:`Recurrent`, as for every argument not listed here. Size, layers and dropout are those of both
            stacks.
        src_vocab_size: Different source tokens.
        trg_vocab_size: Different target tokens, V.
        embedding_dim: Features of an embedded token, on both sides.
        bidirectional: Whether the encoder reads both ways; the decoder never does.
        merge_mode: How the encoder's two directions become one.
        attention: ``none``, ``dot``, ``general`` or ``additive``.
        embedding_dropout: Probability of zeroing a feature of an embedded token.
        output_dropout: Probability of zeroing a value before the output layer.
        pad_id: The padding token of both vocabularies; its embeddings stay zero.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Sutskever et al., 2014, "Sequence to sequence learning with neural networks"; Luong et al., 2015, "Effective
        approaches to attention-based neural machine translation", section 3, equation 5.
    """

    def __init__(
        self,
        cell: str,
        src_vocab_size: int,
        trg_vocab_size: int,
        embedding_dim: int,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        merge_mode: str = "concat",
        dropout: float = 0.0,
        nonlinearity: str = "tanh",
        attention: str = "general",
        embedding_dropout: float = 0.0,
        output_dropout: float = 0.0,
        pad_id: int = 0,
    ) -> None:
        super().__init__()
        if attention not in ("none", *ATTENTION_KINDS):
            raise ValueError(f"attention: expected none or one of {', '.join(ATTENTION_KINDS)}, got {attention!r}")
        self.src_embedding = nn.Embedding(src_vocab_size, embedding_dim, padding_idx=pad_id)
        self.trg_embedding = nn.Embedding(trg_vocab_size, embedding_dim, padding_idx=pad_id)
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        self.encoder = Recurrent(
            cell, embedding_dim, hidden_size, num_layers, bidirectional, merge_mode, dropout, nonlinearity
        )
        self.decoder = Recurrent(
            cell, embedding_dim, hidden_size, num_layers, dropout=dropout, nonlinearity=nonlinearity
        )
        bridges = self.encoder.cell.num_states if bidirectional else 0
        self.bridge = nn.ModuleList(nn.Linear(2 * hidden_size, hidden_size) for _ in range(bridges))
        self.memory_projection: nn.Linear | None = None
        self.attention: Attention | None = None
        if attention != "none":
            memory_size = self.encoder.output_size
            if attention == "dot" and memory_size != hidden_size:
                self.memory_projection = nn.Linear(memory_size, hidden_size, bias=False)
                memory_size = hidden_size
            self.attention = Attention(attention, hidden_size, memory_size)
            self.combine = nn.Linear(memory_size + hidden_size, hidden_size, bias=False)
        self.output_dropout = nn.Dropout(output_dropout)
        self.output = nn.Linear(hidden_size, trg_vocab_size)

    def forward(self, src: Tensor, src_lengths: Tensor, trg_in: Tensor) -> Tensor:
        """Scores the next target token at every position, reading the true ones before it (teacher forcing).

        Args:
            src: Source tokens, int64 (B, S).
            src_lengths: Real tokens of each source row, int64 (B,), at least 1.
            trg_in: Target tokens from ``<bos>`` on, without the last, padded at the end: int64 (B, T).

        Returns:
            Logits (B, T, V), where position t scores the token at t + 1; padded positions mean nothing.
        """
        memory = self.encode(src, src_lengths)
        logits, _, _ = self.decode(trg_in, memory, memory.state)
        return logits

    def encode(self, src: Tensor, src_lengths: Tensor) -> Memory:
        """Reads source sentences: tokens (B, S) and their real lengths (B,)."""
        embedded = self.embedding_dropout(self.src_embedding(src))
        outputs, state = self.encoder(embedded, src_lengths)
        if self.memory_projection is not None:
            outputs = self.memory_projection(outputs)
        mask = real_steps(src_lengths.to(src.device), src.shape[1])
        return Memory(outputs, mask, self._bridge(state))

    def decode(self, trg_in: Tensor, memory: Memory, state: State) -> tuple[Tensor, State, Tensor | None]:
        """Reads target tokens, a whole sentence or one step of it, and scores what follows each.

        Args:
            trg_in: (B, T).
            memory: What :meth:`encode` returned.
            state: ``memory.state`` at the start of a sentence, then what the last call returned.

        Returns:
            Logits (B, T, V), the state after the last token, and the attention weights (B, T, S), or None without
            attention.
        """
        outputs, state = self.decoder(self.embedding_dropout(self.trg_embedding(trg_in)), state=state)
        weights = None
        if self.attention is not None:
            context, weights = self.attention(outputs, memory.outputs, memory.mask)
            outputs = torch.tanh(self.combine(torch.cat((context, outputs), dim=-1)))
        return self.output(self.output_dropout(outputs)), state, weights

    def stepper(
        self, memory: Memory, beam_size: int = 1
    ) -> Callable[[Tensor, State], tuple[Tensor, State, Tensor | None]]:
        """Returns the step that ``core.decoding`` calls with one token of each of B * beam_size hypotheses.

        Args:
            memory: What :meth:`encode` returned.
            beam_size: Hypotheses for each sentence, standing next to each other; 1 for greedy decoding.

        Returns:
            A function from ids (N,) and a state to logits (N, V), the new state, and the weights (N, S) or None.
        """
        memory = memory if beam_size == 1 else memory.repeat(beam_size)

        def step(ids: Tensor, state: State) -> tuple[Tensor, State, Tensor | None]:
            logits, state, weights = self.decode(ids[:, None], memory, state)
            return logits[:, 0], state, None if weights is None else weights[:, 0]

        return step

    def _bridge(self, state: State) -> State:
        """Turns the encoder's final state (L*D, B, H) into the decoder's first (L, B, H)."""
        if not self.bridge:
            return state
        both = (torch.cat((part[0::2], part[1::2]), dim=-1) for part in state)
        return tuple(torch.tanh(layer(part)) for layer, part in zip(self.bridge, both, strict=True))
