"""Words composed of letters: a batch is each word by itself, and an unknown word is more than unknown."""

import torch

from core.models.inputs import LETTER_DIM, SpelledTokens, Tokens


def spelled(*rows):
    """Rows of words given as (id, number, letters of at most 4)."""
    longest = max(map(len, rows))
    table = torch.zeros(len(rows), longest, 6, dtype=torch.int64)
    for place, row in enumerate(rows):
        for step, (token, kind, letters) in enumerate(row):
            table[place, step] = torch.tensor([token, kind, *letters, *[0] * (4 - len(letters))])
    return table


CAT, DOG, EMU, END = (4, 4, [2, 3, 4]), (5, 5, [5, 6]), (1, 9, [7]), (3, 3, [])


def network():
    torch.manual_seed(0)
    return SpelledTokens(Tokens(7, 5, pad_id=0), 11, 3).eval()


def test_behind_each_vector_stands_what_both_directions_end_in():
    model = network()
    vectors = model(spelled([CAT, DOG]))
    assert vectors.shape == (1, 2, 5 + 6) and model.output_size == 11
    torch.testing.assert_close(vectors[0, :, :5], model.words(torch.tensor([4, 5])))
    letters = model.letters(torch.tensor([[2, 3, 4]]))
    assert letters.shape[-1] == LETTER_DIM
    trace = model.speller.trace(letters)
    forward, backward = (layer.output[0] for layer in trace.layers)
    torch.testing.assert_close(vectors[0, 0, 5:], torch.cat([forward[-1], backward[0]]))


def test_a_word_is_the_same_whatever_stands_beside_it():
    model = network()
    together = model(spelled([CAT, EMU, CAT, END], [DOG, END]))
    for row, place, word in ((0, 0, CAT), (0, 1, EMU), (0, 2, CAT), (1, 0, DOG), (1, 1, END)):
        torch.testing.assert_close(together[row, place], model(spelled([word]))[0, 0])


def test_unknown_words_differ_by_their_letters():
    first, second = network()(spelled([EMU, (1, 10, [8, 2])]))[0]
    torch.testing.assert_close(first[:5], second[:5])
    assert not torch.allclose(first[5:], second[5:])


def test_letters_learn():
    model = network().train()
    model(spelled([CAT, EMU])).sum().backward()
    used = model.letters.weight.grad.abs().sum(1).nonzero().flatten().tolist()
    assert used == [2, 3, 4, 7]
    assert model.speller.weight_hh_l0.grad.abs().sum() > 0
