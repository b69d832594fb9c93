import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.batching import BatchSampler, Sequences, SlidingWindows, Stream, Windows
from core.data.prepared import Ragged
from core.data.text import BOS, EOS, PAD

CPU = torch.device("cpu")


def ragged_of(texts):
    offsets = np.cumsum([0, *map(len, texts)])
    return Ragged(np.array([token for text in texts for token in text], dtype=np.int32), offsets)


def lengths_of(number, seed=0):
    return np.random.default_rng(seed).integers(1, 40, number)


@given(
    num_items=st.integers(1, 90),
    batch_size=st.integers(1, 17),
    seed=st.integers(0, 2**31 - 1),
    buckets=st.booleans(),
    steps=st.permutations(range(12)),
)
def test_a_batch_is_a_function_of_seed_and_step(num_items, batch_size, seed, buckets, steps):
    lengths = lengths_of(num_items) if buckets else None
    in_order = BatchSampler(num_items, batch_size, seed, lengths)
    expected = [in_order.batch(step).tolist() for step in range(12)]
    any_order = BatchSampler(num_items, batch_size, seed, lengths)
    assert {step: any_order.batch(step).tolist() for step in steps} == dict(enumerate(expected))


@given(num_items=st.integers(1, 90), batch_size=st.integers(1, 17), buckets=st.booleans(), number=st.integers(0, 3))
def test_a_pass_has_every_item_once(num_items, batch_size, buckets, number):
    order = BatchSampler(num_items, batch_size, 3, lengths_of(num_items) if buckets else None)
    size = order.batches_per_pass
    batches = [order.batch(number * size + place) for place in range(size)]
    assert sorted(np.concatenate(batches).tolist()) == list(range(num_items))
    assert all(len(batch) <= batch_size for batch in batches)


@pytest.mark.parametrize("buckets", [False, True])
def test_every_pass_and_every_seed_has_an_order_of_its_own(buckets):
    lengths = lengths_of(60) if buckets else None
    orders = [BatchSampler(60, 60, seed, lengths).batch(step).tolist() for seed in (0, 1) for step in (0, 1)]
    assert len({tuple(order) for order in orders}) == 4


def test_sequences_of_like_length_share_a_batch():
    lengths = lengths_of(400)
    order = BatchSampler(400, 20, 0, lengths)
    spread = np.mean([np.ptp(lengths[order.batch(step)]) for step in range(order.batches_per_pass)])
    plain = BatchSampler(400, 20, 0)
    assert spread < 0.2 * np.mean([np.ptp(lengths[plain.batch(step)]) for step in range(plain.batches_per_pass)])
    means = [lengths[order.batch(step)].mean() for step in range(order.batches_per_pass)]
    assert means != sorted(means), "short ones do not all come first"


@given(st.lists(st.lists(st.integers(4, 30), max_size=9), min_size=1, max_size=9), st.data())
def test_a_batch_is_padded_to_its_longest_text(texts, data):
    rows = np.array(data.draw(st.permutations(range(len(texts)))))[:4]
    ids, lengths = Sequences(ragged_of(texts), CPU, (BOS,), (EOS,)).batch(rows)
    assert lengths.tolist() == [len(texts[row]) + 2 for row in rows]
    assert lengths.device == CPU
    assert ids.shape == (len(rows), max(lengths.tolist()))
    for row, length, place in zip(rows, lengths.tolist(), ids.tolist(), strict=True):
        assert place[:length] == [BOS, *texts[row], EOS]
        assert set(place[length:]) <= {PAD}


def test_an_empty_text_without_ends_is_one_step_of_padding():
    ids, lengths = Sequences(ragged_of([[], []]), CPU).batch(np.array([0, 1]))
    assert ids.tolist() == [[PAD], [PAD]]
    assert lengths.tolist() == [0, 0]


def test_no_texts_at_all_are_possible():
    assert len(Sequences(ragged_of([]), CPU, suffix=(EOS,))) == 0


@given(num_tokens=st.integers(2, 200), batch_size=st.integers(1, 7), seq_len=st.integers(1, 11), seed=st.integers(0, 9))
def test_windows_continue_each_other_within_a_pass(num_tokens, batch_size, seq_len, seed):
    stream = Stream(np.arange(num_tokens, dtype=np.int32), batch_size, seq_len, seed, CPU)
    last = None
    for step in range(2 * stream.steps_per_pass):
        inputs, targets, fresh = stream.window(step)
        assert inputs.shape == targets.shape == (batch_size, seq_len)
        assert torch.equal(targets, (inputs + 1) % num_tokens), "the target is the token after"
        assert fresh == (step % stream.steps_per_pass == 0)
        if not fresh:
            assert torch.equal(inputs[:, 0], last), "goes on where the window before ended"
        last = targets[:, -1]


@given(num_tokens=st.integers(20, 200), batch_size=st.integers(1, 7), seq_len=st.integers(1, 11))
def test_a_pass_reads_every_token(num_tokens, batch_size, seq_len):
    stream = Stream(np.arange(num_tokens, dtype=np.int32), batch_size, seq_len, 0, CPU)
    read = {token for step in range(stream.steps_per_pass) for token in stream.window(step)[0].flatten().tolist()}
    assert read == set(range(num_tokens))


def test_a_window_is_a_function_of_seed_and_step():
    def windows(seed, steps):
        stream = Stream(np.arange(97, dtype=np.int32), 3, 7, seed, CPU)
        return {step: stream.window(step)[0].tolist() for step in steps}

    assert windows(1, range(20)) == windows(1, reversed(range(20)))
    assert windows(1, range(20)) != windows(2, range(20))


@given(num_tokens=st.integers(2, 200), batch_size=st.integers(1, 9), seq_len=st.integers(1, 11), seed=st.integers(0, 9))
def test_sliding_windows_move_by_one_token_within_their_pieces(num_tokens, batch_size, seq_len, seed):
    sliding = SlidingWindows(np.arange(num_tokens, dtype=np.int32), batch_size, seq_len, seed, CPU)
    piece, starts = sliding.steps_per_pass, np.arange(batch_size) * num_tokens // batch_size
    for number in range(2):
        places = []
        for step in range(number * piece, (number + 1) * piece):
            inputs, targets = sliding.window(step)
            assert inputs.shape == (batch_size, seq_len)
            assert torch.equal(inputs, (inputs[:, :1] + torch.arange(seq_len)) % num_tokens)
            assert torch.equal(targets, (inputs[:, -1] + 1) % num_tokens), "the token after the window"
            places.append((inputs[:, 0].numpy() - starts) % num_tokens)
        assert (np.sort(places, axis=0) == np.arange(piece)[:, None]).all(), "a reader goes once round its piece"
        assert (np.diff(places, axis=0) % piece == 1 % piece).all(), "one token a step"


def test_each_token_is_predicted_once_in_a_pass_of_sliding_windows():
    sliding = SlidingWindows(np.arange(84, dtype=np.int32), 7, 5, 3, CPU)
    assert sliding.steps_per_pass == 12
    for number in range(3):
        predicted = [token for step in range(12) for token in sliding.window(number * 12 + step)[1].tolist()]
        assert sorted(predicted) == list(range(84))


def test_a_sliding_window_is_a_function_of_seed_and_step():
    def windows(seed, steps):
        sliding = SlidingWindows(np.arange(97, dtype=np.int32), 3, 7, seed, CPU)
        return {step: sliding.window(step)[0].tolist() for step in steps}

    assert windows(1, range(70)) == windows(1, reversed(range(70)))
    assert windows(1, range(70)) != windows(2, range(70))
    found = windows(1, range(70))
    assert {str(found[step]) for step in range(33)} != {str(found[step]) for step in range(33, 66)}, "drawn anew"


@pytest.fixture
def series():
    return np.arange(60.0).reshape(20, 3)


def test_windows_hold_the_steps_before_an_origin_and_targets_those_from_it_on(series):
    windows = Windows(series, 4, 2, [2, 0], CPU)
    origins = np.array([5, 12])
    assert windows.inputs(origins).tolist() == [series[1:5].tolist(), series[8:12].tolist()]
    assert windows.targets(origins).tolist() == [series[5:7][:, [2, 0]].tolist(), series[12:14][:, [2, 0]].tolist()]
    assert windows.next_steps(origins).tolist() == [series[2:6][:, [2, 0]].tolist(), series[9:13][:, [2, 0]].tolist()]
    assert windows.inputs(origins).dtype == torch.float32


def test_a_window_tells_where_its_values_are_real(series):
    known = np.ones(series.shape, dtype=bool)
    known[[2, 6], 1] = False
    windows = Windows(series, 4, 2, [1], CPU, known, [1])
    inputs = windows.inputs(np.array([5]))[0]
    assert inputs[:, 3].tolist() == [1, 0, 1, 1]
    assert inputs[1, :3].tolist() == [6, 0, 8], "a missing value is read as the mean, 0"
    assert windows.known_targets(np.array([5])).tolist() == [[[1], [0]]]
    assert windows.known_next_steps(np.array([5])).tolist() == [[[0], [1], [1], [1]]]


def test_a_window_of_one_series_holds_nothing_of_the_others(series):
    windows = Windows(series, 4, 2, [], CPU, each=True)
    origins, which = np.array([5, 12, 5]), np.array([2, 0, 1])
    for row, (origin, place) in enumerate(zip(origins, which, strict=True)):
        assert windows.inputs(origins, which)[row, :, 0].tolist() == series[origin - 4 : origin, place].tolist()
        assert windows.targets(origins, which)[row, :, 0].tolist() == series[origin : origin + 2, place].tolist()
        assert windows.next_steps(origins, which)[row, :, 0].tolist() == series[origin - 3 : origin + 1, place].tolist()
