"""From a visitor's bytes to clean text: is it text at all, and in which encoding?

Left out: whether the file may be read (inputs.py), what the text means (tables.py, text_files.py, pair_files.py).
"""

from __future__ import annotations

import re

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.inputs import InputFile, path_error, plural, read_bytes, shorten

_PARQUET = b"PAR1"
# The NUL character is no longer in the text when this is applied; line ends and tabs stay.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MAX_CONTROL_SHARE = 0.05
_SAMPLE = 65_536


def is_parquet(file: InputFile) -> bool:
    """Whether the file begins as Parquet files do."""
    with file.open() as stream:
        return stream.read(len(_PARQUET)) == _PARQUET


def read_text(file: InputFile, limits: Limits) -> tuple[str, tuple[str, ...]]:
    """The text of a file: decoded, line ends as \\n, no control characters but \\n and \\t.

    Args:
        file: Already through `check_files`.
        limits: `max_upload_bytes` bounds what is read, even if the file grows meanwhile.

    Returns:
        text: Without byte order mark.
        notes: The encoding, where it had to be guessed.

    Raises:
        ConfigError: Binary, or an encoding that does not hold what it promises.
    """
    raw = read_bytes(file, limits)
    text, note = _decode(raw, file)
    text = text.removeprefix("\ufeff")  # a second mark, of a file that was marked twice
    del raw
    sample = text[:_SAMPLE]
    odd = len(_CONTROL.findall(sample)) - sample.count("\r") - sample.count("\f")
    if odd > max(1, _MAX_CONTROL_SHARE * len(sample)) or "\x00" in text:
        raise _binary(file)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    if not text.strip():
        raise path_error("a file with content", f"{shorten(file.name)!r}, only blank space", "Choose another file.")
    return text, ((note,) if note else ())


def _decode(raw: bytes, file: InputFile) -> tuple[str, str]:
    """Text with its line ends as they are, and a note when the encoding was guessed."""
    marks = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"))
    for mark, encoding in (*marks, (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            try:
                return raw.decode(encoding), ""
            except UnicodeDecodeError:
                raise path_error(
                    "text", f"{shorten(file.name)!r}, broken {encoding.upper()}", "Save it again as UTF-8."
                ) from None
    if b"\x00" in raw:
        return _decode_unmarked(raw, file)
    try:
        return raw.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    mended = raw.decode("utf-8-sig", errors="replace")
    num_bad = mended.count("\ufffd")
    num_good = len(raw.translate(None, bytes(range(128)))) - num_bad
    if num_good > 20 * num_bad:
        return mended, f"{plural(num_bad, 'broken character')} replaced (the text is not quite UTF-8)"
    note = "not UTF-8: read as Western European (Windows-1252); save it as UTF-8 if letters look wrong"
    try:
        return raw.decode("cp1252"), note
    except UnicodeDecodeError:
        return raw.decode("latin-1"), note.replace("Windows-1252", "Latin-1")


def _decode_unmarked(raw: bytes, file: InputFile) -> tuple[str, str]:
    """UTF-16 without its mark: every other byte of the usual characters is zero."""
    sample = raw[:_SAMPLE]
    even, odd = sample[::2].count(0) / len(sample), sample[1::2].count(0) / len(sample)
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.1 and others < 0.01 and len(raw) % 2 == 0:
            try:
                return raw.decode(encoding), "read as UTF-16 (the file does not say so)"
            except UnicodeDecodeError:
                break
    raise _binary(file)


def _binary(file: InputFile) -> ConfigError:
    return path_error(
        "text", f"{shorten(file.name)!r}, binary content", "Save it as plain text or CSV in UTF-8 and bring that."
    )
