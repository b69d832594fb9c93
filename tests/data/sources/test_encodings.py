"""Text comes in pieces, and is what it would be in one: whatever the encoding, wherever a piece ends."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources import inputs
from core.data.sources.clean_text import cleaned
from core.data.sources.encodings import read_text, scan
from core.data.sources.inputs import InputFile
from core.data.sources.reading import Reading

LIMITS = Limits(max_upload_bytes=100_000)
PROSE = "Zażółć gęślą jaźń.\nnaïve café, 5 €\n👩‍👩‍👧 и всё\n"

Write = Callable[..., InputFile]


@pytest.fixture(params=[1, 2, 3, 7, 1 << 18])
def write(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes bytes to a file that is read in pieces of a few bytes, so that letters lie across their borders."""
    monkeypatch.setattr(inputs, "_PIECE", request.param)

    def to_file(content: bytes, **choices: str) -> InputFile:
        path = tmp_path / "text.txt"
        path.write_bytes(content)
        return InputFile(path, path.name, reading=Reading(**choices))  # type: ignore[arg-type]

    return to_file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_letter_may_lie_across_two_pieces(write: Write, encoding: str) -> None:
    assert read_text(write(PROSE.encode(encoding)), LIMITS) == (PROSE, ())


def test_line_ends_may_lie_across_two_pieces(write: Write) -> None:
    text, _ = read_text(write(b"one\r\ntwo\rthree\n\r\nfour\r"), LIMITS)
    assert text == "one\ntwo\nthree\n\nfour\n"


def test_both_marks_of_a_file_marked_twice_are_gone(write: Write) -> None:
    text, _ = read_text(write(b"\xef\xbb\xbf\xef\xbb\xbfone \x1b[31mtwo"), LIMITS)
    assert text == "one [31mtwo"


def test_a_late_letter_decides_the_encoding(write: Write) -> None:
    text, notes = read_text(write(b"plain words\n" * 20 + "café\n".encode("cp1252")), LIMITS)
    assert text.endswith("café\n")
    assert "read as windows-1252" in notes[0]


def test_a_few_broken_bytes_are_replaced_and_counted(write: Write) -> None:
    text, notes = read_text(write(("é" * 90).encode() + b"\xff\xfe" + b"end"), LIMITS)
    assert text == "é" * 90 + "\ufffd\ufffdend"
    assert notes == ("2 broken characters replaced (the text is not quite UTF-8)",)


def test_lines_and_their_ends_are_counted(write: Write) -> None:
    found = scan(write(b"\n\none\r\n\r\ntwo\n\n\n"), LIMITS)
    assert (found.num_lines, found.num_ends) == (5, 3)
    assert "".join(found.content()) == "\n\none\n\ntwo"
    assert list(found.lines(99, ConfigError([]))) == ["", "", "one", "", "two"]


def test_blocks_end_where_lines_do_and_lose_nothing(write: Write) -> None:
    lines = [f"line {k} " + "x" * (k * 7 % 31) for k in range(60)]
    found = scan(write("\n".join(lines).encode()), LIMITS)
    blocks = list(found.blocks(40))
    assert "\n".join(blocks).split("\n") == lines
    assert found.file.path.stat().st_size < 1 << 18
    assert all(block.count("\n") < 60 for block in blocks)


def test_the_encoding_that_is_chosen_comes_before_the_guess(write: Write) -> None:
    for name in ("utf-8", "utf-16", "windows-1252", "latin-1"):
        content = "café à la carte".encode(name)
        assert read_text(write(content, encoding=name), LIMITS) == ("café à la carte", ())
    assert read_text(write("café".encode(), encoding="latin-1"), LIMITS)[0] == "cafÃ©"
    assert read_text(write("café!".encode("utf-16-be"), encoding="utf-16"), LIMITS)[0] == "café!"


@pytest.mark.parametrize(
    ("chosen", "content"),
    [
        ("utf-8", "café".encode("latin-1")),
        ("utf-8", b"PAR\x00\x00\x01" * 50),
        ("utf-8", "word".encode("utf-16")),
        ("latin-1", b"\xef\xbb\xbfcaf\xc3\xa9"),
        ("latin-1", bytes(range(1, 256)) * 9),
        ("windows-1252", b"words \x81\x8d\x8f"),
        ("windows-1252", "word".encode("utf-16-le")),
        ("utf-16", b"odd"),
        ("utf-16", b"\x01\xd8" * 30),
        ("utf-16", "word".encode("utf-32")),
    ],
)
def test_an_encoding_that_cannot_be_is_refused_by_its_field(write: Write, chosen: str, content: bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        read_text(write(content, encoding=chosen), LIMITS)
    problem = caught.value.problems[0]
    assert problem.field == "data.encoding"
    assert repr(chosen) in problem.received
    assert "Leave data.encoding out" in problem.hint


def test_a_file_that_grows_is_read_up_to_the_limit(write: Write) -> None:
    file = write(b"word " * 30)
    with pytest.raises(ConfigError, match="at most 100 bytes"):
        read_text(file, Limits(max_upload_bytes=100))


def test_a_look_at_the_beginning_takes_no_fault_at_what_it_cuts(tmp_path: Path) -> None:
    path = tmp_path / "0"
    path.write_bytes(("é" * 20 + "\n" + "ü" * 20).encode())
    for head in range(3, 83):
        found = scan(InputFile(path, "0", head=head), LIMITS)
        assert found.encoding == "utf-8" and found.notes == ()
        assert found.is_cut == (head < 81)
        assert "\ufffd" not in "".join(found.pieces())
        shown = "é" * min(head // 2, 20) if head < 81 else "é" * 20 + "\n" + "ü" * 20
        assert "".join(found.content()).strip("\n") == shown


@given(st.text(st.sampled_from("a\r\n\té\x00\x1b\x85"), max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_cleaning_does_not_hang_on_where_pieces_end(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    expected = io.StringIO(text.replace("\x00", "").replace("\x1b", "").replace("\x85", ""), newline=None).read()
    if "\x00" in text or "\x1b" in text or "\x85" in text:
        # Control characters go after line ends are joined: \r, escape, \n are two line ends.
        whole = text.replace("\r\n", "\n").replace("\r", "\n")
        expected = "".join(char for char in whole if char not in "\x00\x1b\x85")
    assert "".join(cleaned(iter(pieces))) == expected
