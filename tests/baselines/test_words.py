"""Splitting and joining words."""

import pytest

from core.baselines.words import join_words, split_words


def test_tokens_carry_the_space_before_them():
    assert split_words("Is it 7 o'clock?") == [" Is", " it", " 7", " o", "'", "clock", "?"]


def test_hyphens_inside_a_word_belong_to_it():
    assert split_words("twenty-one - or") == [" twenty-one", " -", " or"]


@pytest.mark.parametrize(
    "text", ["", "Oui, c'est ça !", "Der Mann (40) läuft.", "मेरा नाम है।", "a-b -c d- --", '"So?" he said…']
)
def test_joining_gives_the_text_back(text):
    assert join_words(split_words(text)) == text


def test_white_space_becomes_one_space():
    assert join_words(split_words("  a\t b\n\nc ")) == "a b c"
    assert split_words(" \n") == []


def test_a_script_without_spaces_is_cut_into_its_letters():
    assert split_words("小猫 ok 7点。") == ["小", "猫", " ok", " 7", "点", "。"]
    for text in ("小猫在桌上。", "ここで寝る", "แมวนอน", "ຂ້ອຍ", "고양이가 잔다"):
        assert join_words(split_words(text)) == text
    assert split_words("고양이가 잔다") == [" 고양이가", " 잔다"]
