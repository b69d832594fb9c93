"""From a visitor's bytes to clean text: is it text at all, and in which encoding?

A file is read once to find that out, and again for its text (clean_text.py), both times in pieces: a choice between
encodings may hang on its last byte. Left out: whether the file may be read (inputs.py), what the text means
(tables.py, text_files.py, pair_files.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.config.encodings import codec_of, name_of
from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.clean_text import CONTROL, CleanText, cleaned, decoded
from core.data.sources.detection import HighLines, likely_codecs
from core.data.sources.inputs import InputFile, path_error, plural, shorten

_PARQUET = b"PAR1"
_MAX_CONTROL_SHARE = 0.05
_SAMPLE = 65_536
_LOW = bytes(range(128))
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8"),
)  # fmt: skip
_WIDE = ("utf-16", "utf-32")
_MOST_BROKEN = 20  # bytes beyond ASCII for each that does not fit


class _HasZeros(Exception):
    """A zero byte, which text with a byte a letter never holds."""


def is_parquet(file: InputFile) -> bool:
    """Whether the file begins as Parquet files do."""
    return file.start(len(_PARQUET)) == _PARQUET


def read_text(file: InputFile, limits: Limits) -> tuple[str, tuple[str, ...]]:
    """The text of a file: decoded, line ends as \\n, no control characters but \\n and \\t.

    Returns:
        text: Without byte order mark; at most `max_upload_bytes` are read, even if the file grows meanwhile.
        notes: The encoding, where it had to be guessed.

    Raises:
        ConfigError: Binary, an encoding that does not hold what it promises, or choices that only tables have.
    """
    file.reading.refuse("plain text", "delimiter", "header")
    found = scan(file, limits)
    text = ""
    for piece in found.pieces():
        text += piece  # grows in place: a list of the pieces beside their sum would be the text twice
    return text, found.notes


def scan(file: InputFile, limits: Limits) -> CleanText:
    """Find out how the text of a file is written, and how much it is.

    Raises:
        ConfigError: Binary, blank, or an encoding that does not hold what it promises; the field is `data.encoding`
            where the visitor chose it.
    """
    mark = file.start(4)
    marked = next((codec for start, codec in _MARKS if mark.startswith(start)), None)
    if file.reading.encoding is not None:
        return _as_chosen(file, limits, file.reading.encoding, marked)
    if marked in ("utf-16", "utf-32"):
        try:
            return _checked(_count(file, limits, marked))
        except UnicodeDecodeError:
            received = f"{shorten(file.name)!r}, broken {marked.upper()}"
            raise path_error("text", received, "Save it again as UTF-8.") from None
    try:
        return _checked(_guess(file, limits))
    except _HasZeros:
        return _unmarked(file, limits)


def _as_chosen(file: InputFile, limits: Limits, chosen: str, marked: str | None) -> CleanText:
    codec = codec_of(chosen)
    if marked is not None and not codec.startswith(marked):
        raise _misfit(chosen, f"whose first bytes say that it is {marked.upper()}")
    if codec == "utf-16" and marked is None:
        codec = _byte_order(file.start(_SAMPLE)) or "utf-16-le"
    try:
        found = _count(file, limits, codec)
    except UnicodeDecodeError:
        raise _misfit(chosen, "with bytes that it does not allow") from None
    except _HasZeros:
        raise _misfit(chosen, "with zero bytes, which UTF-16 and binary content have") from None
    if found.has_zeros or found.is_odd:
        raise _misfit(chosen, "that then has characters which no text holds")
    return _checked(found)


def _misfit(chosen: str, received: str) -> ConfigError:
    return ConfigError.single(
        "data.encoding",
        "an encoding that fits the file",
        f"{chosen!r} for a file {received}",
        "Leave data.encoding out to have it found, or choose another one.",
    )


def _guess(file: InputFile, limits: Limits) -> _Counted:
    """UTF-8, perhaps with a few broken bytes, or the encoding that fits best. Raises `_HasZeros`."""
    try:
        return _count(file, limits, "utf-8-sig")
    except UnicodeDecodeError:
        lines = HighLines()
    mended = _count(file, limits, "utf-8-sig", "replace", lines)
    if mended.is_nearly_right:
        broken = plural(mended.num_broken, "broken character")
        return mended.noted(f"{broken} replaced (the text is not quite UTF-8)")
    note = "not UTF-8: read as {} ({}); set data.encoding if letters look wrong"
    for codec, confidence in likely_codecs(lines.sample(mended.is_cut)):
        found = _count(file, limits, codec, "replace")
        if found.is_nearly_right:
            broken = f", {plural(found.num_broken, 'broken character')} replaced" if found.num_broken else ""
            return found.noted(note.format(name_of(codec), f"confidence {confidence:.0%}{broken}"))
    for codec in ("cp1252", "iso8859-1"):  # the last one reads anything
        found = _count(file, limits, codec, "replace")
        if not found.num_broken:
            break
    return found.noted(note.format(name_of(codec), "too few letters to tell, so the usual one"))


def _unmarked(file: InputFile, limits: Limits) -> CleanText:
    """UTF-16 without its mark: every other byte of the usual characters is zero."""
    codec = _byte_order(file.start(_SAMPLE))
    if codec is None:
        raise _binary(file)
    try:
        return _checked(_count(file, limits, codec).noted("read as UTF-16 (the file does not say so)"))
    except UnicodeDecodeError:
        raise _binary(file) from None


def _byte_order(sample: bytes) -> str | None:
    """Which UTF-16 the zeros of a sample speak for, if any."""
    even, odd = (sample[k::2].count(0) / max(1, len(sample)) for k in (0, 1))
    for zeros, others, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.1 and others < 0.01:
            return codec
    return None


@dataclass
class _Counted:
    """What one reading of a file found."""

    file: InputFile
    limits: Limits
    codec: str
    is_cut: bool
    num_chars: int = 0
    num_lines: int = 1
    num_ends: int = 0
    num_high: int = 0  # bytes beyond ASCII
    num_broken: int = 0
    is_blank: bool = True
    has_zeros: bool = False
    has_quotes: bool = False
    raw: list[str] = field(default_factory=list)  # the beginning, before it was cleaned
    start: list[str] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    lines: HighLines | None = None

    def noted(self, note: str) -> _Counted:
        self.notes = (note,)
        return self

    @property
    def is_nearly_right(self) -> bool:
        """Whether hardly a byte is broken."""
        return self.num_high - self.num_broken > _MOST_BROKEN * self.num_broken

    @property
    def is_odd(self) -> bool:
        """Whether there are more control characters than a text has."""
        sample = "".join(self.raw)[:_SAMPLE]
        odd = len(CONTROL.findall(sample)) - sample.count("\r") - sample.count("\f")
        return odd > max(1, _MAX_CONTROL_SHARE * len(sample))

    def look_at_bytes(self, raw: bytes) -> None:
        """Raises `_HasZeros` where a byte is a letter or a part of one."""
        if not self.codec.startswith(_WIDE):
            if b"\x00" in raw:
                raise _HasZeros
            self.num_high += 0 if raw.isascii() else len(raw.translate(None, _LOW))
        if self.lines is not None:
            self.lines.add(raw)

    def look_at(self, pieces: Iterator[str]) -> Iterator[str]:
        """The pieces as they came, counted on the way to those that clean them."""
        seen = 0
        for piece in pieces:
            if seen < _SAMPLE:
                self.raw.append(piece[:_SAMPLE])
                seen += len(piece)
            self.has_zeros = self.has_zeros or "\x00" in piece
            self.num_broken += piece.count("\ufffd")
            yield piece

    def add(self, piece: str) -> None:
        """Count one clean piece."""
        if self.num_chars < _SAMPLE:
            self.start.append(piece[: _SAMPLE - self.num_chars])
        self.num_chars += len(piece)
        self.is_blank = self.is_blank and not piece.strip()
        self.has_quotes = self.has_quotes or '"' in piece
        body = piece.rstrip("\n")
        if body:
            self.num_lines += self.num_ends + body.count("\n")
            self.num_ends = 0
        self.num_ends += len(piece) - len(body)


def _count(
    file: InputFile, limits: Limits, codec: str, errors: str = "strict", lines: HighLines | None = None
) -> _Counted:
    """Read a file once. Raises `UnicodeDecodeError` or `_HasZeros`."""
    found = _Counted(file, limits, codec, file.is_cut(), lines=lines)
    raw = decoded(file, limits, codec, errors, found.is_cut, found.look_at_bytes)
    for piece in cleaned(found.look_at(raw)):
        found.add(piece)
    return found


def _checked(found: _Counted) -> CleanText:
    """What was found as a text, refused when it is none."""
    file = found.file
    if found.is_odd or found.has_zeros:
        raise _binary(file)
    if found.is_blank:
        raise path_error("a file with content", f"{shorten(file.name)!r}, only blank space", "Choose another file.")
    return CleanText(
        file, found.limits, found.codec, found.num_chars, found.num_lines, found.num_ends, "".join(found.start),
        found.notes, found.is_cut, found.has_quotes,
    )  # fmt: skip


def _binary(file: InputFile) -> ConfigError:
    return path_error(
        "text", f"{shorten(file.name)!r}, binary content", "Save it as plain text or CSV in UTF-8 and bring that."
    )
