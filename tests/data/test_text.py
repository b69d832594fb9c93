import json
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import pieces
from core.data.normalization import Normalization
from core.data.text import BOS, EOS, PAD, SPECIALS, UNK, fit_tokenizer, load_tokenizer

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


def test_the_name_of_a_special_token_in_a_text_is_text(tokenizer):
    own = fit_tokenizer(tokenizer.unit, ["say <pad> <eos> <unk> ok"], 500)
    ids = own.encode("<pad> <unk> ok <eos>").tolist()
    assert min(ids) > EOS
    assert own.decode(ids) == "<pad> <unk> ok <eos>"
    assert load_tokenizer(own.to_json()).encode("<pad> <unk> ok <eos>").tolist() == ids


def test_the_pieces_behind_unknown_ids_stand_in_order(tokenizer):
    text = "猫 is 犬, 猫"
    pieces = tokenizer.unknown_pieces(text)
    assert len(pieces) == (tokenizer.encode(text) == UNK).sum()
    assert [piece.strip() for piece in pieces] == ["猫", "犬", "猫"]
    assert tokenizer.unknown(text) == ["猫", "犬"]


def test_the_pieces_behind_unknown_ids_of_a_long_text_are_all_there(tokenizer):
    text = "The cat 猫. " * 5_000
    assert [piece.strip() for piece in tokenizer.unknown_pieces(text)] == ["猫"] * 5_000


def test_empty_text_has_no_tokens(tokenizer):
    assert tokenizer.encode("").tolist() == []
    assert tokenizer.decode([]) == ""


@given(st.text(max_size=60), st.sampled_from(["none", "nfc", "nfkc"]), st.booleans(), st.booleans())
def test_any_text_comes_back_by_characters_as_it_was_normalized(text, form, lower, strip_accents):
    normalization = Normalization(form, lower, strip_accents)
    tokenizer = fit_tokenizer("character", [text], 5_000, normalization)
    assert tokenizer.decode(tokenizer.encode(text).tolist()) == normalization(text)
    if not (lower or strip_accents) and form != "nfkc":
        assert normalization(text) == (text if form == "none" else unicodedata.normalize("NFC", text))


@given(st.lists(st.sampled_from(["cat", "isn't", "Ärger", "3,14", "(so)", "x_y", "?!"]), min_size=1, max_size=8))
@pytest.mark.parametrize("unit", ["word", "subword"])
def test_words_between_single_spaces_come_back(unit, words):
    text = " ".join(words)
    tokenizer = fit_tokenizer(unit, [text], 500)
    assert tokenizer.decode(tokenizer.encode(text).tolist()) == text


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    ("normalization", "written", "same"),
    [
        (Normalization(lower=True), "GOOD Film", "good fiLM"),
        (Normalization(strip_accents=True), "déjà vu", "deja vu"),
        (Normalization("nfc"), "cafe\u0301", "café"),
        (Normalization("nfkc"), "ﬁne x²", "fine x2"),
        (Normalization("none", lower=True, strip_accents=True), "ÉTÉ", "été"),
    ],
)
def test_what_is_written_alike_has_the_same_ids_also_after_it_was_kept(unit, normalization, written, same):
    tokenizer = fit_tokenizer(unit, [written], 500, normalization)
    again = load_tokenizer(tokenizer.to_json())
    assert again.normalization == normalization
    for one in (tokenizer, again):
        assert UNK not in one.encode(written)
        assert one.encode(written).tolist() == one.encode(same).tolist()
        assert one.decode(one.encode(written).tolist()) == normalization(same)
        assert one.unknown(written) == []


@pytest.mark.parametrize("unit", UNITS)
def test_without_normalization_text_stays_as_it_is(unit):
    tokenizer = fit_tokenizer(unit, ["cafe\u0301 ²"], 500, Normalization("none"))
    assert tokenizer.decode(tokenizer.encode("cafe\u0301 ²").tolist()) == "cafe\u0301 ²"
    assert UNK in tokenizer.encode("café ²")


def test_what_is_unknown_is_shown_as_the_network_reads_it():
    for unit in UNITS:
        tokenizer = fit_tokenizer(unit, ["a b"], 500, Normalization(lower=True))
        assert tokenizer.unknown("A Ü b") == ["ü"], unit


OLD_WORDS = {
    "version": "1.0", "truncation": None, "padding": None, "post_processor": None,
    "added_tokens": [
        {
            "id": place, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": True,
        }
        for place, token in enumerate(SPECIALS)
    ],
    "normalizer": {
        "type": "Sequence",
        "normalizers": [
            {"type": "NFC"}, {"type": "Lowercase"},
            {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
            {"type": "Strip", "strip_left": True, "strip_right": True},
        ],
    },
    "pre_tokenizer": {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False},
            {
                "type": "Split", "pattern": {"Regex": "▁?\\w+|▁?[^\\w▁]|▁"}, "behavior": "Isolated",
                "invert": False,
            },
        ],
    },
    "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
    "model": {
        "type": "WordLevel", "unk_token": "<unk>",
        "vocab": {**{token: place for place, token in enumerate(SPECIALS)}, "▁good": 4, "▁film": 5, "!": 6},
    },
}  # fmt: skip


def test_a_tokenizer_of_words_from_before_normalization_still_reads_and_is_kept():
    old = load_tokenizer(json.dumps({"unit": "word", "tokenizer": json.dumps(OLD_WORDS)}))
    for tokenizer in (old, load_tokenizer(old.to_json())):
        assert tokenizer.encode("GOOD   film! x").tolist() == [4, 5, 6, UNK]
        assert tokenizer.decode([4, 5, 6]) == "good film!"
        assert tokenizer.unknown("GOOD Ünknown") == ["Ünknown"]


def test_a_tokenizer_of_characters_from_before_normalization_still_reads():
    content = {"unit": "character", "lowercase": True, "characters": "abé"}
    tokenizer = load_tokenizer(json.dumps(content))
    assert tokenizer.encode("ABÉ").tolist() == [4, 5, 6]
    assert tokenizer.encode("e\u0301").tolist() == [UNK, UNK], "nothing was composed then"


@pytest.mark.parametrize("unit", UNITS)
def test_a_long_text_in_pieces_has_the_ids_of_the_whole(unit, monkeypatch):
    text = "The cat (3,14 kg)  isn't\n\n\there. Is it?  “Déjà” vu " * 30 + "नमस्ते दुनिया। " * 20 + " x" * 99 + "\n"
    whole = fit_tokenizer(unit, [text], 300)
    expected = whole.encode(text).tolist()
    for size in (37, 64, 101):
        monkeypatch.setattr(pieces, "PIECE", size)
        monkeypatch.setattr(pieces, "GROUP", 3 * size)
        found = list(whole.encode_pieces(text))
        assert len(found) > 3
        assert np.concatenate([ids for _, ids in found]).tolist() == expected
        assert sum(number for number, _ in found) - len(text) in (0, 1), "and the space before the first word"
        assert whole.encode(text).tolist() == expected
        assert fit_tokenizer(unit, [text], 300).to_json() == whole.to_json(), "it is also fitted in pieces"


def test_the_most_frequent_characters_are_kept():
    tokenizer = fit_tokenizer("character", ["aaaa bbb c"], 4 + 2)
    assert tokenizer.encode("abc").tolist() == [4, 5, UNK]


def test_a_word_is_written_as_a_person_would(tokenizer):
    shown = [tokenizer.token(token_id) for token_id in tokenizer.encode("The cat").tolist()]
    assert not any("▁" in token for token in shown)
    assert all(shown)


def test_many_texts_are_read_at_once(tokenizer):
    ids, lengths = tokenizer.encode_batch([*TEXTS, ""])
    assert lengths.tolist() == [len(tokenizer.encode(text)) for text in (*TEXTS, "")]
    assert ids.tolist() == [token_id for text in TEXTS for token_id in tokenizer.encode(text).tolist()]


def test_the_sign_for_a_space_takes_no_second_place_among_the_characters():
    tokenizer = fit_tokenizer("subword", ["▁▁▁ab"], len(SPECIALS) + 2)
    assert tokenizer.unknown("▁a") == []
    assert tokenizer.unknown("b") == ["b"]


@pytest.mark.parametrize("unit", UNITS)
def test_whoever_waits_for_a_vocabulary_is_told(unit, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 50)
    monkeypatch.setattr(pieces, "GROUP", 50)
    told = []
    fit_tokenizer(unit, ["some words, " * 60], 90, tell=lambda share, what: told.append((share, what)))
    assert len(told) > 5
    assert {what for _, what in told} == {"Finding the vocabulary"}
    assert max(share for share, _ in told) == 1.0
