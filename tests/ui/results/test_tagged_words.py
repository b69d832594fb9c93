"""Sentences with tags or names on the page: as text and never as markup, with every probability beside it."""

import pytest

from ui.foreign import csv_of
from ui.results.tagged_words import answer_line, by_entity, by_word, tagged_line

NAMED = {
    "text": "Tom <b>Ireland</b> saw =Paris .",
    "words": ["Tom", "<b>Ireland</b>", "saw", "=Paris", "."],
    "tags": ["B-person", "I-person", "O", "B-place", "O"],
    "probabilities": [0.9, 0.8, 0.99, 0.6, 1.0],
    "named": [0.95, 0.9, 0.01, 0.7, 0.0],
    "entities": [
        {"kind": "person", "text": "Tom <b>Ireland</b>", "start": 0, "end": 2, "probability": 0.72},
        {"kind": "place", "text": "=Paris", "start": 3, "end": 4, "probability": 0.998},
    ],
}


def test_a_name_is_one_span_with_its_type_and_probability_and_all_of_it_is_text():
    line = answer_line(NAMED)
    assert line.count("-background[") == 2
    assert ":blue-background[Tom \\<b\\>Ireland" in line and "person 72%" in line
    assert ":orange-background[" in line and "place 99\\.8%" in line
    assert " saw " in line and "<b>" not in line


def test_a_type_has_the_same_ground_in_every_sentence():
    only_place = {**NAMED, "entities": NAMED["entities"][1:]}
    assert ":blue-background[" in answer_line(only_place)
    assert ":orange-background[" in answer_line(only_place, ["person", "place"])


def test_words_whose_tags_mark_no_names_have_their_tag_each():
    assert answer_line({"words": ["a", "b"], "tags": ["X", "Y"]}) == tagged_line(["a", "b"], ["X", "Y"])
    assert answer_line({"words": ["a"], "tags": ["X"]}) == ":blue-background[a :small[X]]"


def test_the_files_have_a_row_a_name_and_a_row_a_word():
    names = by_entity([NAMED, {**NAMED, "entities": []}])
    assert names.values.tolist() == [
        [1, "Tom <b>Ireland</b>", "person", 1, 2, 0.72],
        [1, "=Paris", "place", 4, 4, 0.998],
    ]
    words = by_word([NAMED, NAMED])
    assert list(words.columns) == ["sentence", "word", "tag", "sure", "named"]
    assert words.iloc[5].tolist() == [2, "Tom", "B-person", 0.9, 0.95]
    assert len(words) == 10
    assert "\n1,=Paris" not in csv_of(names)
    plain = {key: value for key, value in NAMED.items() if key not in ("named", "entities")}
    assert list(by_word([plain]).columns) == ["sentence", "word", "tag", "sure"]


def test_without_any_name_the_file_has_its_columns_all_the_same():
    found = by_entity([{**NAMED, "entities": []}])
    assert list(found.columns) == ["sentence", "name", "type", "first", "last", "sure"]
    assert not len(found)


@pytest.mark.parametrize(("share", "said"), [(0.5, "50%"), (0.9999, "over 99.9%"), (1.0, "100%")])
def test_what_is_not_certain_is_not_said_to_be(share, said):
    one = {"kind": "x", "text": "Tom", "start": 0, "end": 1, "probability": share}
    assert f"x {said}" in answer_line({**NAMED, "entities": [one]}).replace("\\", "")
