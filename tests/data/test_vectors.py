"""Vectors of words from a visitor's file: what a vocabulary needs is kept, and what is wrong is told with its line."""

import numpy as np
import pytest

from core.config.errors import ConfigError
from core.data import vectors
from core.data.sources.upload_storing import save_upload
from core.data.text import fit_tokenizer
from core.data.vectors import check_vectors_reader, read_vectors, size_of_vectors, vectors_path, vocabulary_of

WORDS = {"the": 4, "cat": 5, "café": 6, ". . .": 7}
LINES = ["the 0.5 -1", "dog 9 9", "café 1e-3 2 ", ". . . 3 4", "the 7 7"]


@pytest.fixture
def file(tmp_path):
    def write(*lines):
        path = tmp_path / "vectors.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("header", [(), ("5 2",)], ids=["GloVe", "fastText"])
def test_the_rows_of_the_vocabulary_are_kept_and_of_two_the_first(file, header):
    found = read_vectors(file(*header, *LINES), WORDS, 2)
    assert found.ids.tolist() == [4, 6, 7] and found.num_words == 4
    np.testing.assert_allclose(found.values, [[0.5, -1], [0.001, 2], [3, 4]])
    assert found.values.dtype == np.float32


def test_a_word_with_capitals_stands_in_where_no_other_does(file):
    found = read_vectors(file("The 1 1", "the 2 2", "Cat 3 3"), WORDS, 2)
    np.testing.assert_allclose(found.values, [[2, 2], [3, 3]])


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["the 1 2", "cat 1 2 3"], "3 in line 2"),
        (["the 1 2", "cat 1"], "1 in line 2"),
        (["9 3", "the 1 2 3"], "3 in line 1"),
        (["the 1 2", "cat nan 2"], "line 2"),
        (["the 1 inf"], "line 1"),
        (["the 1 x"], "line 1"),
        (["dog 1 2"], "none in 1 lines"),
        (["the " + "1" * 70_000], "longer one in line 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(file, lines, told):
    with pytest.raises(ConfigError) as caught:
        read_vectors(file(*lines), WORDS, 2)
    assert told in caught.value.problems[0].received and caught.value.problems[0].field == "model.vectors"


def test_an_empty_file_and_none_are_refused(file, tmp_path):
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    for path in (empty, tmp_path / "missing"):
        with pytest.raises(ConfigError):
            read_vectors(path, WORDS, 2)


def test_more_lines_than_are_read_are_refused(file, monkeypatch):
    monkeypatch.setattr(vectors, "MOST_LINES", 3)
    with pytest.raises(ConfigError, match="at most 3 lines"):
        read_vectors(file(*LINES), WORDS, 2)


def test_the_first_line_says_the_size(file):
    assert size_of_vectors(file("10 3", "a 1 2 3", ". . . 4 5 6")) == 3
    assert size_of_vectors(file("the 1 2 3")) == 3
    with pytest.raises(ConfigError, match="line 1"):
        size_of_vectors(file("a text, of words"))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("10 3", "a 1"), "3 numbers in each line.*1 in line 2"),
        (("a 1 2", "b 1 2 3"), "2 numbers in each line.*3 in line 2"),
        (("a 1 2", "b 1 nan"), "line 2"),
        (("a 1 2", "b 1 x"), "line 2"),
        (("", ""), "line 1"),
    ],
)
def test_a_file_that_is_brought_is_told_the_first_line_that_is_not_like_the_others(file, lines, told):
    with pytest.raises(ConfigError, match=told):
        size_of_vectors(file(*lines))


def test_an_upload_is_its_owner_s_and_a_path_the_shell_s(tmp_path, monkeypatch):
    from core.config.limits import Limits

    upload = save_upload([("glove.txt", b"the 1 2\n")], tmp_path, Limits(), owner="me")
    assert vectors_path(f"upload:{upload}", tmp_path).read_bytes() == b"the 1 2\n"
    check_vectors_reader(f"upload:{upload}", tmp_path, "me")
    check_vectors_reader("/tmp/glove.txt", tmp_path, None)
    check_vectors_reader(None, tmp_path, "me")
    for named, actor in ((f"upload:{upload}", "you"), ("/etc/passwd", "me"), ("upload:../x", "me")):
        with pytest.raises(ConfigError):
            check_vectors_reader(named, tmp_path, actor)


def test_a_vocabulary_is_its_words_without_the_blank_before_them():
    tokenizer = fit_tokenizer("word", ["the cat", "the dog"], 50)
    words = vocabulary_of(tokenizer)
    assert {*words} == {"the", "cat", "dog"}
    assert all(tokenizer.token(number) == word for word, number in words.items())
