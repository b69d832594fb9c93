"""A text's score, the words that may come next, and what stands beside them."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.baselines.ngram import NGrams
from core.bounded.copied_text import copied
from core.bounded.training_text import MOST_CHARACTERS, Beside, beside, mark_of
from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.progress import quiet
from core.data.text import BOS, EOS, PAD, UNK
from core.data.written_items import item_word, written_items
from core.tasks.generation import scoring
from core.tasks.generation.scoring import Score

UNITS = ("character", "word", "subword")


def _told(tokens, nats):
    return Score("".join(tokens), tuple(tokens), tuple(nats), len("".join(tokens)), 1)


@pytest.mark.parametrize("unit", UNITS)
def test_the_score_of_the_held_out_text_is_the_loss_that_the_task_reports(unit, bound):
    task = bound("generation", {"data.unit": unit})
    text = task.prepared.texts["validation"]
    ids = task.prepared.ids
    network = task.predictor
    network.beginning_ids = lambda before: [int(ids["train"][-1])]  # what stood before it
    found = network.score(text)
    figures = task.evaluate("validation", full=True)
    assert found.loss == pytest.approx(figures["loss"], rel=1e-5)
    spelled = found.spelled(tuple(task.spelling.of("validation").tolist()))
    assert spelled.bits_per_character == pytest.approx(figures["bits_per_char"], rel=1e-5)


@pytest.mark.parametrize("unit", UNITS)
def test_the_score_of_a_text_is_the_sum_of_its_parts(unit, bound, monkeypatch):
    network = bound("generation", {"data.unit": unit}).predictor
    first, second = "Anna sees Bob.", " The river is wide."
    whole, head, tail = network.score(first + second), network.score(first), network.score(second, before="\n" + first)
    if unit == "character":  # pieces of words would be cut otherwise
        assert whole.total == pytest.approx(head.total + tail.total, rel=1e-5)
        assert whole.nats == pytest.approx(head.nats + tail.nats, abs=1e-4)
    assert whole.total == pytest.approx(sum(whole.nats))
    monkeypatch.setattr(scoring, "CHUNK", 3)
    assert network.score(first + second).nats == pytest.approx(whole.nats, abs=1e-4)


def test_figures_of_a_score_by_hand():
    found = Score("ab cd", ("a", "b", " ", "c", "d"), (math.log(2), 0.0, math.log(8), 0.0, math.log(4)), 5, 2)
    assert found.total == pytest.approx(6 * math.log(2))
    assert found.log10 == pytest.approx(math.log10(1 / 64))
    assert found.bits_per_character == pytest.approx(6 / 5)
    assert found.bits_per_word == pytest.approx(3)
    assert found.loss == pytest.approx(6 * math.log(2) / 5)
    assert found.falling == pytest.approx([math.log10(1 / share) for share in (2, 2, 16, 16, 64)])
    assert found.spelled((0.0, math.log(16), 0.0, 0.0, 0.0)).bits_per_word == pytest.approx(5)
    rows = found.rows({"ngram_2": (math.log(2),) * 5})
    assert [row["place"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[2]["bits"] == pytest.approx(3) and rows[2]["bits_ngram_2"] == pytest.approx(1)


def test_rows_and_the_falling_line_add_up_to_the_total_with_unknown_tokens_spelled():
    found = Score("a?b", ("a", "?", "b"), (math.log(2), math.log(8), 0.0), 3, 1).spelled((0.0, math.log(32), 0.0))
    rows = found.rows({"ngram_1": (math.log(4),) * 3})
    assert [row["bits"] for row in rows] == pytest.approx([1, 8, 0])  # 3 bits that it is unknown, 5 which one
    assert [row["bits_spelling"] for row in rows] == pytest.approx([0, 5, 0])
    assert sum(row["bits"] for row in rows) == pytest.approx(found.total / math.log(2))
    assert found.falling == pytest.approx([-math.log10(2), -math.log10(512), -math.log10(512)])
    assert rows[-1]["log10_so_far"] == pytest.approx(found.log10)


def test_an_unknown_token_costs_the_n_grams_its_spelling_at_its_own_place():
    found = Beside({"ngram_2": (1.0, 2.0, 3.0)}, (0.0, 0.5, 0.0), 9, True)
    assert found.costs("ngram_2") == (1.0, 2.5, 3.0)
    assert found.total("ngram_2") == 6.5


@pytest.mark.parametrize("unit", UNITS)
def test_the_tokens_of_a_text_are_those_that_stand_in_it_unknown_ones_too(unit, bound):
    found = bound("generation", {"data.unit": unit}).predictor.score("Anna sees 猫 and 犬.")
    assert {"猫", "犬"} <= set("".join(found.tokens)) and "<unk>" not in found.tokens
    assert [found.beginning(at) for at in (0, None)] == ["", found.text]
    beginnings = [found.beginning(at) for at in range(1, len(found.tokens) + 1)]
    assert [one.endswith(token) for one, token in zip(beginnings, found.tokens, strict=True)] == [True] * len(
        beginnings
    )
    assert beginnings[-1] == "Anna sees 猫 and 犬."


@pytest.mark.parametrize("blank", [" ", "\n", " \n "])
def test_blanks_and_line_ends_are_scored_like_any_text(blank, bound):
    found = bound("generation").predictor.score(blank)
    assert len(found.tokens) == len(blank) and found.bits_per_word is None and found.total > 0


def test_no_text_at_all_is_refused(bound):
    with pytest.raises(ConfigError, match="some text"):
        bound("generation").predictor.score("")


def test_two_texts_part_where_their_tokens_first_differ():
    telugu, tamil = _told("from te", [1.0] * 7), _told("from ta", [1.0] * 7)
    assert telugu.parting(tamil) == 6
    assert telugu.parting(telugu) == 7
    assert telugu.parting(_told("from", [1.0] * 4)) == 4


def test_what_is_too_long_is_cut_and_that_is_said(bound, monkeypatch):
    network = bound("generation").predictor
    monkeypatch.setenv("UNROLL_MAX_PREDICTION_TOKENS", "5")
    found = network.score("Anna sees Bob")
    assert found.is_cut and found.text == "Anna " and len(found.nats) == 5 and found.num_characters == 5
    assert not network.score("Anna").is_cut


def test_who_must_not_see_rows_scores_no_text(bound):
    network = bound("generation").predictor.without_rows()
    with pytest.raises(ConfigError):
        network.score("Anna")
    with pytest.raises(ConfigError):
        network.next_words("Anna")


def _shares_of_words(network, prompt, longest):
    """Every word of at most so many letters with its probability, by trying all of them."""
    tokenizer, found = network.tokenizer, {}
    ids = range(4, tokenizer.vocab_size)
    letters = [token for token in ids if tokenizer.token(token).isalnum() or tokenizer.token(token) == "_"]
    start = network.beginning_ids(prompt)

    def shares(behind):
        with torch.no_grad():
            logits, _ = network._read([*start, *behind])
        scores = logits[0].double().clone()
        scores[[PAD, UNK, BOS, EOS]] = -torch.inf
        return torch.softmax(scores, 0)

    first = shares([])
    for token in set(ids) - set(letters):
        found[tokenizer.token(token)] = float(first[token])
    for size in range(1, longest + 1):
        for word in itertools.product(letters, repeat=size):
            share = 1.0
            for at, token in enumerate(word):
                share *= float(shares(list(word[:at]))[token])
            after = shares(list(word))
            found["".join(map(tokenizer.token, word))] = share * float(sum(after[t] for t in ids if t not in letters))
    return found


def test_next_words_are_the_sums_over_their_letters_to_a_boundary(bound):
    network = bound("generation", {"data.vocab_size": 9}).predictor  # five characters
    by_hand = _shares_of_words(network, "a ", 3)
    found = network.next_words("a ", 4)
    assert found.is_exact
    best = sorted(by_hand.items(), key=lambda item: -item[1])[:4]
    assert [word for word, _ in found.words] == [word for word, _ in best]
    assert [share for _, share in found.words] == pytest.approx([share for _, share in best], rel=1e-5)
    assert found.rest == pytest.approx(1 - sum(share for _, share in best), rel=1e-5)


def test_a_beam_that_left_out_what_might_count_says_so(bound, monkeypatch):
    monkeypatch.setattr(scoring, "BEAM", 1)
    monkeypatch.setattr(scoring, "LONGEST_WORD", 2)
    assert not bound("generation").predictor.next_words("A", 20).is_exact


def test_a_network_of_words_gives_its_plain_distribution(bound):
    network = bound("generation", {"data.unit": "word"}).predictor
    assert network.next_words("The ", 5).words == tuple(network.next_tokens("The ", 5))


def test_a_word_that_has_begun_is_told_whole(bound):
    network = bound("generation", {"data.vocab_size": 9}).predictor  # five characters
    letter = next(piece for piece in network.tokenizer.pieces() if piece.isalpha())
    begun, anew = network.next_words(f"a {letter}", 50), network.next_words("a ", 50)
    assert all(word.startswith(letter) and len(word) > 1 for word, _ in begun.words)
    assert not all(word.startswith(letter) for word, _ in anew.words)
    by_hand = dict(network.next_tokens(f"a {letter}", 5))
    over = {word[1:]: share for word, share in begun.words if not word.isalnum()}
    assert over == pytest.approx({token: share for token, share in by_hand.items() if not token.isalnum()})


@pytest.mark.parametrize("unit", ["character", "subword"])
def test_all_words_together_are_certain(unit, bound):
    network = bound("generation", {"data.unit": unit}).predictor
    found = network.next_words("The riv", 50)
    assert 0 < sum(share for _, share in found.words) <= 1 + 1e-9


@pytest.mark.parametrize("unit", UNITS)
def test_n_grams_of_a_text_are_those_of_the_task(unit, bound):
    task = bound("generation", {"data.unit": unit})
    text = task.prepared.texts["validation"]
    tokenizer = task.prepared.tokenizer
    (found,) = beside(
        task.predictor.experiment.model_dump(mode="json"), mark_of(tokenizer), [("The ", text)],
        Settings(), Limits(), quiet,
    )  # fmt: skip
    models = NGrams().fit(task.prepared.ids["train"], tokenizer.vocab_size)
    start = tokenizer.encode("The ").tolist()
    whole = models.nats(np.array([*start, *tokenizer.encode(text)]))
    assert found.nats["ngram_3"] == pytest.approx(whole["ngram_3"][len(start) :].tolist())
    assert found.spelling == pytest.approx(task.spelling.of("validation").tolist())
    assert found.is_all and found.counted == len(task.prepared.ids["train"])
    assert found.best({"ngram_2": {"bits_per_char": 2.0}, "ngram_4": {"bits_per_char": 1.5}}) == "ngram_4"
    assert found.total("ngram_3") == pytest.approx(sum(found.nats["ngram_3"]) + sum(found.spelling))


def test_what_was_copied_comes_with_its_source(bound):
    task = bound("generation")
    train, tokenizer = task.prepared.texts["train"], task.prepared.tokenizer
    written = f"猫{train[40:75]}猫"
    found = copied(
        task.predictor.experiment.model_dump(mode="json"), mark_of(tokenizer), written, Settings(), Limits(), quiet
    )
    assert found.cover[0] == 0 and max(found.cover) >= 35
    best = found.sources[0]
    assert best.copied == train[40:75] and best.start == 1 and best.end == 36
    assert best.before + best.copied in train and best.copied + best.after in train
    assert found.seen[0] == pytest.approx(35 / 37)
    assert len(found.held_out_cover) == 37
    assert (found.num_read, found.num_written) == (37, 37)


@pytest.mark.parametrize("unit", UNITS)
def test_what_was_given_to_the_network_is_not_counted_as_copied(unit, bound):
    task = bound("generation", {"data.unit": unit})
    train, tokenizer = task.prepared.texts["train"], task.prepared.tokenizer
    start = train.index(" ", 40)
    prompt, own = train[:start], train[start : train.index(" ", start + 60)]
    asked = {"experiment": task.predictor.experiment.model_dump(mode="json"), "mark": mark_of(tokenizer)}
    told = {**asked, "settings": Settings(), "limits": Limits(), "tell": quiet}
    found = copied(**told, text=f"{prompt}{own}", prompt=prompt)
    given = len(tokenizer.encode(prompt))
    assert found.cover[:given] == (None,) * given
    counted = [length for length in found.cover if length is not None]
    assert len(counted) == found.num_written == len(found.cover) - given
    assert counted == [len(counted)] * len(counted), "the stretch goes as far to the left as the prompt, not into it"
    assert found.sources[0].start == given and found.sources[0].copied.strip() == own.strip()
    assert len(found.held_out_cover) == len(counted)
    only = copied(**told, text=f"{prompt} 猫", prompt=prompt)
    assert max(length for length in only.cover if length is not None) <= 1, "all that was copied is the prompt"
    assert not only.sources, "no stretch of two tokens"


def test_another_text_than_the_network_has_read_is_refused(bound):
    task = bound("generation")
    asked = task.predictor.experiment.model_dump(mode="json")
    with pytest.raises(ConfigError, match="trained on"):
        beside(asked, "another", [("", "a")], Settings(), Limits(), quiet)
    with pytest.raises(ConfigError, match="characters"):
        beside(
            asked, mark_of(task.prepared.tokenizer), [("", "a" * (MOST_CHARACTERS + 1))], Settings(), Limits(), quiet
        )


@pytest.fixture
def names(bound):
    """A network of names that stand apart."""
    return bound("generation", {"data.id": "country_names", "data.items": "apart"})


def test_items_that_stand_apart_cost_together_what_the_task_reports(names):
    scores = [names.predictor.score(item) for item in names.prepared.items("validation")]
    figures = names.evaluate("validation", full=True)
    assert scores[0].tokens[-1] == "end of the item"
    assert sum(one.total for one in scores) == pytest.approx(
        figures["loss"] * len(names.prepared.ids["validation"]), rel=1e-5
    )
    spelling = float(names.spelling.of("validation").sum())
    characters = sum(one.num_characters for one in scores)
    bits = (sum(one.total for one in scores) + spelling) / math.log(2)
    assert bits / characters == pytest.approx(figures["bits_per_char"], rel=1e-5)


def test_n_grams_read_an_item_as_the_task_does_and_count_its_end(names):
    items = names.prepared.items("validation")
    asked = {
        "experiment": names.predictor.experiment.model_dump(mode="json"),
        "mark": mark_of(names.prepared.tokenizer),
    }
    found = beside(**asked, texts=[("", item) for item in items], settings=Settings(), limits=Limits(), tell=quiet)
    total = sum(one.total("ngram_4") for one in found)
    characters = sum(len(item) + 1 for item in items)
    figures = names.baselines("validation")["ngram_4"]
    assert total / math.log(2) / characters == pytest.approx(figures["bits_per_char"], rel=1e-6)


def test_written_items_are_in_training_in_test_or_new(names):
    prepared = names.prepared
    text = "\n".join(
        [prepared.items("train")[0], prepared.items("test")[0], "Nowhere at all", prepared.items("train")[1]]
    )
    asked = {"experiment": names.predictor.experiment.model_dump(mode="json"), "mark": mark_of(prepared.tokenizer)}
    found = copied(**asked, text=text, settings=Settings(), limits=Limits(), tell=quiet)
    shares = found.items
    assert (shares.written, shares.in_train, shares.in_test, shares.new) == (4, 2, 1, 1)
    whole = [found.is_known[at] for at, token in enumerate(found.tokens) if token == "\n"]
    assert whole == [True, False, False, True], "known is who stands in training as a whole"
    assert found.item == "item" and "".join(found.tokens) == f"{text}\n", "an item has its end, and a line of its own"
    ends = [at for at, token in enumerate(found.tokens) if token == "\n"]
    first = prepared.items("train")[0]
    assert found.cover[: ends[0] + 1] == (len(first) + 1,) * (len(first) + 1), (
        "copied whole, with its end and no further"
    )
    assert all(found.cover[at] for at in ends), "an end is no unknown character"
    assert max(filter(None, found.cover)) <= 1 + max(map(len, prepared.items("train")))
    assert 0 < found.item_length < 40 and found.held_out_items is not None


def test_the_passage_around_a_copied_item_has_each_on_a_line_of_its_own(names):
    known = names.prepared.items("train")
    asked = {"experiment": names.predictor.experiment.model_dump(mode="json")}
    asked |= {"mark": mark_of(names.prepared.tokenizer), "settings": Settings(), "limits": Limits(), "tell": quiet}
    (best, *_) = copied(**asked, text=known[3]).sources
    assert best.copied == f"{known[3]}\n"
    lines = (best.before + best.copied + best.after).split("\n")
    assert lines[1:-1] and set(lines[1:-1]) <= set(known)


def test_of_items_no_letter_counts_that_was_given_to_each(names):
    asked = {"experiment": names.predictor.experiment.model_dump(mode="json")}
    asked |= {"mark": mark_of(names.prepared.tokenizer), "settings": Settings(), "limits": Limits(), "tell": quiet}
    found = copied(**asked, text="Spain\nSpa\n", prompt="Spa")
    counted = [token for token, length in zip(found.tokens, found.cover, strict=True) if length is not None]
    assert counted == ["i", "n", "\n", "\n"] and found.items.written == 2


def test_of_more_items_than_are_looked_through_the_first_are_and_that_is_told(names, monkeypatch):
    asked = {"experiment": names.predictor.experiment.model_dump(mode="json")}
    asked |= {"mark": mark_of(names.prepared.tokenizer), "settings": Settings(), "limits": Limits(), "tell": quiet}
    monkeypatch.setattr("core.novelty.MOST_WRITTEN", 12)
    found = copied(**asked, text="Spain\nPeru\nFrance")
    assert (found.num_read, found.num_written, found.items.written) == (2, 3, 3)
    assert found.tokens == (*"Spain\nPeru\n",)
    alone = copied(**asked, text="Democratic Republic of Nowhere")
    assert "".join(alone.tokens) == "Democratic R"


@pytest.mark.parametrize(
    ("apart", "text", "items"),
    [
        (True, "X:1\nK:D\nabc\n\nX:2\nK:G\ngab", ["X:1\nK:D\nabc", "X:2\nK:G\ngab"]),
        (False, "K:D\nend of one\nX:2\nK:G\ngab\nX:3\nK:", ["X:2\nK:G\ngab"]),
        (False, "no tune", []),
    ],
)
def test_tunes_are_told_apart_where_they_begin(apart, text, items, names):
    prepared = replace(names.prepared, texts={**names.prepared.texts, "train": "X:9\nK:D\nabc\n"})
    prepared = (
        prepared if apart else replace(prepared, offsets=dict.fromkeys(prepared.offsets, np.zeros(0, dtype=np.int64)))
    )
    prepared = replace(prepared, summary=replace(prepared.summary, longest=9))
    assert written_items(prepared, text) == items
    assert item_word(prepared) == "tune"
    assert written_items(prepared, "M:6/8\nabc\n\nM:6/8\ncab", "M:6/8\n") == (
        ["M:6/8\nabc", "M:6/8\ncab"] if apart else []
    )


def test_a_word_may_end_with_its_item(names):
    with torch.no_grad():
        names.model.output.weight.zero_()
        names.model.output.bias.zero_()
        names.model.output.bias[EOS] = 50.0
    assert names.predictor.next_words("Spai", 1).words[0] == ("end of the item", pytest.approx(1.0))
