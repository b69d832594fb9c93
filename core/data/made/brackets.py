"""A made text in which the depth of brackets must be known: a sentence ends once every bracket of it is closed.

Left out: reading it as a data set (core.data.entries.text).
"""

from __future__ import annotations

from random import Random

DEEPEST = 4
LONGEST = 40
"""Words and brackets of a sentence, after which nothing is opened any more and everything is closed soon."""
NUM_SENTENCES = 8_000

_OPENS, _CLOSES, _ENDS = 0.22, 0.3, 0.2  # chances after a word, or after a bracket that closes
_WORDS = (
    "a", "and", "bird", "blue", "boat", "by", "came", "day", "far", "fish", "gone", "green", "he", "hill", "home", "in",
    "it", "lake", "last", "moon", "my", "near", "night", "no", "of", "old", "on", "rain", "red", "road", "sea", "she",
    "snow", "sun", "the", "tree", "was", "we", "wind", "you",
)  # fmt: skip


def nested_brackets(num_sentences: int = NUM_SENTENCES, seed: int = 0) -> str:
    """Make sentences with brackets in brackets, one a line, such as ``the sea (my boat (red) came) far.``

    Which word follows is chance; whether a bracket may close, another may open and the sentence may end is decided by how
    many are open. None is empty, and none opens deeper than `DEEPEST`.

    Args:
        num_sentences: Lines.
        seed: The same seed gives the same text on every Python version.
    """
    rng = Random(seed)
    return "".join(_sentence(rng) for _ in range(num_sentences))


def _sentence(rng: Random) -> str:
    parts, depth, num_words = [_word(rng)], 0, 1
    while True:
        drawn, late = rng.random(), num_words >= LONGEST
        if depth and (late or drawn < _CLOSES):
            parts.append(")")
            depth -= 1
        elif not depth and (late or drawn < _ENDS):
            return "".join(parts) + ".\n"
        elif not late and depth < DEEPEST and drawn >= 1 - _OPENS:
            parts.append(f" ({_word(rng)}")
            depth += 1
        else:
            parts.append(f" {_word(rng)}")
        num_words += 1


def _word(rng: Random) -> str:
    return _WORDS[int(rng.random() * len(_WORDS))]
