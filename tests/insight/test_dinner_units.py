import numpy as np
import pytest
import torch

from core.insight.dinner import ROLES, Network, by_hand, check, network_of, play
from core.insight.dinner_units import is_readable, meaning, units_of
from core.models.recurrent import Recurrent


def shuffled(network, order, scale):
    """The same network with its units in another order and of another size."""
    made = Recurrent("rnn", 5, len(order), nonlinearity="relu").requires_grad_(False)
    old, size = network.recurrent, torch.tensor(scale)
    bias = (old.bias_ih_l0 + old.bias_hh_l0)[order] * size
    made.load_state_dict(
        {
            "weight_ih_l0": old.weight_ih_l0[order] * size[:, None],
            "weight_hh_l0": old.weight_hh_l0[order][:, order] * size[:, None] / size,
            "bias_ih_l0": bias / 4,
            "bias_hh_l0": bias * 3 / 4,
        }
    )
    return Network(made, network.weight[:, order] / size, network.bias)


def test_units_made_by_hand_are_found_again_under_any_order_and_size():
    hand = network_of(by_hand())
    other = shuffled(hand, [4, 2, 0, 5, 1, 3], [2.0, 0.5, 4.0, 1.0, 8.0, 0.25])
    found = units_of(other)
    assert found.meanings == tuple(f"on for {role}" for role in ROLES)
    assert found.places == (2, 4, 1, 5, 0, 3)
    np.testing.assert_array_equal(found.by_case, np.eye(6))
    torch.testing.assert_close(found.network.recurrent.weight_hh_l0, hand.recurrent.weight_hh_l0)
    torch.testing.assert_close(found.network.recurrent.weight_ih_l0, hand.recurrent.weight_ih_l0)
    torch.testing.assert_close(found.network.weight, hand.weight)


def test_a_network_rewritten_in_units_of_one_answers_the_same():
    torch.manual_seed(3)
    recurrent = Recurrent("rnn", 5, 7, nonlinearity="relu").requires_grad_(False)
    network = Network(recurrent, torch.randn(3, 7), torch.randn(3))
    found = units_of(network)
    weather = [True, False, False, True, True, False]
    np.testing.assert_allclose(
        play(found.network, 1, weather)["dinner"], play(network, 1, weather)["dinner"], atol=1e-5
    )
    assert check(found.network).num_right == check(network).num_right
    h = play(found.network, 1, weather)["h"]
    assert h.max() <= 1.000001
    torch.testing.assert_close(
        torch.from_numpy(play(network, 1, weather)["h"])[:, list(found.places)].sign(), torch.from_numpy(h).sign()
    )


def test_a_unit_that_is_never_on_stays_as_it_is_and_comes_last():
    hand = network_of(by_hand())
    hand.recurrent.bias_ih_l0[1] = -9
    found = units_of(hand)
    assert found.meanings[-1] == "never on" and found.places[-1] == 1
    assert torch.isfinite(found.network.recurrent.weight_hh_l0).all()


@pytest.mark.parametrize(
    ("by_case", "words"),
    [
        ([1, 0, 0, 1, 0, 0], "on when soup is cooked"),
        ([0, 1, 1, 0, 1, 1], "on unless soup is cooked"),
        ([0.2, 0.1, 0, 0.9, 1, 0.7], "on when it is sunny"),
        ([1, 0, 0, 0, 1, 0], "on after soup"),
        ([1, 1, 1, 1, 1, 1], "on in every case"),
        ([0, 0, 0, 0, 0, 0], "never on"),
        ([1, 0.6, 0.4, 0, 0, 0], "on for same soup, same pasta"),
        ([1, 1, 0.1, 1, 1, 1], "on but for same curry"),
    ],
)
def test_what_a_unit_means_is_told_by_when_it_is_on(by_case, words):
    assert meaning(np.array(by_case, dtype=float)) == words


def test_only_one_layer_of_relu_is_read_this_way():
    assert is_readable(Recurrent("rnn", 5, 3, nonlinearity="relu"))
    for other in (
        Recurrent("rnn", 5, 3),
        Recurrent("gru", 5, 3),
        Recurrent("rnn", 5, 3, num_layers=2, nonlinearity="relu"),
    ):
        assert not is_readable(other)
        with pytest.raises(ValueError, match="relu"):
            units_of(Network(other, torch.ones(3, 3), torch.zeros(3)))
