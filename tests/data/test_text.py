import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.text import BOS, EOS, PAD, SPECIALS, UNK, encode_all, fit_tokenizer, load_tokenizer

UNITS = ("character", "word", "subword")
TEXTS = [
    "The cat isn't here, is it?", "Déjà vu: 3,14 costs €5.", "Ein  Haus\tmit zwei Räumen", "नमस्ते दुनिया", "🙂 ok",
]  # fmt: skip


@pytest.fixture(params=UNITS)
def tokenizer(request):
    return fit_tokenizer(request.param, TEXTS, 500)


def test_the_special_ids_are_the_same_everywhere(tokenizer):
    assert [tokenizer.token(place) for place in range(4)] == list(SPECIALS)
    assert (PAD, UNK, BOS, EOS) == (0, 1, 2, 3)


def test_known_text_comes_back(tokenizer):
    for text in ("The cat isn't here, is it?", "Déjà vu: 3,14 costs €5.", "🙂 ok"):
        ids = tokenizer.encode(text)
        assert ids.dtype == np.int32
        assert UNK not in ids
        assert tokenizer.decode(ids.tolist()) == text


def test_special_ids_are_left_out_of_text(tokenizer):
    ids = tokenizer.encode("The cat").tolist()
    assert tokenizer.decode([BOS, *ids, EOS, PAD, PAD]) == "The cat"


def test_what_was_not_in_training_is_unknown(tokenizer):
    assert UNK in tokenizer.encode("The 猫 is here")
    assert tokenizer.encode("猫").tolist()[-1] == UNK


def test_a_tokenizer_is_kept_as_json(tokenizer):
    again = load_tokenizer(tokenizer.to_json())
    assert again.unit == tokenizer.unit
    assert again.vocab_size == tokenizer.vocab_size
    for text in (*TEXTS, "quite new", ""):
        assert again.encode(text).tolist() == tokenizer.encode(text).tolist()


def test_fitting_twice_gives_the_same_ids(tokenizer):
    again = fit_tokenizer(tokenizer.unit, TEXTS, 500)
    assert again.encode(TEXTS[0]).tolist() == tokenizer.encode(TEXTS[0]).tolist()


def test_the_vocabulary_has_an_upper_end(tokenizer):
    small = fit_tokenizer(tokenizer.unit, TEXTS, 14)
    assert small.vocab_size == 14
    assert small.to_json() == fit_tokenizer(tokenizer.unit, TEXTS, 14).to_json(), "also where many are equally frequent"


def test_empty_text_has_no_tokens(tokenizer):
    assert tokenizer.encode("").tolist() == []
    assert tokenizer.decode([]) == ""


@given(st.text(max_size=60))
def test_any_text_comes_back_by_characters(text):
    tokenizer = fit_tokenizer("character", [text], 5_000)
    assert tokenizer.decode(tokenizer.encode(text).tolist()) == text


@given(st.lists(st.sampled_from(["cat", "isn't", "Ärger", "3,14", "(so)", "x_y", "?!"]), min_size=1, max_size=8))
@pytest.mark.parametrize("unit", ["word", "subword"])
def test_words_between_single_spaces_come_back(unit, words):
    text = " ".join(words)
    tokenizer = fit_tokenizer(unit, [text], 500)
    assert tokenizer.decode(tokenizer.encode(text).tolist()) == text


@pytest.mark.parametrize("unit", UNITS)
def test_case_can_be_ignored(unit):
    tokenizer = fit_tokenizer(unit, ["good Film"], 500, lowercase=True)
    assert tokenizer.encode("GOOD film").tolist() == tokenizer.encode("good Film").tolist()
    assert load_tokenizer(tokenizer.to_json()).encode("GOOD").tolist() == tokenizer.encode("good").tolist()


def test_the_most_frequent_characters_are_kept():
    tokenizer = fit_tokenizer("character", ["aaaa bbb c"], 4 + 2)
    assert tokenizer.encode("abc").tolist() == [4, 5, UNK]


def test_a_word_is_written_as_a_person_would(tokenizer):
    shown = [tokenizer.token(token_id) for token_id in tokenizer.encode("The cat").tolist()]
    assert not any("▁" in token for token in shown)
    assert all(shown)


def test_many_texts_become_one_array(tokenizer):
    ids, offsets = encode_all(tokenizer, [*TEXTS, ""], 7)
    assert offsets.tolist() == np.cumsum([0, *(min(7, len(tokenizer.encode(text))) for text in (*TEXTS, ""))]).tolist()
    for place, text in enumerate(TEXTS):
        assert ids[offsets[place] : offsets[place + 1]].tolist() == tokenizer.encode(text)[:7].tolist()
    assert ids.dtype == np.int32
