"""Scores of translations, with n-grams counted by hand, and scripts by their letters."""

import importlib.util
import math

import pytest

from core.metrics.edits import edits
from core.metrics.registry import score
from core.metrics.translations import Translations
from core.scripts import writing_of

HAS_MECAB = importlib.util.find_spec("MeCab") is not None
HAS_MECAB_KO = importlib.util.find_spec("mecab_ko") is not None


def translation_metrics(hypotheses, references, loss=None):
    texts = Translations(hypotheses, references, loss)
    return {**score(("bleu", "chrf", "exact_match", "loss"), texts), "signature": texts.signature}


@pytest.mark.parametrize(
    ("texts", "writing"),
    [
        (["他昨天在图书馆。"], "chinese"),
        (["Die 中文 Woche", "中文中文中文中文"], "chinese"),
        (["ここで食べる"], "japanese"),
        (["日本語学校前ですよ"], "japanese"),
        (["ﾃｽﾄ"], "japanese"),
        (["고양이가 잔다"], "korean"),
        (["กินข้าว", "ok"], "undivided"),
        (["ສະບາຍດີ"], "undivided"),
        (["សួស្តី"], "undivided"),
        (["မင်္ဂလာပါ"], "undivided"),
        (["नमस्ते दुनिया"], "divided"),
        (["Она спит", "漢"], "divided"),
        (["2031", "!?"], "divided"),
        ([], "divided"),
    ],
)
def test_most_letters_say_how_a_text_is_written(texts, writing):
    assert writing_of(texts) == writing


def test_a_near_miss_in_chinese_is_scored_by_characters_as_sacrebleu_does_it():
    # Eight characters and the mark, the fourth wrong: 8 of 9 single ones, 6 of 8 pairs, 4 of 7 triples, 3 of 6 fours.
    reference, hypothesis = "小猫今天睡在桌上。", "小猫今夜睡在桌上。"
    expected = 100 * math.exp((math.log(8 / 9) + math.log(6 / 8) + math.log(4 / 7) + math.log(2 / 6)) / 4)
    figures = translation_metrics([hypothesis], [reference])
    assert figures["bleu"] == pytest.approx(expected)
    assert figures["bleu"] > 55
    assert "tok:zh" in figures["signature"]
    assert 0 < figures["chrf"] < 100


def test_a_near_miss_in_thai_is_scored_by_characters():
    # Seven characters, the third wrong: 6 of 7, 4 of 6, 2 of 5, 1 of 4.
    expected = 100 * math.exp((math.log(6 / 7) + math.log(4 / 6) + math.log(2 / 5) + math.log(1 / 4)) / 4)
    figures = translation_metrics(["กขฃงจฉช"], ["กขคงจฉช"])
    assert figures["bleu"] == pytest.approx(expected)
    assert "tok:char" in figures["signature"]


@pytest.mark.parametrize(
    ("reference", "installed", "words"),
    [("ここで本を読む", HAS_MECAB, "ja-mecab"), ("고양이가 방에서 잔다", HAS_MECAB_KO, "ko-mecab")],
)
def test_japanese_and_korean_are_scored_by_words_where_these_can_be_told(reference, installed, words):
    figures = translation_metrics([reference], [reference])
    assert figures["bleu"] == pytest.approx(100)
    assert f"tok:{words if installed else 'char'}" in figures["signature"]


def test_the_references_alone_decide_for_every_system():
    references = ["小猫睡在桌上", "狗在河边跑"]
    signatures = {
        translation_metrics(texts, references)["signature"] for texts in (["a cat", "a dog"], references, ["", "กข"])
    }
    assert len(signatures) == 1


def test_a_perfect_translation_scores_full_marks():
    sentences = ["the cat sat on the mat today", "three small dogs ran over the hill"]
    figures = translation_metrics(sentences, sentences, loss=0.5)
    assert figures["bleu"] == pytest.approx(100.0)
    assert figures["chrf"] == pytest.approx(100.0)
    assert figures["exact_match"] == 1.0
    assert figures["loss"] == 0.5
    assert "tok:13a" in figures["signature"]
    assert "nc:6" in figures["signature"]


def test_bleu_matches_hand_computation():
    # Eight words, the fourth wrong: 7 of 8 words, 5 of 7 pairs, 3 of 6 triples, 1 of 5 quadruples match; lengths agree.
    reference = "a b c d e f g h"
    hypothesis = "a b c x e f g h"
    expected = 100 * math.exp((math.log(7 / 8) + math.log(5 / 7) + math.log(3 / 6) + math.log(1 / 5)) / 4)
    assert translation_metrics([hypothesis], [reference])["bleu"] == pytest.approx(expected)


def test_bleu_of_short_references_uses_the_orders_that_exist():
    references = ["27 mars 2080", "1 mai 1999"]
    perfect = translation_metrics(references, references)
    assert perfect["bleu"] == pytest.approx(100.0)
    assert "eff:yes" in perfect["signature"]
    # 4 of 6 words, 2 of 4 pairs, no triple of 2 (smoothed to a half)
    figures = translation_metrics(["27 mars 2081", "2 mai 1999"], references)
    expected = 100 * math.exp((math.log(4 / 6) + math.log(2 / 4) + math.log(0.5 / 2)) / 3)
    assert figures["bleu"] == pytest.approx(expected)
    assert "eff:no" in translation_metrics(["27 mars"], ["lundi 27 mars 2080"])["signature"]


def test_exact_match_ignores_surrounding_space_only():
    assert translation_metrics([" yes ", "Yes", ""], ["yes", "yes", "no"])["exact_match"] == pytest.approx(1 / 3)


def test_nothing_translated_is_null():
    assert set(translation_metrics([], []).values()) == {None}


def test_empty_translations_score_zero():
    figures = translation_metrics(["", ""], ["a good day", "a bad day"])
    assert (figures["bleu"], figures["chrf"], figures["exact_match"]) == (0.0, 0.0, 0.0)


def test_translations_and_references_must_pair_up():
    with pytest.raises(ValueError):
        translation_metrics(["a"], ["a", "b"])


@pytest.mark.parametrize(("written", "wanted", "number"), [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("", "", 0), ("abc", "abc", 0), ("ca", "abc", 3),
    ("intention", "execution", 5),
])  # fmt: skip
def test_edits_are_the_fewest_of_the_textbook(written, wanted, number):
    assert edits(written, wanted) == edits(wanted, written) == number


def test_the_error_rate_is_edits_a_word_and_ter_counts_a_moved_phrase_once():
    figures = score(("error_rate", "ter"), Translations(["c a b", "x y"], ["a b c", "x y"]))
    assert figures["error_rate"] == pytest.approx(2 / 5), "c taken out and put in behind b"
    assert figures["ter"] == pytest.approx(100 / 5), "c moved"


def test_phonemes_are_counted_one_by_one_and_undivided_scripts_by_characters():
    assert score(["error_rate"], Translations(["HH AH L OW"], ["HH EH L OW"]))["error_rate"] == pytest.approx(1 / 4)
    figures = score(("error_rate", "ter"), Translations(["小猫今夜睡"], ["小猫今天睡"]))
    assert figures["error_rate"] == pytest.approx(1 / 5) and figures["ter"] == pytest.approx(100 / 5)


def test_no_texts_and_empty_references_have_no_error_rate():
    assert score(("error_rate", "ter"), Translations([], [])) == {"error_rate": None, "ter": None}
    assert score(["error_rate"], Translations(["a"], [""])) == {"error_rate": None}
