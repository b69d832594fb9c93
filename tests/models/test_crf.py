"""A linear chain by hand: everything that its scans give is compared with a walk through all sequences of tags."""

from itertools import pairwise, product

import pytest
import torch
from torch.autograd import gradcheck

from core.models.crf import FORBIDDEN, LinearChain
from core.schemes import allowed

NUM_TAGS = 3
LENGTHS = [1, 2, 3, 4, 5]


def chain_of(num_tags=NUM_TAGS, seed=0, **masks):
    torch.manual_seed(seed)
    chain = LinearChain(num_tags, **masks).double()
    for parameter in chain.parameters():
        torch.nn.init.normal_(parameter)
    return chain


def emissions_of(number, length, num_tags=NUM_TAGS, seed=1):
    return torch.randn(number, length, num_tags, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def walk(chain, emissions):
    """Every sequence of tags of one sentence (T, C) with its score, added up step by step."""
    transitions, first, last = (score.tolist() for score in chain.scores())
    found = {}
    for tags in product(range(emissions.shape[1]), repeat=len(emissions)):
        score = first[tags[0]] + last[tags[-1]] + sum(float(emissions[at, tag]) for at, tag in enumerate(tags))
        found[tags] = score + sum(transitions[one][other] for one, other in pairwise(tags))
    return found


def shares(paths):
    weights = torch.tensor(list(paths.values()), dtype=torch.float64).softmax(0).tolist()
    return dict(zip(paths, weights, strict=True))


@pytest.fixture
def padded():
    """Five sentences of one to five words, with rubbish at their padding."""
    return emissions_of(5, 5), torch.tensor(LENGTHS)


def test_the_partition_is_the_log_sum_over_all_sequences(padded):
    chain, (emissions, lengths) = chain_of(), padded
    for row, (total, both) in enumerate(zip(chain.log_partition(*padded), chain.scan(*padded).total, strict=True)):
        paths = walk(chain, emissions[row, : lengths[row]])
        expected = torch.tensor(list(paths.values()), dtype=torch.float64).logsumexp(0)
        assert len(paths) == NUM_TAGS ** LENGTHS[row]
        torch.testing.assert_close(total, expected)
        torch.testing.assert_close(both, expected)


def test_the_best_sequence_and_the_score_of_any_are_those_of_the_walk(padded):
    chain, (emissions, lengths) = chain_of(), padded
    best = chain.best(*padded)
    scores = chain.path_score(emissions, best, lengths).tolist()
    for row, length in enumerate(LENGTHS):
        paths = walk(chain, emissions[row, :length])
        assert tuple(best[row, :length].tolist()) == max(paths, key=paths.get)
        assert not best[row, length:].any()
        assert scores[row] == pytest.approx(max(paths.values()))
        for tags, score in paths.items():
            row_of_tags = torch.tensor([[*tags, *[0] * (5 - length)]])
            found = chain.path_score(emissions[row : row + 1], row_of_tags, lengths[row : row + 1])
            assert found.tolist() == pytest.approx([score])


def test_marginals_are_those_of_the_walk_and_sum_to_one(padded):
    chain, (emissions, _) = chain_of(), padded
    marginals = chain.scan(*padded).log_marginals.exp()
    for row, length in enumerate(LENGTHS):
        paths = shares(walk(chain, emissions[row, :length]))
        torch.testing.assert_close(marginals[row, :length].sum(1), torch.ones(length, dtype=torch.float64))
        for at, tag in product(range(length), range(NUM_TAGS)):
            expected = sum(share for tags, share in paths.items() if tags[at] == tag)
            assert float(marginals[row, at, tag].detach()) == pytest.approx(expected)


def test_marginals_are_the_gradient_of_the_partition(padded):
    chain, (emissions, lengths) = chain_of(), padded
    emissions = emissions.requires_grad_()
    (gradient,) = torch.autograd.grad(chain.log_partition(emissions, lengths).sum(), emissions)
    marginals = chain.scan(emissions, lengths).log_marginals.exp()
    for row, length in enumerate(LENGTHS):
        torch.testing.assert_close(gradient[row, :length], marginals[row, :length])
        assert not gradient[row, length:].any()


def test_padding_changes_nothing(padded):
    chain, (emissions, lengths) = chain_of(), padded
    tags = torch.randint(NUM_TAGS, (5, 5), generator=torch.Generator().manual_seed(2))
    together = chain.loss(emissions, tags, lengths), chain.best(emissions, lengths), chain.scan(emissions, lengths)
    for row, length in enumerate(LENGTHS):
        alone = emissions[row : row + 1, :length], torch.tensor([length])
        torch.testing.assert_close(together[0][row], chain.loss(alone[0], tags[row : row + 1, :length], alone[1])[0])
        assert together[1][row, :length].tolist() == chain.best(*alone)[0].tolist()
        torch.testing.assert_close(together[2].log_marginals[row, :length], chain.scan(*alone).log_marginals[0])


def test_the_loss_is_minus_the_log_probability_and_its_gradient_is_right(padded):
    chain, (emissions, lengths) = chain_of(), padded
    tags = torch.tensor([[2, 0, 0, 0, 0]] + [[0, 1, 2, 1, 0]] * 4)
    found = chain.loss(emissions, tags, lengths)
    for row, length in enumerate(LENGTHS):
        share = shares(walk(chain, emissions[row, :length]))[tuple(tags[row, :length].tolist())]
        assert float(found[row].detach().neg().exp()) == pytest.approx(share)

    def loss(emissions, transitions, first, last):
        values = {"transitions": transitions, "first": first, "last": last}
        return torch.func.functional_call(_Loss(chain), {f"chain.{k}": v for k, v in values.items()}, (emissions,))

    class _Loss(torch.nn.Module):
        def __init__(self, chain):
            super().__init__()
            self.chain = chain

        def forward(self, emissions):
            return self.chain.loss(emissions, tags, lengths).sum() + self.chain.scan(emissions, lengths).total.sum()

    parts = (emissions, *(parameter.detach().clone() for parameter in (chain.transitions, chain.first, chain.last)))
    assert gradcheck(loss, tuple(part.requires_grad_() for part in parts))


BIO = ("B-A", "B-B", "I-A", "I-B", "O")
IOBES = ("B-A", "E-A", "I-A", "O", "S-A")


@pytest.mark.parametrize("tags", [BIO, IOBES])
def test_what_may_not_follow_has_no_probability(tags):
    follows, starts, ends = (torch.tensor(mask) for mask in allowed(tags))
    chain = chain_of(len(tags), follows=follows, starts=starts, ends=ends)
    emissions, lengths = emissions_of(1, 4, len(tags)) * 3, torch.tensor([4])
    paths = shares(walk(chain, emissions[0]))
    may = {
        path for path in paths if starts[path[0]] and ends[path[-1]] and all(follows[a][b] for a, b in pairwise(path))
    }
    assert sum(paths[path] for path in may) == pytest.approx(1.0)
    assert 0 < len(may) < len(paths)
    assert tuple(chain.best(emissions, lengths)[0].tolist()) in may
    marginals = chain.scan(emissions, lengths).log_marginals.exp()[0]
    inside = [at for at, tag in enumerate(tags) if tag[0] in "IE"]
    assert not marginals[0, inside].any(), "no sentence begins inside an entity"
    every = torch.full((1, 4), inside[0])
    assert float(chain.path_score(emissions, every, lengths).detach()) < FORBIDDEN / 2


def test_the_probability_of_a_span_is_the_sum_over_all_sequences_that_hold_it():
    chain, emissions = chain_of(), emissions_of(1, 5)
    scans = chain.scan(emissions, torch.tensor([5]))
    paths = shares(walk(chain, emissions[0]))
    for start, tags, not_next in [(1, [0, 1], 1), (0, [2], None), (3, [1, 1], 1), (0, [0, 1, 1, 1, 2], 1), (4, [2], 0)]:
        end = start + len(tags)
        expected = sum(
            share
            for path, share in paths.items()
            if list(path[start:end]) == tags and (end == 5 or path[end] != not_next)
        )
        found = chain.span_log_probability(emissions, scans, start, tags, not_next)
        assert float(found.detach().exp()) == pytest.approx(expected)


def test_a_mask_that_fits_nothing_is_refused():
    with pytest.raises(ValueError, match="starts"):
        LinearChain(3, starts=torch.ones(2))
    with pytest.raises(ValueError, match="ends"):
        LinearChain(3, ends=torch.zeros(3))
