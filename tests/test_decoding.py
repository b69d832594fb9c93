"""Decoding: on toy models whose best answers are known, and on small random networks."""

import itertools
import math

import pytest
import torch

from core.decoding import beam, generate, greedy
from core.models.encoder_decoder import EncoderDecoder
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.stack import Stack
from core.sampling import Sampling

BOS, EOS = 1, 2
SRC = torch.tensor([[3, 4, 5, 6], [7, 8, 0, 0], [9, 3, 4, 0]])
SRC_LENGTHS = torch.tensor([4, 2, 3])


NETWORKS = {
    "without-attention": {"attention": "none"},
    "attention": {"attention": "general"},
    "input-feeding": {"attention": "general", "input_feeding": True},
}


@pytest.fixture(params=NETWORKS)
def translators(request):
    """Four networks of a kind, each with what it knows of the three sources."""
    return [translator(seed, **NETWORKS[request.param]) for seed in range(4)]


def translator(seed, **options):
    torch.manual_seed(seed)
    model = EncoderDecoder(Stack("gru", 7), Tokens(11, 5), Tokens(9, 5), 9, **options).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)  # an untrained network is nearly indifferent; this gives it opinions
        return model, model.encode(SRC, SRC_LENGTHS)


def table_model(table):
    """Returns a step whose next token depends on the last one only: ``table`` holds the probabilities (V, V)."""

    def step(ids, state):
        return table[ids].log(), state, None

    return step


def no_state(batch_size):
    return (torch.zeros(1, batch_size, 1),)


def counting_step(num_tokens):
    """Returns a step that answers token + 1, and the list of what it was given."""
    seen = []

    def step(ids, state):
        seen.append(ids.tolist())
        return 10.0 * torch.nn.functional.one_hot(ids + 1, num_tokens).float(), state, None

    return step, seen


def log_prob_by_hand(model, row, ids, ended):
    target = torch.tensor([[BOS, *ids]])
    with torch.no_grad():
        logits = model(SRC[row : row + 1], SRC_LENGTHS[row : row + 1], target)[0].log_softmax(-1)
    produced = [*ids, EOS] if ended else ids
    return sum(logits[position, token].item() for position, token in enumerate(produced))


def test_generation_feeds_every_token_back_exactly_once():
    step, seen = counting_step(20)
    first = torch.nn.functional.one_hot(torch.tensor([5, 9]), 20).float()
    produced = [ids.tolist() for ids in generate(step, first, no_state(2), 4, Sampling(0))]
    assert produced == [[5, 9], [6, 10], [7, 11], [8, 12]]
    assert seen == produced[:-1]


def test_generation_stops_when_all_have_stopped_and_never_produces_a_banned_token():
    first = torch.nn.functional.one_hot(torch.tensor([5, 7]), 20).float()
    assert len(list(generate(counting_step(20)[0], first, no_state(2), 9, Sampling(0), stop_id=8))) == 4
    tokens = generate(
        table_model(torch.full((4, 4), 0.25)), torch.zeros(1, 4), no_state(1), 200, Sampling(), banned_ids=(0, 3)
    )
    assert {ids.item() for ids in tokens} == {1, 2}


def test_a_language_model_continues_a_prompt_as_if_it_had_read_the_whole():
    torch.manual_seed(0)
    model = LanguageModel(Stack("lstm", 7), Tokens(11, 5), 11)
    prompt = torch.tensor([[3, 1, 4]])
    logits, state = model(prompt)
    produced = torch.stack(list(generate(model.step, logits[:, -1], state, 6, Sampling(0))), dim=1)
    whole, _ = model(torch.cat((prompt, produced), dim=1))
    assert torch.equal(whole[:, 2:-1].argmax(-1), produced)


def test_samples_of_a_translator_are_scored_as_if_it_had_read_the_whole(translators):
    for model, memory in translators:
        logits, state, _ = model.stepper(memory)(torch.full((3,), BOS), memory.state)
        generator = torch.Generator().manual_seed(0)
        tokens = generate(model.stepper(memory), logits, state, 6, Sampling(top_k=1), generator=generator)
        produced = torch.stack(list(tokens), dim=1)
        read = torch.cat((torch.full((3, 1), BOS), produced[:, :-1]), dim=1)
        assert torch.equal(model(SRC, SRC_LENGTHS, read).argmax(-1), produced)


def test_greedy_starts_after_bos_and_stops_before_eos():
    table = torch.full((6, 6), 0.02)
    for token, following in ((BOS, 4), (4, 5), (5, 3), (3, EOS)):
        table[token, following] = 0.9
    decoded = greedy(table_model(table), no_state(1), BOS, EOS, 1, 10, "cpu")
    assert decoded.ids == [[4, 5, 3]]
    assert decoded.finished.tolist() == [True]
    assert decoded.log_prob.item() == pytest.approx(4 * torch.tensor(0.9).log().item())


def test_greedy_cuts_at_the_maximum_length():
    table = torch.full((4, 4), 0.1)
    table[:, 3] = 0.7
    decoded = greedy(table_model(table), no_state(1), BOS, EOS, 1, 5, "cpu")
    assert decoded.ids == [[3] * 5]
    assert decoded.finished.tolist() == [False]
    assert decoded.log_prob.item() == pytest.approx(5 * torch.tensor(0.7).log().item())
    with pytest.raises(ValueError, match="max_length"):
        greedy(table_model(table), no_state(1), BOS, EOS, 1, 0, "cpu")


@pytest.mark.parametrize("method", ["greedy", "beam"])
def test_the_score_is_the_log_probability_of_the_answer_and_its_end(method, translators):
    for model, memory in translators:
        if method == "greedy":
            decoded = greedy(model.stepper(memory), memory.state, BOS, EOS, 3, 12, "cpu")
        else:
            decoded = beam(model.stepper(memory, 4), memory.state, BOS, EOS, 4, 12, length_penalty=0.7)
        for row, ids in enumerate(decoded.ids):
            expected = log_prob_by_hand(model, row, ids, bool(decoded.finished[row]))
            assert decoded.log_prob[row].item() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("kind", ["attention", "input-feeding"])
@pytest.mark.parametrize("method", ["greedy", "beam"])
def test_attention_has_one_row_for_every_produced_token(method, kind):
    for seed in range(4):
        model, memory = translator(seed, **NETWORKS[kind])
        if method == "greedy":
            decoded = greedy(model.stepper(memory), memory.state, BOS, EOS, 3, 12, "cpu")
        else:
            decoded = beam(model.stepper(memory, 3), memory.state, BOS, EOS, 3, 12)
        lengths = [len(ids) + int(ended) for ids, ended in zip(decoded.ids, decoded.finished, strict=True)]
        assert decoded.attention.shape == (3, max(lengths), 4)
        for row, length in enumerate(lengths):
            target = torch.tensor([[BOS, *decoded.ids[row]]])[:, :length]
            alone = model.encode(SRC[row : row + 1], SRC_LENGTHS[row : row + 1])
            _, _, expected = model.decode(target, alone, alone.state)
            torch.testing.assert_close(decoded.attention[row, :length], expected[0], rtol=1e-4, atol=1e-5)
            assert not decoded.attention[row, length:].any()


@pytest.mark.parametrize("method", ["greedy", "beam"])
def test_a_batch_is_decoded_as_its_rows_one_by_one(method, translators):
    for model, memory in translators:

        def decode(memory, batch_size, model=model):
            if method == "greedy":
                return greedy(model.stepper(memory), memory.state, BOS, EOS, batch_size, 12, "cpu")
            return beam(model.stepper(memory, 3), memory.state, BOS, EOS, 3, 12, 0.5)

        together = decode(memory, 3)
        for row in range(3):
            alone = decode(model.encode(SRC[row : row + 1], SRC_LENGTHS[row : row + 1]), 1)
            assert alone.ids[0] == together.ids[row]
            torch.testing.assert_close(alone.log_prob[0], together.log_prob[row])


@pytest.mark.parametrize("method", ["greedy", "beam"])
def test_each_row_of_a_batch_ends_at_its_own_limit_as_it_would_alone(method, translators):
    limits, num_cut = torch.tensor([2, 9, 4]), 0
    for model, memory in translators:

        def decode(memory, batch_size, longest, limits=None, model=model):
            if method == "greedy":
                return greedy(model.stepper(memory), memory.state, BOS, EOS, batch_size, longest, "cpu", limits=limits)
            return beam(model.stepper(memory, 3), memory.state, BOS, EOS, 3, longest, 0.5, limits=limits)

        together = decode(memory, 3, 9, limits)
        for row, limit in enumerate(limits.tolist()):
            alone = decode(model.encode(SRC[row : row + 1], SRC_LENGTHS[row : row + 1]), 1, limit)
            assert alone.ids[0] == together.ids[row]
            assert bool(alone.finished[0]) == bool(together.finished[row])
            torch.testing.assert_close(alone.log_prob[0], together.log_prob[row])
            num_cut += not together.finished[row]
    assert num_cut > 0


def test_a_beam_of_one_is_greedy(translators):
    for model, memory in translators:
        one = beam(model.stepper(memory), memory.state, BOS, EOS, 1, 12)
        other = greedy(model.stepper(memory), memory.state, BOS, EOS, 3, 12, "cpu")
        assert one.ids == other.ids
        torch.testing.assert_close(one.log_prob, other.log_prob)
        if model.attention is None:
            assert one.attention is other.attention is None
        else:
            torch.testing.assert_close(one.attention, other.attention)


def test_a_beam_finds_answers_at_least_as_likely_as_greedy(translators):
    better = 0
    for model, memory in translators:
        wide = beam(model.stepper(memory, 5), memory.state, BOS, EOS, 5, 8)
        narrow = greedy(model.stepper(memory), memory.state, BOS, EOS, 3, 8, "cpu")
        assert (wide.log_prob >= narrow.log_prob - 1e-5).all()
        better += int((wide.log_prob > narrow.log_prob + 1e-5).sum())
    assert better > 0


def best_of_all(table, max_length, length_penalty, min_length):
    """The answer of the highest rank, tokens with the end, by trying all of up to `max_length` tokens."""
    ranked, logs = [], table.log().tolist()
    for length in range(1, max_length + 1):
        for tokens in itertools.product(range(len(table)), repeat=length):
            if EOS in tokens[:-1] or (tokens[-1] != EOS and length < max_length):
                continue
            if tokens[-1] == EOS and length <= min_length:
                continue
            score = sum(logs[a][b] for a, b in itertools.pairwise((BOS, *tokens)))
            ranked.append((score / length**length_penalty, tokens, score))
    return max(ranked)[1:]


@pytest.mark.parametrize("min_length", [0, 1, 3])
@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0, 2.0])
def test_a_beam_wide_enough_for_everything_finds_the_best_of_all_answers(length_penalty, min_length):
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        table = torch.rand(4, 4, generator=generator).softmax(-1) ** 3
        table = table / table.sum(-1, keepdim=True)
        best, score = best_of_all(table, 5, length_penalty, min_length)
        decoded = beam(table_model(table), no_state(2), BOS, EOS, 1024, 5, length_penalty, (), min_length)
        assert decoded.ids == [[token for token in best if token != EOS]] * 2
        assert decoded.log_prob[0].item() == pytest.approx(score, abs=1e-5)


@pytest.mark.parametrize(("length_penalty", "is_long"), [(0.0, False), (0.3, False), (1.0, True), (3.0, True)])
def test_a_beam_goes_on_while_a_longer_answer_can_still_overtake(length_penalty, is_long):
    """Ending at once has 0.6 and beats what is open; 3, 3, 3, 3 costs 0.4 once and hardly anything more."""
    table = torch.full((4, 4), 1e-9)
    table[BOS, EOS], table[BOS, 3], table[3, 3], table[3, EOS] = 0.6, 0.4, 0.98, 0.02
    long = math.log(0.4) + 3 * math.log(0.98)  # cut at four tokens
    assert (long / 4**length_penalty > math.log(0.6)) == is_long
    decoded = beam(table_model(table), no_state(1), BOS, EOS, 3, 4, length_penalty)
    assert decoded.ids == [[3, 3, 3, 3] if is_long else []]


def test_no_answer_ends_before_its_least_length(translators):
    for model, memory in translators:
        for min_length in (1, 4):
            narrow = greedy(model.stepper(memory), memory.state, BOS, EOS, 3, 9, "cpu", (), min_length)
            one = beam(model.stepper(memory), memory.state, BOS, EOS, 1, 9, 0.8, (), min_length)
            wide = beam(model.stepper(memory, 4), memory.state, BOS, EOS, 4, 9, 0.0, (), min_length)
            assert one.ids == narrow.ids
            torch.testing.assert_close(one.log_prob, narrow.log_prob)
            assert min(map(len, (*narrow.ids, *wide.ids))) >= min_length


def test_a_beam_stops_once_its_best_answer_cannot_be_overtaken():
    table = torch.full((4, 4), 0.02)
    table[:, EOS] = 0.94
    calls = []

    def step(ids, state):
        calls.append(ids)
        return table[ids].log(), state, None

    assert beam(step, no_state(1), BOS, EOS, 3, 50).ids == [[]]
    assert len(calls) == 1


def test_banned_tokens_are_never_produced():
    for seed in range(4):
        model, memory = translator(seed)
        narrow = greedy(model.stepper(memory), memory.state, BOS, EOS, 3, 12, "cpu", banned_ids=(0, BOS, 3))
        wide = beam(model.stepper(memory, 3), memory.state, BOS, EOS, 3, 12, banned_ids=(0, BOS, 3))
        assert not {0, BOS, 3} & set(itertools.chain(*narrow.ids, *wide.ids))


@pytest.mark.parametrize(
    "options",
    [
        {"beam_size": 0},
        {"max_length": 0},
        {"length_penalty": -1.0},
        {"length_penalty": float("nan")},
        {"min_length": 3},
        {"min_length": -1},
    ],
    ids=str,
)
def test_beam_options_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        beam(table_model(torch.ones(4, 4)), no_state(1), BOS, EOS, **{"beam_size": 2, "max_length": 3, **options})
