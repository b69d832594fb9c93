import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.insight.directions import MOST_WORDS, NETWORKS, ONE_WAY, build, directions, scores, words_of
from core.models.recurrent import MERGE_MODES

LEMON = "For lunch she cut the ___ , which was as yellow as butter ."
CUCUMBER = "For lunch she cut the ___ , which was as green as grass ."
SUNFLOWER = "We watered the ___ , which was as yellow as butter ."


@pytest.mark.parametrize("network", MERGE_MODES)
def test_both_directions_fill_the_blank_from_both_sides(network):
    for text, word in ((LEMON, "lemon"), (CUCUMBER, "cucumber"), (SUNFLOWER, "sunflower")):
        reading = directions().read(network, text)
        assert reading.best[reading.words.index("___")] == word


def test_one_direction_says_the_same_whatever_stands_on_the_other_side():
    forward = [directions().read("forward", text).probabilities[:6] for text in (LEMON, CUCUMBER)]
    backward = [directions().read("backward", text).probabilities[-9:] for text in (LEMON, SUNFLOWER)]
    np.testing.assert_array_equal(*forward)
    np.testing.assert_allclose(*backward, rtol=1e-6)


@pytest.mark.parametrize("network", NETWORKS)
def test_what_the_directions_add_sums_to_the_scores_of_the_network(network):
    networks = directions()
    reading, model = networks.read(network, LEMON), networks.models[network]
    ids = torch.tensor([[networks.vocabulary.index(word) for word in reading.words]])
    expected = scores(network, model, model.embedding(ids), torch.tensor([ids.shape[1]]))[0]
    np.testing.assert_allclose(reading.scores, expected.numpy(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(reading.probabilities, expected.softmax(-1).numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("network", MERGE_MODES)
def test_merged_states_are_what_the_mode_makes_of_both(network):
    reading = directions().read(network, LEMON)
    forward, backward = (torch.from_numpy(reading.states[way]) for way in ONE_WAY)
    np.testing.assert_allclose(reading.merged, MERGE_MODES[network](forward, backward).numpy(), rtol=1e-5, atol=1e-6)


def test_the_gradient_reaches_the_words_that_were_read_and_no_others():
    forward, backward, both = (directions().read(network, LEMON).influence for network in (*ONE_WAY, "sum"))
    assert not np.triu(forward, 1).any() and (np.diag(forward) > 0).all()
    assert not np.tril(backward, -1).any() and (np.diag(backward) > 0).all()
    assert (both > 0).all()


def test_each_direction_has_seen_the_words_up_to_its_place():
    reading = directions().read("sum", "Rose needs rain .")
    assert [reading.seen(1, way) for way in (*ONE_WAY, "both")] == [
        "Rose needs", "needs rain .", "Rose needs rain .",
    ]  # fmt: skip


def test_words_are_cut_at_marks_and_the_blank_has_one_name():
    assert words_of("He ate the ____, wasn't it?") == ("He", "ate", "the", "___", ",", "wasn", "'", "t", "it", "?")
    reading = directions().read("max", "He ate the zyzzyva.")
    assert reading.unknown == (False, False, False, True, False)


@pytest.mark.parametrize("text", ["", "  ", "word " * (MOST_WORDS + 1), "x" * 999])
def test_a_sentence_without_words_or_with_too_many_is_refused(text):
    with pytest.raises(ConfigError, match="words and marks"):
        words_of(text)


def test_a_network_of_no_known_name_is_refused():
    with pytest.raises(ValueError, match="network"):
        build("sideways", 9, 3)
