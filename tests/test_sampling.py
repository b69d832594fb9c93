"""Drawing the next token: probabilities worked out by hand, and what is drawn from them."""

import pytest
import torch

from core.sampling import BLOCK, Draws, Sampling, draw, next_probabilities, sample_next


def scores(*probabilities):
    return torch.tensor([probabilities]).log()


def shares(logits, recent=None, **options):
    return next_probabilities(logits, Sampling(**options), recent)[0].tolist()


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("temperature", [0, 1e-30, 1e-7])
def test_temperature_to_zero_takes_the_most_likely_token(temperature):
    logits = torch.tensor([[0.0, 3.0, 1.0], [2.0, 0.0, 1.0]])
    assert sample_next(logits, Sampling(temperature)).tolist() == [1, 0]


def test_a_low_temperature_never_overflows():
    assert shares(torch.tensor([[1e30, -1e30, 0.0]]), temperature=1e-5) == [1, 0, 0]


def test_temperature_divides_the_scores():
    assert shares(scores(0.5, 0.3, 0.2), temperature=0.5) == pytest.approx([0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38])


def test_draws_follow_the_probabilities():
    logits = scores(0.5, 0.3, 0.2).repeat(20_000, 1)
    drawn = sample_next(logits, Sampling(0.5), seeded()).bincount(minlength=3) / 20_000
    torch.testing.assert_close(drawn, torch.tensor([0.25, 0.09, 0.04]) / 0.38, rtol=0, atol=0.02)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, [0.1, 0.4, 0.2, 0.3]),
        ({"top_k": 1}, [0, 1, 0, 0]),
        ({"top_k": 2}, [0, 4 / 7, 0, 3 / 7]),
        ({"top_k": 9}, [0.1, 0.4, 0.2, 0.3]),
        ({"top_p": 1e-9}, [0, 1, 0, 0]),
        ({"top_p": 0.5}, [0, 4 / 7, 0, 3 / 7]),
        ({"top_p": 0.75}, [0, 4 / 9, 2 / 9, 3 / 9]),
        ({"top_p": 1.0}, [0.1, 0.4, 0.2, 0.3]),
        ({"top_k": 2, "top_p": 0.5}, [0, 1, 0, 0]),  # among the two, the first has 4/7 already
    ],
)
def test_top_k_and_top_p_keep_the_documented_tokens(options, kept):
    assert shares(scores(0.1, 0.4, 0.2, 0.3), **options) == pytest.approx(kept)


def test_equal_scores_leave_no_more_than_top_k_tokens():
    assert sorted(shares(torch.zeros(1, 6), top_k=3)) == pytest.approx([0, 0, 0, 1 / 3, 1 / 3, 1 / 3])


def test_a_repeated_token_has_its_log_probability_multiplied():
    weights = [0.5**2, 0.3, 0.2**2]  # the first and the last were written lately
    expected = [weight / sum(weights) for weight in weights]
    recent = torch.tensor([[2, 0, 2]])
    assert shares(scores(0.5, 0.3, 0.2), recent, repetition_penalty=2.0) == pytest.approx(expected)
    assert shares(scores(0.5, 0.3, 0.2) + 7, recent, repetition_penalty=2.0) == pytest.approx(expected)
    assert shares(scores(0.5, 0.3, 0.2), recent) == pytest.approx([0.5, 0.3, 0.2])


def test_what_must_not_come_never_does_wherever_the_number_falls():
    probabilities = torch.tensor([[0.0, 0.25, 0.0, 0.75, 0.0]])
    numbers = [0.0, 0.25 - 1e-9, 0.25 + 1e-9, 1 - 2**-53]
    drawn = [draw(probabilities, torch.tensor([[number]], dtype=torch.float64)).item() for number in numbers]
    assert drawn == [1, 1, 3, 3]


def test_random_numbers_are_the_same_for_any_number_of_draws():
    first, second = Draws(seeded(4), 2, torch.device("cpu")), Draws(seeded(4), 2, torch.device("cpu"))
    numbers = [first.next() for _ in range(BLOCK + 3)]
    assert torch.equal(torch.stack(numbers[:5]), torch.stack([second.next() for _ in range(5)]))
    assert len({number[0].item() for number in numbers}) == len(numbers)


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": -0.1}, {"temperature": float("nan")}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.1},
        {"repetition_penalty": 0.9},
    ],
)  # fmt: skip
def test_sampling_options_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        Sampling(**options)
