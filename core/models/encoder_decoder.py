"""An encoder-decoder: reads a source sentence, then writes a target sentence, with or without attention.

A bridge turns the encoder's final state into the decoder's first. With attention the decoder also looks at every
encoder output: after its recurrent layers, so that a whole target sentence under teacher forcing is one pass, unless
input feeding makes each step wait for what attention gave at the one before. Left out: coverage, and the decoding loop
(``core.decoding``), which calls what :meth:`EncoderDecoder.stepper` returns.

Shape letters: B batch, T target time, S source time, V target vocabulary, H hidden, L layers, D directions of the
encoder, E features of a read vector, K memory features.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.models.attention import ATTENTION_KINDS, PRODUCTS, Attention
from core.models.cells import State
from core.models.inputs import InputEncoder
from core.models.lengths import real_steps
from core.models.products import Linear
from core.models.stack import Stack
from core.models.tracing import Trace

BRIDGES = ("last", "projected", "zero")


@dataclass(frozen=True)
class Memory:
    """What the encoder knows of a batch of source sentences.

    Attributes:
        outputs: One vector for each source token: (B, S, K), zero at padding before any projection.
        keys: The same, as attention scores them: (B, S, H); the outputs themselves without attention.
        mask: True at real tokens: (B, S).
        state: The decoder's first state: tensors (L, B, H); with input feeding one more of (1, B, H), zero at first.
    """

    outputs: Tensor
    keys: Tensor
    mask: Tensor
    state: State

    def repeat(self, times: int) -> "Memory":
        """Returns a memory in which every sentence stands ``times`` times in a row, for that many hypotheses."""
        outputs, keys, mask = (part.repeat_interleave(times, dim=0) for part in (self.outputs, self.keys, self.mask))
        return Memory(outputs, keys, mask, tuple(part.repeat_interleave(times, dim=1) for part in self.state))


class EncoderDecoder(nn.Module):
    """Two recurrent stacks, a bridge between them, and attention.

    ::

        bridge     from the encoder's final states f (and b, of its backward direction), layer by layer
        last       f, or (f + b) / 2
        projected  tanh(W f + c), or tanh(W [f; b] + c): the same for all layers, one for h and one for the cell state
        zero       nothing: zeros, or a state that the decoder learns where the stack's initial state is learned

    Dot products need memory and hidden vectors of one size: where they differ (a bidirectional encoder that
    concatenates), a linear layer without bias projects the memory to H first. With attention the output is computed
    from the attentional vector ``tanh(W [context; h])``, without it from h. With input feeding the decoder reads
    ``[embedding; attentional vector of the step before]``, zeros before the first step.

    Args:
        stack: The recurrent layers of both sides. Two directions and their merge mode are the encoder's; the decoder
            reads one way. A learned initial state is the encoder's, and the decoder's too where the bridge is ``zero``.
        src: Makes a vector of what is read at each step of the source.
        trg: Makes a vector of each target token, E.
        trg_vocab_size: Different target tokens, V.
        attention: ``none``, ``dot``, ``scaled_dot``, ``general`` or ``additive``.
        bridge: ``last``, ``projected`` or ``zero``; None for ``projected`` with two directions and ``last`` with one.
        input_feeding: Whether the decoder also reads the attentional vector of the step before. It then goes step by
            step under teacher forcing too, the states it hands on hold that vector as their last tensor, and dropout of
            the decoder's recurrent weights draws anew for each step.
        output_dropout: Probability of zeroing a value before the output layer.

    Raises:
        ValueError: If an argument is out of range, input feeding is asked for without attention, or a bridge of zeros
            without attention, which would keep the source from the decoder.

    Reference:
        Sutskever et al., 2014, "Sequence to sequence learning with neural networks"; Luong et al., 2015, "Effective
        approaches to attention-based neural machine translation", section 3, equation 5, and section 3.3 (input
        feeding); Bahdanau et al., 2015, "Neural machine translation by jointly learning to align and translate",
        section A.2.2 (a first state from a linear layer and tanh, there of the backward direction).
    """

    def __init__(
        self,
        stack: Stack,
        src: InputEncoder,
        trg: InputEncoder,
        trg_vocab_size: int,
        attention: str = "general",
        bridge: str | None = None,
        input_feeding: bool = False,
        output_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if bridge is None:
            bridge = "projected" if stack.bidirectional else "last"
        _check(attention, bridge, input_feeding)
        hidden_size = stack.hidden_size
        self.input_feeding = input_feeding
        self.src_embedding, self.trg_embedding = src, trg
        self.encoder = stack.build(src.output_size)
        self.decoder = stack.build(
            trg.output_size + (hidden_size if input_feeding else 0),
            bidirectional=False,
            merge_mode="concat",
            initial_state=stack.initial_state if bridge == "zero" else "zero",
        )
        self.bridge_kind = bridge
        final_size = self.encoder.num_directions * hidden_size
        num_bridges = self.encoder.cell.num_states if bridge == "projected" else 0
        self.bridge = nn.ModuleList(nn.Linear(final_size, hidden_size) for _ in range(num_bridges))
        self.memory_projection: nn.Linear | None = None
        self.attention: Attention | None = None
        if attention != "none":
            memory_size = self.encoder.output_size
            if attention in PRODUCTS and memory_size != hidden_size:
                self.memory_projection = nn.Linear(memory_size, hidden_size, bias=False)
                memory_size = hidden_size
            self.attention = Attention(attention, hidden_size, memory_size)
            self.combine = nn.Linear(memory_size + hidden_size, hidden_size, bias=False)
        self.output_dropout = nn.Dropout(output_dropout)
        self.output = Linear(hidden_size, trg_vocab_size)

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
        return self.read_source(self.src_embedding(src), src_lengths)

    def read_source(self, vectors: Tensor, src_lengths: Tensor) -> Memory:
        """Does what :meth:`encode` does, from vectors (B, S, E)."""
        outputs, state = self.encoder(vectors, src_lengths)
        if self.memory_projection is not None:
            outputs = self.memory_projection(outputs)
        keys = outputs if self.attention is None else self.attention.project(outputs)
        state = self._bridge(state)
        if self.input_feeding:
            state = (*state, torch.zeros_like(state[0][:1]))
        return Memory(outputs, keys, real_steps(src_lengths.to(vectors.device), vectors.shape[1]), state)

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
        return self.read_target(self.trg_embedding(trg_in), memory, state)

    def read_target(self, vectors: Tensor, memory: Memory, state: State) -> tuple[Tensor, State, Tensor | None]:
        """Does what :meth:`decode` does, from vectors (B, T, E)."""
        weights = None
        if self.input_feeding:
            outputs, state, weights = self._decode_feeding(vectors, memory, state)
        else:
            outputs, state = self.decoder(vectors, state=state)
            if self.attention is not None:
                outputs, weights = self._attend(outputs, memory)
        return self.output(self.output_dropout(outputs)), state, weights

    def trace_decoder(self, trg_in: Tensor, memory: Memory) -> Trace:
        """Reads target sentences (B, T) from their beginning and records every gate and state of the decoder.

        With input feeding, what attention gives at each step is worked out first, as :meth:`decode` does it, and stands
        in what the traced layers read. The outputs are the recurrent layers' own, before attention.
        """
        read, state = self.trg_embedding(trg_in), memory.state
        if self.input_feeding:
            vectors, _, _ = self._decode_feeding(read, memory, state)
            fed = torch.cat((state[-1].transpose(0, 1), vectors[:, :-1]), dim=1)
            read, state = torch.cat((read, fed), dim=-1), state[:-1]
        return self.decoder.trace(read, state=state)

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
        if self.bridge_kind == "zero":
            return self._own_state(state)
        directions = self.encoder.num_directions
        if self.bridge_kind == "projected":
            final = (torch.cat([part[side::directions] for side in range(directions)], dim=-1) for part in state)
            return tuple(torch.tanh(layer(part)) for layer, part in zip(self.bridge, final, strict=True))
        return state if directions == 1 else tuple((part[0::2] + part[1::2]) / 2 for part in state)

    def _own_state(self, state: State) -> State:
        """Returns what the decoder starts from without the encoder: (L, B, H), for as many rows as ``state`` has."""
        num_layers, num_rows = self.decoder.num_layers, state[0].shape[1]
        if self.decoder.initial_state == "zero":
            return tuple(torch.zeros_like(part[:num_layers]) for part in state)
        return tuple(part[:, None].expand(-1, num_rows, -1) for part in self.decoder.learned_state())

    def _attend(self, outputs: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Returns attentional vectors and weights (B, T, S) for the decoder's outputs, both (B, T, H)."""
        assert self.attention is not None
        context, weights = self.attention(outputs, memory.outputs, memory.mask, memory.keys)
        return torch.tanh(self.combine(torch.cat((context, outputs), dim=-1))), weights

    def _decode_feeding(self, vectors: Tensor, memory: Memory, state: State) -> tuple[Tensor, State, Tensor]:
        """Reads vectors (B, T, E) one by one, each with the attentional vector of the one before."""
        recurrent, fed = state[:-1], state[-1].transpose(0, 1)
        steps, looks = [], []
        for now in vectors.split(1, dim=1):
            outputs, recurrent = self.decoder(torch.cat((now, fed), dim=-1), state=recurrent)
            fed, weights = self._attend(outputs, memory)
            steps.append(fed)
            looks.append(weights)
        last = fed.transpose(0, 1).to(state[-1].dtype)
        return torch.cat(steps, dim=1), (*recurrent, last), torch.cat(looks, dim=1)


def _check(attention: str, bridge: str, input_feeding: bool) -> None:
    if attention not in ("none", *ATTENTION_KINDS):
        raise ValueError(f"attention: expected none or one of {', '.join(ATTENTION_KINDS)}, got {attention!r}")
    if bridge not in BRIDGES:
        raise ValueError(f"bridge: expected one of {', '.join(BRIDGES)}, got {bridge!r}")
    if attention == "none" and input_feeding:
        raise ValueError("input_feeding: there is nothing to feed without attention")
    if attention == "none" and bridge == "zero":
        raise ValueError("bridge zero: the decoder would know nothing of the source without attention")
