"""Splitting text into words and punctuation marks for the classical baselines, and putting it back together.

A token keeps the white space before it as one leading space, so that joining tokens gives back well-set text in any language.
Scripts without spaces between words (Chinese, Japanese, Thai, Lao, Tibetan, Burmese, Khmer) are cut into single letters: a
whole clause as one word would be seen once and learned never.
"""

import re
import string

_MARKS = re.escape(string.punctuation + "…«»“”„‘’¿¡।。、，！？")

# Thai to Burmese, Khmer, Chinese and Japanese with the signs between them, and the later planes of Chinese.
_UNDIVIDED = "\u0e00-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"

# A run of anything but white space and marks, hyphens inside it included ("twenty-one" is one word), or one mark or
# letter of a script whose words are not divided.
_RUN = rf"[^\s{_MARKS}{_UNDIVIDED}]+"
WORD_PATTERN = rf"{_RUN}(?:-{_RUN})*|[{_MARKS}{_UNDIVIDED}]"
_TOKEN = re.compile(rf"(?<!\s)\s*(?:{WORD_PATTERN})")  # blanks at the end are tried once, not each of them

_STARTS_UNDIVIDED = re.compile(rf"\s*[{_UNDIVIDED}]")


def split_words(text: str) -> list[str]:
    """Words and punctuation marks in order, each with a leading space unless it is glued to the token before it.

    The first token always has the space, so that a word is the same token at the start of a text and inside it; for the
    same reason a letter of a script without spaces never has one there.

    >>> split_words("Is it 7 o'clock?")
    [' Is', ' it', ' 7', ' o', "'", 'clock', '?']
    """
    start = "" if _STARTS_UNDIVIDED.match(text) else " "
    return [f" {token.lstrip()}" if token[0].isspace() else token for token in _TOKEN.findall(start + text.lstrip())]


def join_words(tokens: list[str]) -> str:
    """The text of tokens from `split_words`; white space that was not one space is not restored."""
    return "".join(tokens).strip()
