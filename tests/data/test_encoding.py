import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import encoding
from core.data.encoding import encode_all, encode_items, encode_text, narrow
from core.data.text import fit_tokenizer

UNITS = ("character", "word", "subword")
TEXTS = ["The cat isn't here, is it?", "Déjà vu: 3,14 costs €5.", "", "🙂 ok", "Ein  Haus"]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("group", [3, 40, 1_000])
def test_many_texts_become_one_array_cut_to_the_longest_length(unit, group, monkeypatch):
    monkeypatch.setattr(encoding, "GROUP", group)
    tokenizer = fit_tokenizer(unit, TEXTS, 500)
    encoded, lengths = encode_items(tokenizer, [*TEXTS, ""], 7)
    each = [tokenizer.encode(text).tolist() for text in (*TEXTS, "")]
    assert lengths.tolist() == [len(ids) for ids in each], "before the cut"
    assert encoded.offsets.tolist() == np.cumsum([0, *(min(7, len(ids)) for ids in each)]).tolist()
    assert encoded.ids.tolist() == [token_id for ids in each for token_id in ids[:7]]
    again = encode_all(tokenizer, [*TEXTS, ""], 7)
    assert again.ids.dtype == np.int32
    assert (again.ids.tolist(), again.offsets.tolist()) == (encoded.ids.tolist(), encoded.offsets.tolist())


def test_no_texts_have_no_ids():
    tokenizer = fit_tokenizer("word", TEXTS, 500)
    encoded, lengths = encode_items(tokenizer, [], 7)
    assert (len(encoded.ids), encoded.offsets.tolist(), len(lengths)) == (0, [0], 0)
    assert len(encode_text(tokenizer, "")) == 0


@pytest.mark.parametrize("unit", UNITS)
def test_one_text_becomes_its_ids_and_whoever_waits_is_told(unit):
    text = "\n".join(TEXTS)
    tokenizer = fit_tokenizer(unit, [text], 500)
    told = []
    ids = encode_text(tokenizer, text, lambda share, what: told.append((share, what)))
    assert ids.tolist() == tokenizer.encode(text).tolist()
    assert told[-1] == (1.0, "Reading as tokens")


@given(st.integers(4, 200_000))
def test_ids_are_kept_in_numbers_that_hold_the_vocabulary(vocab_size):
    kind = narrow(vocab_size)
    assert np.iinfo(kind).max >= vocab_size - 1
    assert kind.itemsize <= 4
