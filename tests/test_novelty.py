"""What of a text stands in another already, against a search by hand through all of its pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import novelty
from core.novelty import DENSE, MOST_CELLS, MOST_WRITTEN, count_items, look_up, most_looked_up, repeated


def _ids(text: str) -> np.ndarray:
    return np.array([ord(sign) for sign in text], dtype=np.int32)


def _brute(written: str, read: str) -> list[int]:
    """Length of the longest piece that ends at each place and stands in the other text."""
    return [
        max((size for size in range(1, end + 2) if written[end + 1 - size : end + 1] in read), default=0)
        for end in range(len(written))
    ]


letters = st.text("ab ", max_size=60)


@settings(max_examples=60, deadline=None)
@given(letters, letters, letters)
def test_stretches_are_those_of_a_search_through_all_pieces(written, read, shared):
    written, read = written + shared + "c", read + shared + read
    found = look_up(_ids(written), _ids(read))
    assert found.longest.tolist() == _brute(written, read)
    for one in found.stretches():
        assert written[one.start : one.end] == read[one.source : one.source + len(one)]
        assert one.start == 0 or written[one.start - 1 : one.end] not in read
        assert one.end == len(written) or written[one.start : one.end + 1] not in read


@settings(max_examples=60, deadline=None)
@given(letters, letters)
def test_shares_of_n_grams_are_those_of_counting_each(written, read):
    found = look_up(_ids(written), _ids(read))
    for size, share in enumerate(found.seen, start=1):
        grams = [written[at : at + size] for at in range(len(written) - size + 1)]
        assert share == (pytest.approx(np.mean([gram in read for gram in grams])) if grams else None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab", max_size=12), max_size=6), st.lists(st.text("ab", max_size=12), max_size=6))
def test_items_are_looked_up_each_by_itself_with_its_end(written, read):
    written, read = [*written, "abab"], [*read, "babab"]
    found = look_up(
        _ids("".join(f"{one}." for one in written)), _ids("".join(f"{one}." for one in read)), stop=ord(".")
    )
    known = [f"{one}." for one in read]
    longest, grams = [], [[] for _ in range(DENSE)]
    for one in (f"{one}." for one in written):
        longest += [
            max((n for n in range(1, end + 1) if any(one[end - n : end] in item for item in known)), default=0)
            for end in range(1, len(one) + 1)
        ]
        for size in range(1, DENSE + 1):
            grams[size - 1] += [any(one[at : at + size] in k for k in known) for at in range(len(one) - size + 1)]
    assert found.longest.tolist() == longest
    assert found.seen == tuple(pytest.approx(np.mean(row)) if row else None for row in grams)


def test_nothing_joins_the_end_of_an_item_to_the_next():
    found = look_up(_ids("anna.bo."), _ids("joanna.bo.anna.carl."), stop=ord("."))
    assert found.longest.tolist() == [1, 2, 3, 4, 5, 1, 2, 3]
    assert found.seen[:6] == (1.0, 1.0, 1.0, 1.0, 1.0, None)  # no item has six tokens, its end among them
    assert look_up(_ids("anna.bo."), _ids("joanna.bo.anna.carl.")).longest.tolist()[-1] == 8


def test_as_many_tokens_are_looked_up_as_the_tables_have_room_for():
    assert most_looked_up(np.zeros(MOST_WRITTEN + 5, dtype=int)) == MOST_WRITTEN
    assert most_looked_up(np.arange(5_000)) == 2_000  # the square of it is MOST_CELLS
    assert MOST_CELLS == 2_000**2
    assert most_looked_up([]) == 0


def test_what_was_copied_by_hand():
    found = look_up(_ids("!! the quick brown fox ??"), _ids("see: the quick brown fox runs"))
    best = found.longest_stretch
    assert (best.start, best.end, best.source) == (2, 23, 4)  # " the quick brown fox "
    assert found.share(10) == 21 / 25
    assert found.share(22) == 0
    assert found.cover().tolist() == [0, 0, *[21] * 21, 0, 0]
    assert found.seen[0] == 21 / 25 and found.seen[7] == 14 / 18  # of 18 pieces of 8 signs 14 stand inside the 21


def test_blocks_of_a_long_text_are_no_borders(monkeypatch):
    rng = np.random.default_rng(3)
    read = rng.integers(0, 3, 500)
    written = np.concatenate([read[95:130], rng.integers(0, 3, 40), read[300:333]])
    whole = look_up(written, read)
    monkeypatch.setattr(novelty, "_BLOCK", 41)
    parts = look_up(written, read)
    assert parts.longest.tolist() == whole.longest.tolist()
    assert parts.longest[34] >= 35


def test_a_text_that_repeats_without_end_is_followed_in_bounds(monkeypatch):
    monkeypatch.setattr(novelty, "_MOST_FOLLOWED", 1_000)
    found = look_up(np.ones(90, dtype=int), np.ones(400, dtype=int))
    assert found.longest.tolist() == list(range(1, 91))  # of many places some are followed, and these suffice


def test_an_unknown_token_is_never_the_same_as_another():
    found = look_up([5, 1, 6, 7], [5, 1, 6, 7], unknown=1)
    assert found.longest.tolist() == [1, 0, 1, 2]
    assert found.seen[1] == 1 / 3


def test_nothing_written_and_nothing_read_have_no_stretches():
    assert look_up([], [1, 2]).longest_stretch is None
    assert look_up([], [1]).share(1) is None
    assert look_up([1, 2], []).longest.tolist() == [0, 0]
    assert look_up([1, 2], []).seen[:3] == (0.0, 0.0, None)
    with pytest.raises(ValueError, match=str(MOST_WRITTEN)):
        look_up(np.zeros(MOST_WRITTEN + 1, dtype=int), [1])


def test_a_repeating_text_has_few_different_n_grams():
    assert repeated(_ids("abcabcabc"), 3) == pytest.approx(4 / 7)  # abc bca cab, and four of them again
    assert repeated(_ids("abcdefghi"), 3) == 0.0
    assert repeated(_ids("ab"), 3) is None


def test_items_are_in_training_in_test_or_new():
    found = count_items(["anna", "bob", "anna", "", "carl", "dora"], ["anna", "eve"], ["bob", "anna"])
    assert (found.written, found.different, found.in_train, found.in_test, found.new) == (5, 4, 2, 1, 2)


def test_grams_up_to_the_dense_size_are_told():
    assert len(look_up(_ids("abc"), _ids("abc")).seen) == DENSE
