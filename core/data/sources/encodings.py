"""From a visitor's file to clean text: is it there, is it small enough, is it text at all, in which encoding?

Everything that can be wrong with a file before its content is understood is found here and said in words a
visitor can act on. Sizes are checked before a byte is read; nothing is unpacked, unpickled or evaluated.
Left out: what the text means (tables.py, text_files.py, pair_files.py).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits

FORMATS = {
    "forecasting": "CSV, TSV or Parquet",
    "generation": "plain text",
    "sentiment": "CSV, TSV, Parquet or JSON lines",
    "translation": "TSV or CSV with two columns, or two text files with one sentence a line",
}

_OFFICE = "Open it in the program that made it and save it as CSV or plain text."
_PACKED = "Unpack it first."
_EXPORT = "Export its content as text first."
_SIGNATURES = (
    (b"%PDF", "a PDF", _EXPORT),
    (b"PK\x03\x04", "a zip archive or an Office file", "Unpack it, or save the sheet as CSV."),
    (b"PK\x05\x06", "an empty zip archive", _PACKED),
    (b"\xd0\xcf\x11\xe0", "an Office file", _OFFICE),
    (b"{\\rtf", "an RTF document", _OFFICE),
    (b"\x1f\x8b", "a gzip file", _PACKED),
    (b"BZh", "a bzip2 file", _PACKED),
    (b"\xfd7zXZ", "an xz file", _PACKED),
    (b"7z\xbc\xaf", "a 7-Zip file", _PACKED),
    (b"Rar!", "a RAR file", _PACKED),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", _PACKED),
    (b"SQLite format 3", "an SQLite database", _EXPORT),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"\x93NUMPY", "a NumPy file", _EXPORT),
    (b"ARROW1", "an Arrow file", "Save it as Parquet or CSV."),
    (b"\x89PNG", "a picture", "A picture holds no data that can be read here."),
    (b"\xff\xd8\xff", "a picture", "A picture holds no data that can be read here."),
    (b"GIF8", "a picture", "A picture holds no data that can be read here."),
)
_EXTENSIONS = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx"), _OFFICE),
    **dict.fromkeys((".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst"), _PACKED),
    **dict.fromkeys((".pdf", ".pkl", ".pickle", ".npy", ".npz", ".h5", ".hdf5", ".db", ".sqlite", ".mat"), _EXPORT),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp3", ".wav", ".mp4", ".exe"), _EXPORT),
}
_PARQUET = b"PAR1"
# The NUL character is no longer in the text when this is applied; line ends and tabs stay.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MAX_CONTROL_SHARE = 0.05
_SAMPLE = 65_536


@dataclass(frozen=True)
class InputFile:
    """A file to read and what to call it in messages (an upload lies under another name than the visitor's)."""

    path: Path
    name: str

    @property
    def extension(self) -> str:
        """Lower case with its dot, "" when there is none."""
        return self.path.suffix.lower()


def plural(number: int, noun: str) -> str:
    """ "1 row", "12,000 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listing(names: Sequence[str], most: int = 8) -> str:
    """Names in a row for a message, the later ones only counted."""
    shown = ", ".join(repr(shorten(name, 40)) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def shorten(text: str, length: int = 80) -> str:
    """The beginning of a visitor's text, for a message."""
    return text if len(text) <= length else text[: length - 3] + "..."


def path_error(expected: str, received: str, hint: str) -> ConfigError:
    """A `ConfigError` about the file itself."""
    return ConfigError.single("data.path", expected, received, hint)


def check_files(task: str, files: Sequence[InputFile], limits: Limits) -> None:
    """Refuse what cannot be read before reading it.

    Raises:
        ConfigError: Every file that is missing, a folder, no regular file, unreadable, empty, or of a kind that is not
            read; and a total above `limits.max_upload_bytes`.
    """
    problems: list[Problem] = []
    total = 0
    for file in files:
        size, problem = _inspect(task, file)
        total += size
        if problem:
            problems.append(problem)
    if total > limits.max_upload_bytes:
        problems.append(_too_large(total, limits))
    if problems:
        raise ConfigError(problems)


def _inspect(task: str, file: InputFile) -> tuple[int, Problem | None]:
    """Size in bytes of one file, and what is wrong with it."""

    def problem(expected: str, received: str, hint: str) -> Problem:
        return Problem("data.path", expected, f"{shorten(file.name)!r}, {received}", hint)

    try:
        status = file.path.stat()
        if stat.S_ISDIR(status.st_mode):
            return 0, problem("a file", "a folder", "Name the file in it.")
        if not stat.S_ISREG(status.st_mode):
            return 0, problem("a regular file", "a device or a pipe", "Write its content to a file first.")
        if status.st_size == 0:
            return 0, problem("a file with content", "which is empty", "Choose a file that holds data.")
        with file.path.open("rb") as stream:
            start = stream.read(16)
    except FileNotFoundError:
        return 0, problem("a file that exists", "which does not", "Check the spelling of the path.")
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "not a path"
        return 0, problem("a file that can be read", reason, "Check the path and the permissions.")
    for signature, kind, hint in _SIGNATURES:
        if start.startswith(signature):
            return status.st_size, problem(FORMATS[task], kind, hint)
    if file.extension in _EXTENSIONS:
        return status.st_size, problem(FORMATS[task], f"a {file.extension} file", _EXTENSIONS[file.extension])
    return status.st_size, None


def _too_large(size: int, limits: Limits) -> Problem:
    return Problem(
        "data.path",
        f"at most {limits.max_upload_bytes:,} bytes",
        f"{size:,} bytes",
        "Bring a part of it, or run Unroll yourself with a larger UNROLL_MAX_UPLOAD_BYTES.",
    )


def is_parquet(file: InputFile) -> bool:
    """Whether the file begins as Parquet files do."""
    with file.path.open("rb") as stream:
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
    with file.path.open("rb") as stream:
        raw = stream.read(limits.max_upload_bytes + 1)
    if len(raw) > limits.max_upload_bytes:
        raise ConfigError([_too_large(len(raw), limits)])
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
        raise _binary(file)
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


def _binary(file: InputFile) -> ConfigError:
    return path_error(
        "text", f"{shorten(file.name)!r}, binary content", "Save it as plain text or CSV in UTF-8 and bring that."
    )
