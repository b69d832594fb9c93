import json
import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.config.experiment import TrainingConfig
from core.data.text import BOS, EOS
from core.metrics.translations import Translations
from core.tasks.seq2seq import binding
from core.tasks.seq2seq.binding import teacher_forcing_at
from core.tasks.seq2seq.by_length import by_source_length
from core.tasks.seq2seq.search import Search

KINDS = [
    {"model.cell": "lstm", "model.attention": "dot", "model.bidirectional": True},
    {"model.cell": "gru", "model.attention": "general", "model.bidirectional": True, "model.input_feeding": True},
    {"model.cell": "lstm_peephole", "model.attention": "scaled_dot", "model.bridge": "zero"},
    {"model.cell": "rnn", "model.attention": "additive", "model.num_layers": 2, "model.bridge": "projected"},
    {"model.cell": "lstm", "model.attention": "none"},
]
SOURCES = ["Anna has a cat.", "Ben", "Hugo wants a boat, a tree and a lamp of somebody unknown."]


@pytest.fixture(params=KINDS, ids=lambda kind: kind["model.attention"])
def task(request, bound):
    made = bound("translation", {**request.param, "model.output_dropout": 0.0})
    with torch.no_grad():
        made.model.output.bias[EOS] += 1.5  # untrained networks hardly ever end by themselves
    return made


def teacher_forced(task, source, ids):
    """log p(ids | source), the whole target given."""
    src, src_lengths = task.predictor._sequences([source]).batch(np.array([0]))
    trg_in = torch.tensor([[BOS, *ids[:-1]]])
    with torch.inference_mode():
        log_probs = task.model(src, src_lengths, trg_in)[0].double().log_softmax(-1)
    return float(log_probs[torch.arange(len(ids)), torch.tensor(ids)].sum())


@pytest.mark.parametrize("beam_size", [1, 4])
def test_the_score_is_the_log_probability_of_the_translation(task, beam_size):
    rows = task.predictor.predict(SOURCES, beam_size=beam_size)
    ended = 0
    for source, row in zip(SOURCES, rows, strict=True):
        assert list(row) == ["src", "trg", "score", "unknown"]
        src, lengths = task.predictor._sequences([source]).batch(np.array([0]))
        with torch.inference_mode():
            decoded = Search(beam_size).run(task.model, src, lengths, 256)
        ids = [*decoded.ids[0], EOS] if bool(decoded.finished[0]) else decoded.ids[0]
        ended += bool(decoded.finished[0])
        assert row["trg"] == task.prepared.trg_tokenizer.decode(decoded.ids[0])
        assert row["score"] == pytest.approx(teacher_forced(task, source, ids), abs=1e-4)
    assert ended


def test_a_wider_beam_finds_nothing_less_likely(task):
    greedy, wide = (task.predictor.predict(SOURCES, beam_size=size, length_penalty=0) for size in (1, 8))
    assert all(one["score"] <= other["score"] + 1e-5 for one, other in zip(greedy, wide, strict=True))


@pytest.mark.parametrize("beam_size", [1, 3])
def test_texts_are_translated_alike_alone_and_together(task, beam_size):
    together = task.predictor.predict(SOURCES, beam_size=beam_size)
    for source, row in zip(SOURCES, together, strict=True):
        (alone,) = task.predictor.predict([source], beam_size=beam_size)
        assert (row["src"], row["trg"]) == (source, alone["trg"])
        assert row["score"] == pytest.approx(alone["score"], abs=1e-4)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["model.attention"])
@pytest.mark.parametrize("ratio", [1.0, 0.0])
def test_padding_never_counts_in_the_loss(bound, loss_of, ratio, kind):
    changes = {"training.teacher_forcing_ratio": ratio, "training.label_smoothing": 0.1, **kind}
    task = bound("translation", changes)
    trg = task.trg["train"].lengths
    rows = np.array([int(trg.argmin()), int(trg.argmax()), 5])
    task.src["train"].lengths[rows[0]] -= 2  # sources of unequal length
    task.trg["train"].lengths[rows[0]] -= 2
    tokens = task.trg["train"].lengths[rows] - 1
    alone = [loss_of(task, rows[place : place + 1]) for place in range(3)]
    assert loss_of(task, rows) == pytest.approx(np.dot(alone, tokens) / tokens.sum(), rel=1e-5)


def test_the_loss_of_a_part_is_the_mean_over_its_target_tokens(task):
    src, trg = task.prepared.src_texts["test"], task.prepared.trg_texts["test"]
    total, count = 0.0, 0
    for source, target in zip(src, trg, strict=True):
        ids = [*task.prepared.trg_tokenizer.encode(target).tolist(), EOS]
        total, count = total - teacher_forced(task, source, ids), count + len(ids)
    metrics = task.evaluate("test", full=True)
    assert metrics["loss"] == pytest.approx(total / count, rel=1e-5)
    assert set(metrics) == {"bleu", "chrf", "ter", "error_rate", "exact_match", "loss", "signature"}
    assert list(task.baselines("test")) == ["copy_source", "word_for_word", "nearest_source", "most_frequent"]


def test_teacher_forcing_decides_what_the_decoder_reads(bound):
    losses = {}
    for ratio in (0.0, 1.0):
        task = bound("translation", {"training.teacher_forcing_ratio": ratio})
        losses[ratio] = [task.training_loss(step).loss.item() for step in range(3)]
    half = bound("translation", {"training.teacher_forcing_ratio": 0.5})
    found = [half.training_loss(step).loss.item() for step in range(12)]
    assert losses[0.0] != losses[1.0]
    assert all(loss in (losses[0.0][step], losses[1.0][step]) for step, loss in enumerate(found[:3]))


def test_without_teacher_forcing_the_decoder_reads_its_own_likeliest_word_of_the_step_before(task):
    rows = np.arange(3)
    src, src_lengths = task.src["train"].batch(rows)
    trg, _ = task.trg["train"].batch(rows)
    with torch.inference_mode():
        free = task._free_logits(src, src_lengths, trg)
        read = torch.cat((trg[:, :1], free.argmax(-1)[:, :-1]), dim=1)
        expected = task.model(src, src_lengths, read)
    assert free.shape[1] == trg.shape[1] - 1
    torch.testing.assert_close(free, expected, rtol=1e-4, atol=1e-5)


def test_a_translation_is_written_without_reading_the_reference(task):
    expected = task.evaluate("test", full=True)
    task.trg["test"] = task.trg["train"]  # other answers, for those who look
    found = task.evaluate("test", full=True)
    assert found.pop("loss") != expected.pop("loss")
    assert found == expected


def test_teacher_forcing_is_constant_unless_a_schedule_is_asked_for():
    training = TrainingConfig(teacher_forcing_schedule="constant", teacher_forcing_ratio=0.3)
    assert [teacher_forcing_at(progress, training) for progress in (0.0, 0.4, 1.0)] == [0.3] * 3


@pytest.mark.parametrize("ratio", [0.0, 0.3])
@pytest.mark.parametrize("schedule", ["linear", "inverse_sigmoid"])
def test_teacher_forcing_falls_from_one_to_its_ratio(schedule, ratio):
    training = TrainingConfig(teacher_forcing_schedule=schedule, teacher_forcing_ratio=ratio)
    shares = [teacher_forcing_at(progress / 20, training) for progress in range(21)]
    assert (shares[0], shares[10], shares[20]) == pytest.approx((1, (1 + ratio) / 2, ratio))
    assert all(later < earlier for earlier, later in pairwise(shares))
    if schedule == "linear":
        assert shares == pytest.approx([1 - (1 - ratio) * progress / 20 for progress in range(21)])
        return
    k = math.exp(5)
    curve = [k / (k + math.exp(place * 10 * k / 20 / k)) for place in range(21)]
    assert shares == pytest.approx([
        ratio + (1 - ratio) * (value - curve[20]) / (curve[0] - curve[20]) for value in curve
    ])  # fmt: skip


@pytest.mark.parametrize("schedule", ["linear", "inverse_sigmoid"])
def test_a_schedule_starts_with_the_true_words_and_ends_at_its_ratio(schedule, bound):
    def losses(changes, progress):
        task = bound("translation", changes)
        return [task.training_loss(step, progress).loss.item() for step in range(3)]

    falling = {"training.teacher_forcing_schedule": schedule, "training.teacher_forcing_ratio": 0.0}
    always, never = ({"training.teacher_forcing_ratio": ratio} for ratio in (1.0, 0.0))
    assert losses(falling, 0.0) == losses(always, 0.0) == losses(always, 1.0)
    assert losses(falling, 1.0) == losses(never, 0.0) == losses(never, 1.0)
    assert losses(always, 0.0) != losses(never, 0.0)


def test_an_explanation_is_the_translation_with_its_attention(task):
    for source in SOURCES[:2]:
        found = task.predictor.explain(source)
        (row,) = task.predictor.predict([source])
        assert (found["trg"], found["score"]) == (row["trg"], pytest.approx(row["score"], abs=1e-5))
        assert found["src_tokens"][-1] == "<eos>"
        if task.model.attention is None:
            assert found["weights"] is None
            continue
        assert np.shape(found["weights"]) == (len(found["trg_tokens"]), len(found["src_tokens"]))
        np.testing.assert_allclose(np.sum(found["weights"], axis=1), 1, rtol=1e-5)


def test_words_that_training_never_had_are_named(task):
    assert task.predictor.explain("Anna has a wombat.")["unknown"] == ["wombat"]
    rows = task.predictor.predict(["Anna has a wombat, a wombat.", "Anna has a cat."])
    assert [row["unknown"] for row in rows] == [["wombat", ","], []]


@pytest.mark.parametrize(
    "option",
    [
        *({"beam_size": value} for value in (0, 21, 2.0, True)),
        *({"length_penalty": value} for value in (-0.1, 5.1, float("nan"), "much")),
        *({"min_length": value} for value in (-1, 256, 1.0, True)),
    ],
    ids=str,
)
def test_an_impossible_search_is_an_error(option, task):
    for call in (lambda: task.predictor.predict(["Ben"], **option), lambda: task.predictor.explain("Ben", **option)):
        with pytest.raises(ConfigError) as caught:
            call()
        assert caught.value.problems[0].field == next(iter(option))


def prefers_nothing(task, end):
    """Give an indifferent network a probability of `end` to end at once, at every step."""
    for parameter in task.model.parameters():
        torch.nn.init.zeros_(parameter)
    others = task.prepared.trg_tokenizer.vocab_size - 1
    with torch.no_grad():
        task.model.output.bias[EOS] = math.log(end * others / (1 - end))


@pytest.mark.parametrize("beam_size", [1, 2, 7])
@pytest.mark.parametrize("length_penalty", [0.0, 0.5, 1.0, 2.0])
def test_no_search_answers_nothing_unless_it_is_allowed_to(beam_size, length_penalty, bound):
    task = bound("translation")
    prefers_nothing(task, end=0.9)
    search = {"beam_size": beam_size, "length_penalty": length_penalty}
    assert len(task.predictor.explain("Ben has a cat.", **search)["trg_tokens"]) == 2, "one and the end"
    allowed = task.predictor.explain("Ben has a cat.", **search, min_length=0)
    assert allowed["trg_tokens"] == ["<eos>"]
    assert allowed["score"] == pytest.approx(math.log(0.9), abs=1e-5)
    assert len(task.predictor.explain("Ben has a cat.", **search, min_length=5)["trg_tokens"]) == 6
    assert all(task.predictor.texts(task.src["test"]))


def test_a_wide_beam_prefers_no_empty_answer_by_itself(bound):
    """Of 20 tokens each is as likely as the end: nothing is likelier than anything else, by the mean of a token not."""
    task = bound("translation")
    prefers_nothing(task, end=0.2)
    assert task.predictor.predict(["Ben"], beam_size=9, length_penalty=0, min_length=0)[0]["trg"] == ""
    found = task.predictor.predict(["Ben"], beam_size=9)[0]
    assert found["trg"]


def test_a_quick_look_is_the_thorough_one_on_small_data(task):
    quick, full = (task.evaluate("validation", full=full) for full in (False, True))
    assert quick.pop("standard_error") > 0
    assert quick == {name: value for name, value in full.items() if name != "signature"}


def test_a_quick_look_reads_and_translates_short_and_long_pairs_in_their_shares(bound, monkeypatch):
    """In a part sorted by length the first pairs are all of one length."""
    monkeypatch.setattr("core.tasks.seq2seq.binding.QUICK_LOSSES", 20)
    monkeypatch.setattr("core.tasks.seq2seq.binding.QUICK_TRANSLATIONS", 5)
    task = bound("translation")
    lengths = np.sort(np.arange(len(task.src["train"])) % 5)
    task.src["train"].lengths, task.trg["train"].lengths = lengths + 1, lengths + 2  # cut to so many tokens
    scored, translated, losses, texts = [], [], task._losses, task.predictor.texts
    monkeypatch.setattr(task, "_losses", lambda split, rows, *rest: scored.extend(rows) or losses(split, rows, *rest))
    monkeypatch.setattr(task.predictor, "texts", lambda part, rows: translated.extend(rows) or texts(part, rows))
    task.evaluate("train", full=False)
    assert np.bincount(lengths[scored]).tolist() == [4] * 5
    assert np.bincount(lengths[translated]).tolist() == [1] * 5


def test_the_standard_error_of_a_look_is_that_of_a_ratio_over_pairs(task):
    src, trg = task.prepared.src_texts["validation"], task.prepared.trg_texts["validation"]
    ids = [[*task.prepared.trg_tokenizer.encode(target).tolist(), EOS] for target in trg]
    nats = np.array([-teacher_forced(task, *pair) for pair in zip(src, ids, strict=True)])
    counts = np.array([len(row) for row in ids])
    rest = nats - nats.sum() / counts.sum() * counts
    expected = math.sqrt(len(ids) / (len(ids) - 1) * (rest**2).sum()) / counts.sum()
    assert task.evaluate("validation", full=False)["standard_error"] == pytest.approx(expected, rel=1e-4)


def test_details_and_traces_can_be_shown(task):
    details = json.loads(json.dumps(task.details()))
    pairs = list(zip(task.prepared.src_texts["test"], task.prepared.trg_texts["test"], strict=True))
    places = [pairs.index((row["src"], row["trg"])) for row in details["examples"]]
    assert len(places) == 12
    assert places == sorted(set(places)), "in the order of the file, from all over it"
    trace = task.predictor.trace("Anna has")
    assert trace["tokens"] == ["Anna", "has", "<eos>"]
    assert trace["layers"][0]["values"]["hidden state"].shape == (3, 7)


def test_figures_by_length_keep_sources_of_one_length_together():
    lengths = np.array([2, 2, 2, 2, 2, 2, 7, 8, 9, 9, 9, 9])
    wanted = [f"t {place}" for place in range(12)]
    written = Translations([*wanted[:6], *["?"] * 6], wanted)
    parts = by_source_length(lengths, {"network": written, "word_for_word": Translations(wanted, wanted)})
    assert [(part["low"], part["high"], part["pairs"]) for part in parts] == [(2, 2, 6), (7, 9, 6)]
    assert [part["figures"]["network"]["exact_match"] for part in parts] == [1.0, 0.0]
    assert all(part["figures"]["word_for_word"]["bleu"] == pytest.approx(100.0) for part in parts)


def test_too_few_texts_have_no_figures_by_length():
    texts = Translations(["a"] * 4, ["a"] * 4)
    assert by_source_length(np.arange(4), {"network": texts}) == []


def test_a_run_keeps_figures_by_length_of_its_test_set(trained):
    directory = trained("translation")
    details = json.loads((directory / "details.json").read_text())
    assert sum(part["pairs"] for part in details["by_length"]) > 0
    assert set(details["by_length"][0]["figures"]) == {"network", "word_for_word", "nearest_source"}


def test_a_run_keeps_what_it_wrote_evenly_spread_and_bounded(bound, monkeypatch):
    task = bound("translation")
    assert task._written("test") == [], "nothing was judged"
    task.evaluate("test", full=True)
    rows = task._written("test")
    assert [row["src"] for row in rows] == task.prepared.src_texts["test"]
    assert [row["predicted"] for row in rows] == task.judged["test", "network"].hypotheses
    monkeypatch.setattr(binding, "MOST_KEPT", 2)
    assert [row["src"] for row in task._written("test")] == [rows[0]["src"], rows[len(rows) // 2]["src"]]
    monkeypatch.setattr(binding, "MOST_CHARACTERS", 0)
    assert task._written("test") == []
