"""`score`: texts scored from the shell."""

import math

import pytest

from core import load
from tests.cli.lines import objects


def test_texts_are_scored_beside_the_best_n_gram_model(shell, trained, tmp_path):
    directory = trained("generation")
    (tmp_path / "texts.txt").write_text("The end\n\nAnna\n", encoding="utf-8")
    code, out, err = shell(
        "score",
        directory,
        "--text",
        "Bob sees",
        "--input",
        tmp_path / "texts.txt",
        "--before",
        "a\n",
        "--tokens",
        "--json",
    )
    assert (code, err) == (0, "")
    rows = objects(out)
    assert [row["text"] for row in rows] == ["Bob sees", "The end", "Anna"]
    found = load(directory).score("Bob sees", before="a\n")
    assert rows[0]["bits"] == pytest.approx(found.total / math.log(2))
    assert rows[0]["bits_per_character"] == pytest.approx(rows[0]["bits"] / 8)
    assert rows[0]["bits_per_word"] == pytest.approx(rows[0]["bits"] / 2)
    tokens, best = rows[0]["tokens"], rows[0]["best_baseline"]
    assert sum(token["bits"] for token in tokens) == pytest.approx(rows[0]["bits"])
    assert sum(token[f"bits_{best}"] for token in tokens) == pytest.approx(8 * rows[0]["baseline_bits_per_character"])


def test_in_words_a_score_stands_below_its_text(shell, trained):
    code, out, _ = shell("score", trained("generation"), "--text", "Bob")
    assert code == 0
    text, said = out.splitlines()
    assert text == "Bob" and "bits a character" in said and "best n-gram" in said


@pytest.mark.parametrize(
    ("task", "words", "field"), [("generation", [], "text"), ("sentiment", ["--text", "a"], "run")]
)
def test_what_cannot_be_scored_is_bad_input(task, words, field, shell, trained):
    code, out, err = shell("score", trained(task), *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"{field}: ")
