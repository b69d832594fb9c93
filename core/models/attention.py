"""Attention: each query looks at all keys of its row and takes their weighted mean.

Three ways to score a query against a key: dot product, a learned bilinear form ("general"), a small network
("additive"). Left out: multiple heads, scaling by the square root of the size, and separate values (the keys are what
is averaged).

Shape letters: B batch, T queries (target steps), S keys (source steps), Q query features, K key features.
"""

import torch
from torch import Tensor, nn

ATTENTION_KINDS = ("dot", "general", "additive")


class Attention(nn.Module):
    """Attends from queries to keys.

    ::

        dot       score(q, k) = q . k                   needs query_size == key_size
        general   score(q, k) = q . W k
        additive  score(q, k) = v . tanh(W q + U k + b)  with an inner size of query_size

    Args:
        kind: ``dot``, ``general`` or ``additive``.
        query_size: Features of a query, Q.
        key_size: Features of a key, K.

    Raises:
        ValueError: If the kind is unknown, or ``dot`` is asked for with unequal sizes.

    Reference:
        Luong et al., 2015, "Effective approaches to attention-based neural machine translation", section 3.1 (dot,
        general); Bahdanau et al., 2015, "Neural machine translation by jointly learning to align and translate",
        section A.1.2 (additive).
    """

    def __init__(self, kind: str, query_size: int, key_size: int) -> None:
        super().__init__()
        if kind not in ATTENTION_KINDS:
            raise ValueError(f"attention: expected one of {', '.join(ATTENTION_KINDS)}, got {kind!r}")
        if kind == "dot" and query_size != key_size:
            raise ValueError(f"dot attention: expected key_size equal to query_size {query_size}, got {key_size}")
        self.kind = kind
        if kind == "general":
            self.query_projection = nn.Linear(query_size, key_size, bias=False)
        elif kind == "additive":
            self.query_projection = nn.Linear(query_size, query_size)
            self.key_projection = nn.Linear(key_size, query_size, bias=False)
            self.score = nn.Linear(query_size, 1, bias=False)

    def forward(self, query: Tensor, keys: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Computes the weighted mean of the keys for every query.

        Args:
            query: (B, T, Q).
            keys: (B, S, K).
            mask: (B, S), True at real keys, of which every row has at least one.

        Returns:
            The contexts (B, T, K), and the weights (B, T, S): zero where masked, each row sums to one, at least
            single precision also under autocast.
        """
        scores = self._scores(query, keys)
        scores = scores.to(torch.promote_types(scores.dtype, torch.float32))
        weights = scores.masked_fill(~mask[:, None, :], -torch.inf).softmax(dim=-1)
        return torch.bmm(weights.to(keys.dtype), keys), weights

    def _scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """Returns unnormalised scores (B, T, S)."""
        if self.kind == "additive":
            hidden = self.query_projection(query)[:, :, None] + self.key_projection(keys)[:, None]
            return self.score(torch.tanh(hidden)).squeeze(-1)
        if self.kind == "general":
            query = self.query_projection(query)
        return torch.bmm(query, keys.transpose(1, 2).to(query.dtype))
