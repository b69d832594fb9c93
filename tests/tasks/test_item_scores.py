"""What each task scores item by item, against figures worked out by hand."""

import numpy as np
import pytest

from core.data.windows import Pairs
from core.metrics.language import ReadText
from core.metrics.translations import Translations
from core.paired import pair_items
from core.tasks.forecasting.scores import OriginErrors
from core.tasks.seq2seq.binding import beside_other_sources

NAN = np.nan


def test_exact_matches_are_counted_text_by_text_white_space_aside():
    network, other = (
        Translations(texts, ["un", "deux", "trois"]) for texts in (["un ", "deux", "x"], ["un", "x", "y"])
    )
    pair = pair_items("exact_match", network, other, "text")
    assert (pair.network.tolist(), pair.other.tolist()) == ([1, 1, 0], [1, 0, 0])
    assert pair.metric == "exact_match" and pair.difference().value == pytest.approx(1 / 3)


def beside_text(network, other, num_characters):
    read = (ReadText(nats, num_characters) for nats in (network, other))
    return pair_items("bits_per_char", *read, "text piece")


REFERENCES = ["neuf cent douze", "quatorze", "mille six", "soixante", "deux cent", "huit mille", "trente", "cinq"]


def test_a_network_that_always_writes_the_same_is_no_better_on_its_own_texts():
    found = beside_other_sources(Translations(["cent mille"] * 8, REFERENCES)).difference()
    assert found.value == 0 and found.interval == (0, 0)


def test_a_network_that_reads_is_better_on_its_own_texts():
    pair = beside_other_sources(Translations(REFERENCES, REFERENCES))
    assert pair.metric == "chrf" and pair.network.mean() == pytest.approx(100)
    assert pair.difference().interval[0] > 50


def test_one_translation_has_no_other_source():
    assert beside_other_sources(Translations(["un"], ["un"])) is None


def test_pieces_of_a_text_add_up_to_its_bits_per_character():
    network, other = np.full(70, np.log(2.0)), np.full(70, 3 * np.log(2.0))  # 1 and 3 bits a token
    pair = beside_text(network, other, 140)
    assert pair.network.tolist() == pytest.approx([32, 32, 6])
    assert pair.weights.tolist() == pytest.approx([64, 64, 12])
    assert pair.figure == pytest.approx(1.5)
    assert pair.difference().value == pytest.approx((3 - 1) / 2), "positive: the network needs fewer bits"


def test_a_long_text_has_at_most_a_thousand_pieces():
    nats = np.ones(100_003)
    assert len(beside_text(nats, nats, 100_003).network) <= 1_000


def test_errors_of_forecasts_are_scaled_averaged_over_targets_and_drawn_in_blocks_of_the_horizon():
    pairs = Pairs(np.array([5]), np.array([6]))  # origins 5 to 10
    origins, truth = np.arange(5, 11), np.zeros((6, 2, 2))
    truth[1, 0, 1] = NAN
    network, other = OriginErrors(pairs, 2, 2), OriginErrors(pairs, 2, 2)
    network.add(origins, truth, np.full((6, 2, 2), 1.0))
    other.add(origins, truth, np.full((6, 2, 2), 3.0))
    pair = network.beside(other, np.array([2.0, 10.0]))
    assert (pair.item, pair.block) == ("overlapping forecast", 2)
    assert pair.weights.tolist() == [[2, 2], [2, 1], [2, 2], [2, 2], [2, 2], [2, 2]]
    assert pair.figure == pytest.approx((3 / 2 + 3 / 10) / 2)
    assert pair.difference().value == pytest.approx((2 / 2 + 2 / 10) / 2)


def test_of_more_series_than_stretches_of_time_a_series_is_an_item():
    pairs = Pairs(np.array([4, 4, 4, 6]), np.array([3, 3, 3, 0]))  # three series, one horizon of origins, one unjudged
    network, other = OriginErrors(pairs, 4, 3), OriginErrors(pairs, 4, 3)
    for number, error in enumerate([1.0, 2.0, 3.0]):
        truth = np.zeros((3, 3, 1))
        network.add(np.arange(4, 7), truth, truth + error, number)
        other.add(np.arange(4, 7), truth, truth + 4.0, number)
    pair = network.beside(other, np.array([1.0, 1.0, 2.0, 0.0]))
    assert (pair.item, pair.block, pair.network.tolist()) == ("series", 1, [1, 2, 1.5])
    assert pair.difference().value == pytest.approx((3 + 2 + 0.5) / 3)


def test_forecasts_that_are_no_numbers_are_compared_with_nothing():
    pairs = Pairs(np.array([0]), np.array([4]))
    network, other = OriginErrors(pairs, 1, 1), OriginErrors(pairs, 1, 1)
    truth = np.zeros((4, 1, 1))
    network.add(np.arange(4), truth, np.full((4, 1, 1), NAN))
    other.add(np.arange(4), truth, truth)
    assert network.beside(other, np.array([1.0])).difference() is None
    assert other.beside(other, np.array([0.0])).difference() is None, "a target that never changes has no unit"
