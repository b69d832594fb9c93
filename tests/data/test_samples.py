"""What a quick look reads stands for all of a part, however its file is sorted."""

import numpy as np
import pytest

from core.data.samples import by_class, by_length, by_series, pieces, stretches

SORTED = np.repeat([0, 1, 2], [600, 300, 100])  # a file sorted by its labels


def test_everything_is_read_where_it_is_little():
    assert stretches(7, 9).tolist() == stretches(7, 7).tolist() == list(range(7))
    assert by_class(SORTED[::100], 10).tolist() == list(range(10))
    assert by_length(np.array([3, 1, 2]), 5).tolist() == [0, 1, 2]
    assert by_series(np.array([2, 0, 3]), 5).tolist() == list(range(5))
    assert stretches(0, 3).tolist() == by_series(np.array([0, 0]), 3).tolist() == []


def test_one_item_comes_from_each_stretch():
    rows = stretches(1_003, 10)
    edges = np.arange(11) * 1_003 // 10
    assert ((rows >= edges[:-1]) & (rows < edges[1:])).all()
    assert len(set((rows % 100).tolist())) > 5, "not at the same place of each, which may be a season"


def test_a_sample_is_the_same_every_time():
    for sample in (lambda: by_class(SORTED, 90), lambda: by_length(SORTED, 90), lambda: by_series(SORTED, 90)):
        assert sample().tolist() == sample().tolist()


def test_each_class_has_its_share_wherever_it_stands_in_the_file():
    rows = by_class(SORTED, 100)
    assert np.bincount(SORTED[rows]).tolist() == [60, 30, 10]
    assert len(set(rows.tolist())) == 100
    mixed = np.random.default_rng(1).permutation(SORTED)
    assert np.bincount(mixed[by_class(mixed, 100)]).tolist() == [60, 30, 10]


def test_a_rare_class_is_not_left_out():
    assert by_class(np.repeat([0, 1], [9_999, 1]), 50)[-1] == 9_999


def test_lengths_have_the_shares_of_the_part_wherever_they_stand():
    lengths = np.repeat([5, 50, 500], [500, 300, 200])
    for given in (lengths, lengths[::-1], np.random.default_rng(2).permutation(lengths)):
        rows = by_length(given, 20)
        assert np.unique(given[rows], return_counts=True)[1].tolist() == [10, 6, 4]
        assert (np.diff(rows) > 0).all()
    rows = by_length(np.full(1_000, 7), 50)
    assert rows.min() < 100
    assert rows.max() > 900, "items of one length come from all over the file"


def test_a_short_series_is_looked_at_as_often_as_a_long_one():
    counts = np.array([1_000, 3, 0, 200, 12])
    numbers = by_series(counts, 65)
    assert len(numbers) == 65
    series = np.searchsorted(counts.cumsum(), numbers, side="right")
    assert np.bincount(series, minlength=5).tolist() == [25, 3, 0, 25, 12]
    own = numbers[series == 0]
    assert [int(number // 40) for number in own] == list(range(25)), "from all its time"


def test_of_more_series_than_windows_each_has_one():
    numbers = by_series(np.full(9, 4), 5)
    assert (numbers // 4).tolist() == list(range(9))


@pytest.mark.parametrize(("num_items", "number", "length"), [(100, 4, 25), (103, 4, 7), (9, 9, 1)])
def test_pieces_of_a_text_lie_side_by_side_all_over_it(num_items, number, length):
    starts = pieces(num_items, number, length)
    edges = np.arange(number + 1) * num_items // number
    assert ((starts >= edges[:-1]) & (starts + length <= edges[1:])).all()


def test_pieces_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        pieces(10, 3, 4)
