"""Splitting text into words and punctuation marks for the classical baselines, and putting it back together.

A token keeps the white space before it as one leading space, so that joining tokens gives back well-set text in any
language whose words are separated by spaces. Left out: case folding, numbers, languages written without spaces (a run
between punctuation marks is one word there).
"""

import re
import string

_MARKS = re.escape(string.punctuation + "…«»“”„‘’¿¡।。、，！？")

# A run of anything but white space and marks, hyphens inside it included ("twenty-one" is one word), or one mark.
_RUN = rf"[^\s{_MARKS}]+"
WORD_PATTERN = rf"{_RUN}(?:-{_RUN})*|[{_MARKS}]"
_TOKEN = re.compile(rf"\s*(?:{WORD_PATTERN})")


def split_words(text: str) -> list[str]:
    """Words and punctuation marks in order, each with a leading space unless it is glued to the token before it.

    The first token always has the space, so that a word is the same token at the start of a text and inside it.

    >>> split_words("Is it 7 o'clock?")
    [' Is', ' it', ' 7', ' o', "'", 'clock', '?']
    """
    return [f" {token.lstrip()}" if token[0].isspace() else token for token in _TOKEN.findall(" " + text)]


def join_words(tokens: list[str]) -> str:
    """The text of tokens from `split_words`; white space that was not one space is not restored."""
    return "".join(tokens).strip()
