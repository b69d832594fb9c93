"""Attention: each query looks at all keys of its row and takes their weighted mean.

Four ways to score a query against a key: dot product, the same divided by the square root of the size ("scaled_dot"),
a learned bilinear form ("general"), a small network ("additive"). What a score needs of a key alone is computed once
for all queries (:meth:`Attention.project`), so a decoder that goes step by step does not repeat it. A classifier has no
query: :class:`AttentionPooling` scores each state by itself.
Left out: multiple heads, and separate values (the keys are what is averaged).

Shape letters: B batch, T queries (target steps), S keys (source steps), Q query features, K key features, H state features.
"""

import math

import torch
from torch import Tensor, nn

ATTENTION_KINDS = ("dot", "scaled_dot", "general", "additive")
PRODUCTS = ("dot", "scaled_dot")  # kinds without weights, which need queries and keys of one size

# Numbers (B, queries, S, Q) that additive attention looks at together: what fits into a processor's cache goes through
# several times as fast as what does not; on a GPU, starting the work is what costs.
BLOCK_ON_CPU, BLOCK_ON_GPU = 2**19, 2**24


class Attention(nn.Module):
    """Attends from queries to keys.

    ::

        dot         score(q, k) = q . k                    needs query_size == key_size
        scaled_dot  score(q, k) = q . k / sqrt(key_size)   needs query_size == key_size
        general     score(q, k) = k . W q
        additive    score(q, k) = v . tanh(W q + U k + b)  with an inner size of query_size

    Args:
        kind: ``dot``, ``scaled_dot``, ``general`` or ``additive``.
        query_size: Features of a query, Q.
        key_size: Features of a key, K.

    Raises:
        ValueError: If the kind is unknown, or a product without weights is asked for with unequal sizes.

    Reference:
        Luong et al., 2015, "Effective approaches to attention-based neural machine translation", section 3.1 (dot,
        general); Vaswani et al., 2017, "Attention is all you need", section 3.2.1 (scaled dot); Bahdanau et al., 2015,
        "Neural machine translation by jointly learning to align and translate", section A.1.2 (additive).
    """

    def __init__(self, kind: str, query_size: int, key_size: int) -> None:
        super().__init__()
        if kind not in ATTENTION_KINDS:
            raise ValueError(f"attention: expected one of {', '.join(ATTENTION_KINDS)}, got {kind!r}")
        if kind in PRODUCTS and query_size != key_size:
            raise ValueError(f"{kind} attention: expected key_size equal to query_size {query_size}, got {key_size}")
        self.kind = kind
        if kind == "general":
            self.query_projection = nn.Linear(query_size, key_size, bias=False)
        elif kind == "additive":
            self.query_projection = nn.Linear(query_size, query_size)
            self.key_projection = nn.Linear(key_size, query_size, bias=False)
            self.score = nn.Linear(query_size, 1, bias=False)

    def project(self, keys: Tensor) -> Tensor:
        """Returns the keys' share of every score: (B, S, Q), from keys (B, S, K)."""
        if self.kind == "scaled_dot":
            return keys / math.sqrt(keys.shape[-1])
        if self.kind == "general":
            return torch.matmul(keys, self.query_projection.weight)
        return self.key_projection(keys) if self.kind == "additive" else keys

    def forward(
        self, query: Tensor, keys: Tensor, mask: Tensor, projected: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Computes the weighted mean of the keys for every query.

        Args:
            query: (B, T, Q).
            keys: (B, S, K).
            mask: (B, S), True at real keys, of which every row has at least one.
            projected: What :meth:`project` made of the keys, (B, S, Q); None computes it here.

        Returns:
            The contexts (B, T, K), and the weights (B, T, S): zero where masked, each row sums to one, at least
            single precision also under autocast.
        """
        scores = self.scores(query, self.project(keys) if projected is None else projected)
        weights = scores.masked_fill(~mask[:, None, :], -torch.inf).softmax(dim=-1)
        return torch.bmm(weights.to(keys.dtype), keys), weights

    def scores(self, query: Tensor, projected: Tensor) -> Tensor:
        """Scores every key for every query.

        Args:
            query: (B, T, Q).
            projected: What :meth:`project` made of the keys, (B, S, Q).

        Returns:
            (B, T, S), at least single precision also under autocast.
        """
        if self.kind == "additive":
            scores = self._additive_scores(self.query_projection(query), projected)
        else:
            scores = torch.bmm(query, projected.transpose(1, 2).to(query.dtype))
        return scores.to(torch.promote_types(scores.dtype, torch.float32))

    def _additive_scores(self, query: Tensor, projected: Tensor) -> Tensor:
        """Returns scores (B, T, S) of projected queries (B, T, Q) and keys (B, S, Q), a block of queries at a time.

        Only what tanh gives is kept for the gradient, and nothing without one.
        """
        block = max(1, (BLOCK_ON_GPU if query.is_cuda else BLOCK_ON_CPU) // projected.numel())
        keys = projected[:, None]
        scores = [self.score(torch.tanh_(part[:, :, None] + keys)) for part in query.split(block, dim=1)]
        return torch.cat(scores, dim=1).squeeze(-1)


class AttentionPooling(nn.Module):
    """One vector of the states of a sequence: their mean, weighted by a small network that looks at each of them.

    ::

        score(h) = v . tanh(W h + b)        weights = softmax of the scores at real steps

    Args:
        size: Features of a state, H; also the inner size.

    Reference:
        Yang et al., 2016, "Hierarchical attention networks for document classification", section 2.2, equations 5 to 7.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.projection = nn.Linear(size, size)
        self.score = nn.Linear(size, 1, bias=False)

    def forward(self, states: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        """Pools the states of every row.

        Args:
            states: (B, T, H).
            real: (B, T), True at real steps, of which every row has at least one.

        Returns:
            The weighted means (B, H), and the weights (B, T): zero at padding, each row sums to one, at least single
            precision also under autocast.
        """
        scores = self.score(torch.tanh(self.projection(states)))[..., 0]
        scores = scores.to(torch.promote_types(scores.dtype, torch.float32)).masked_fill(~real, -torch.inf)
        weights = scores.softmax(dim=-1)
        return (weights.to(states.dtype)[..., None] * states).sum(dim=1), weights
