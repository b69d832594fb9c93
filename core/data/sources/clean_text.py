"""The text of a file in pieces: decoded, with plain line ends, and without characters that control a screen.

Nothing here keeps more than a piece, so that what a reader needs of memory is what it keeps.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.config.encodings import name_of
from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.inputs import InputFile

# Line ends and tabs stay.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ASCII_CONTROL = bytes((*range(9), *range(11, 32), 127))


@dataclass(frozen=True)
class CleanText:
    """The text of a file as it can be read again and again.

    Attributes:
        file: Where it comes from.
        limits: `max_upload_bytes` bounds every reading.
        codec: What decodes it, in Python's words.
        num_chars: Characters once it is clean.
        num_lines: Lines, without empty ones at the end.
        num_ends: Line ends at its end.
        start: The first characters, for guesses.
        notes: The encoding, where it had to be guessed.
        is_cut: Whether only the beginning of the file is looked at.
        has_quotes: Whether there is a double quote in it.
    """

    file: InputFile
    limits: Limits
    codec: str
    num_chars: int
    num_lines: int
    num_ends: int
    start: str
    notes: tuple[str, ...] = ()
    is_cut: bool = False
    has_quotes: bool = True

    @property
    def encoding(self) -> str:
        """What `data.encoding` calls it."""
        return name_of(self.codec)

    def pieces(self) -> Iterator[str]:
        """The text: line ends as \\n, no control characters but \\n and \\t, no byte order mark."""
        # Which bytes are broken is known by now; those of a file that changes meanwhile are replaced, too.
        return cleaned(decoded(self.file, self.limits, self.codec, "replace", self.is_cut))

    def content(self) -> Iterator[str]:
        """Like `pieces`, without line ends at the end and, where only a beginning is read, the line that is cut."""
        if self.is_cut and self.num_lines > 1:
            rest = ""
            for piece in self.pieces():
                whole, end, rest = (rest + piece).rpartition("\n")
                yield whole + end
            return
        left = self.num_chars - self.num_ends
        for piece in self.pieces():
            if left > 0:
                yield piece[:left]
            left -= len(piece)

    def blocks(self, num_chars: int, longest: int | None = None) -> Iterator[str]:
        """The content in blocks of about `num_chars` characters that end where a line does, without that line's end.

        A line of more than `longest` characters is cut; None cuts none.
        """
        held: list[str] = []
        size, has_end = 0, False
        for piece in self.content():
            held.append(piece)
            size, has_end = size + len(piece), has_end or "\n" in piece
            if size >= num_chars and has_end:
                whole, _, rest = "".join(held).rpartition("\n")
                yield whole
                held, size, has_end = [rest], len(rest), False
            elif longest is not None and size > longest:
                yield "".join(held)
                held, size = [], 0
        yield "".join(held)

    def lines(self, longest: int, too_long: ConfigError) -> Iterator[str]:
        """The lines of `content` without their ends. Raises `too_long` for one of more than `longest` characters."""
        rest = ""
        for piece in self.content():
            lines = (rest + piece).split("\n")
            rest = lines.pop()
            for line in lines:
                if len(line) > longest:
                    raise too_long
                yield line
            if len(rest) > longest:
                raise too_long
        yield rest


def decoded(
    file: InputFile,
    limits: Limits,
    codec: str,
    errors: str,
    is_cut: bool,
    check: Callable[[bytes], None] | None = None,
) -> Iterator[str]:
    """The text of a file with its line ends as they are, without byte order marks.

    `codec` and `errors` are in Python's words; with "strict" it raises `UnicodeDecodeError`. Where `is_cut`, the last
    character may be cut in two. `check` looks at the bytes of every piece.
    """
    decoder = codecs.getincrementaldecoder(codec)(errors)
    is_first = True
    for raw in file.pieces(limits):
        if check:
            check(raw)
        piece = decoder.decode(raw)
        if is_first and piece:
            # A second mark, of a file that was marked twice.
            piece, is_first = piece.removeprefix("\ufeff"), False
        if piece:
            yield piece
    if not is_cut and (last := decoder.decode(b"", final=True)):
        yield last


def cleaned(pieces: Iterator[str]) -> Iterator[str]:
    """The same text with line ends as \\n, and no control characters but \\n and \\t."""
    ends = io.IncrementalNewlineDecoder(None, translate=True)
    for piece in pieces:
        piece = ends.decode(piece)
        if _has_control(piece):
            piece = CONTROL.sub("", piece)
        if piece:
            yield piece
    if last := ends.decode("", final=True):
        yield last


def _has_control(piece: str) -> bool:
    if piece.isascii():  # counting bytes is three times as fast as the pattern
        raw = piece.encode("ascii")
        return len(raw.translate(None, _ASCII_CONTROL)) != len(raw)
    return CONTROL.search(piece) is not None
