"""What goes into a network: inputs of any kind as vectors, one a step.

Every network is given one of these and reads the vectors it makes, so that the same layers serve words, values of a
series, frames of sound and rows of a picture. A further kind of input is a class here with ``output_size`` and a name in
``InputEncoder``.

Shape letters: B batch, T time, S letters of a word at most, E embedding, F features.
"""

import torch
from torch import Tensor, nn

from core.models.dropout import SequenceDropout, row_mask
from core.models.recurrent import Recurrent

LETTER_DIM = 16


class Tokens(nn.Embedding):
    """Tokens as learned vectors.

    Args:
        vocab_size: Different tokens.
        embedding_dim: Features of an embedded token, E.
        dropout: Probability of zeroing a feature of an embedded token while training.
        pad_id: A token whose vector stays zero; None treats all tokens alike.
        word_dropout: Probability of reading a word as the unknown one while training.
        unknown_id: The unknown word; no token up to ``last_special`` is replaced by it.
        last_special: The last of the ids that are no words.
        scale: Standard deviation of the vectors at the start.
        locked: Whether a row of a batch loses the same features at all its steps.
        row_dropout: Probability that a token is read as nothing wherever it stands in a batch, while training.

    Raises:
        ValueError: If a dropout is no probability.

    Reference:
        Iyyer et al., 2015, "Deep unordered composition rivals syntactic methods for text classification", section 3.1
        (word dropout); as here, replaced by the unknown word: Kiperwasser and Goldberg, 2016, section 4.4.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int,
        dropout: float = 0.0,
        pad_id: int | None = None,
        word_dropout: float = 0.0,
        unknown_id: int = 1,
        last_special: int = 3,
        scale: float = 1.0,
        locked: bool = False,
        row_dropout: float = 0.0,
    ) -> None:
        super().__init__(vocab_size, embedding_dim, padding_idx=pad_id)
        with torch.no_grad():
            self.weight.mul_(scale)  # torch's own are normal with a deviation of 1
        if not 0 <= word_dropout <= 1:
            raise ValueError(f"word_dropout: expected a probability in [0, 1], got {word_dropout}")
        if not 0 <= row_dropout < 1:
            raise ValueError(f"row_dropout: expected a probability in [0, 1), got {row_dropout}")
        self.output_size = embedding_dim
        self.dropout = SequenceDropout(dropout, locked)
        self.row_dropout = row_dropout
        self.word_dropout, self.unknown_id, self.last_special = word_dropout, unknown_id, last_special

    def forward(self, input: Tensor) -> Tensor:
        """Tokens, int64 (B, T), to vectors (B, T, E)."""
        ids = self.drop_words(input)
        vectors = super().forward(ids)
        if self.training and self.row_dropout:
            vectors = vectors * row_mask(self.num_embeddings, self.row_dropout, vectors)[ids][..., None]
        return self.dropout(vectors)

    def drop_words(self, ids: Tensor) -> Tensor:
        """Ids (B, T) with some words replaced by the unknown one while training; the same ids otherwise."""
        if not (self.training and self.word_dropout):
            return ids
        dropped = (torch.rand(ids.shape, device=ids.device) < self.word_dropout) & (ids > self.last_special)
        return ids.masked_fill(dropped, self.unknown_id)


class Vectors(nn.Module):
    """Real vectors, one a step, as they are or projected to another size.

    Args:
        num_features: Numbers of each step, F.
        projected_size: Features E of a learned linear projection; None passes the vectors through.
        dropout: Probability of zeroing a feature while training.

    Raises:
        ValueError: If the dropout is no probability.
    """

    def __init__(self, num_features: int, projected_size: int | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        self.output_size = num_features if projected_size is None else projected_size
        self.projection = None if projected_size is None else nn.Linear(num_features, projected_size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """Vectors (B, T, F) to vectors (B, T, output_size)."""
        return self.dropout(inputs if self.projection is None else self.projection(inputs))


class SpelledTokens(nn.Module):
    """Tokens as learned vectors, each with the last states of two directions over its letters behind it.

    Args:
        words: The vectors of the tokens.
        num_letters: Different letters, 0 for none among them.
        size: Hidden size of the letters' LSTM in each direction.

    Raises:
        ValueError: If the size is below 1.

    Reference:
        Lample et al., 2016, "Neural architectures for named entity recognition", section 4.1; Ling et al., 2015, "Finding
        function in form".
    """

    def __init__(self, words: Tokens, num_letters: int, size: int) -> None:
        super().__init__()
        self.words = words
        self.letters = nn.Embedding(num_letters, LETTER_DIM, padding_idx=0)
        self.speller = Recurrent("lstm", LETTER_DIM, size, bidirectional=True)
        self.output_size = words.output_size + self.speller.output_size

    def forward(self, spelled: Tensor) -> Tensor:
        """Vectors (B, T, E + 2 size).

        Args:
            spelled: int64 (B, T, 2 + S): of each token its id, a number that tells its word from all others, and its
                letters, 0 behind the last.
        """
        ids, kinds, letters = spelled[..., 0], spelled[..., 1].flatten(), spelled[..., 2:].flatten(0, 1)
        different, places = kinds.unique(return_inverse=True)
        rows = torch.arange(len(kinds), device=kinds.device)
        first = rows.new_full((len(different),), len(kinds)).scatter_reduce(0, places, rows, "amin")
        composed = self.words.dropout(self.compose(letters[first]))
        return torch.cat((self.words(ids), composed[places].unflatten(0, ids.shape)), dim=-1)

    def compose(self, letters: Tensor) -> Tensor:
        """What the letters (N, S) of N words come to, (N, 2 size); of a token without letters, too."""
        lengths = (letters != 0).sum(dim=1).clamp(min=1)
        longest = int(lengths.max())
        _, state = self.speller(self.letters(letters[:, :longest]), lengths)
        return self.speller.last_hidden(state)


InputEncoder = Tokens | SpelledTokens | Vectors
