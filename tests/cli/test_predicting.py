import pytest

from tests.cli.lines import objects


def test_texts_come_from_a_file_too(shell, trained, tmp_path):
    directory = trained("sentiment")
    (tmp_path / "texts.txt").write_text("\ufeffI like it\n\nI hate it\n", encoding="utf-8")
    code, text, _ = shell("predict", directory, "--text", "one", "--input", tmp_path / "texts.txt", "--json")
    assert code == 0
    assert [row["text"] for row in objects(text)] == ["one", "I like it", "I hate it"]


@pytest.mark.parametrize(
    ("task", "words", "field"),
    [
        ("sentiment", [], "text"),
        ("sentiment", ["--text", "x", "--set", "temperature=1"], "temperature"),
        ("sentiment", ["--input", "nothing.txt"], "input"),
        ("sentiment", ["--text", " "], "text"),
        ("generation", ["--text", "x", "--set", "length=0"], "length"),
        ("forecasting", ["--text", "x"], "text"),
        ("forecasting", ["--set", "horizon=0"], "horizon"),
        ("translation", ["--text", "x", "--set", "beam_size=99"], "beam_size"),
    ],
)
def test_a_prediction_that_cannot_be_is_bad_input(task, words, field, shell, trained):
    code, out, err = shell("predict", trained(task), *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"{field}: ")


def test_options_of_a_prediction_are_used(shell, trained):
    code, text, _ = shell("predict", trained("generation"), "--text", "A", "--set", "length=5", "--json")
    assert code == 0
    assert len(objects(text)[0]["text"]) == 5
