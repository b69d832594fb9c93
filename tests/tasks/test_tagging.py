"""Tagging: a label for every word, from a CoNLL file of one's own to a tagged sentence."""

import json

import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.data.prepared import Ragged
from core.tasks.tagging.binding import _by_sentence
from core.tasks.tagging.predictor import cut_into_words, real_words


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run on a few hundred sentences whose words have one tag each but for "run", which the word before decides."""
    from core.api import load, train

    folder = tmp_path_factory.mktemp("tagging")
    rows = []
    for name in ("Anna", "Ben", "Carla", "David", "Eve", "Frank"):
        for word in ("cat", "dog", "boat", "tree", "lamp", "book", "bird", "fish", "moon", "star"):
            rows.append(f"{name} NAME\nlikes VERB\nthe DET\nrun NOUN\nand CONJ\nthe DET\n{word} NOUN\n")
            rows.append(f"{name} NAME\nand CONJ\nthe DET\n{word} NOUN\nrun VERB\n")
    (folder / "mine.conll").write_text("\n".join(rows), encoding="utf-8")
    values = {"data.path": str(folder / "mine.conll"), "training.max_steps": 80, "training.device": "cpu"}
    values |= {"model.hidden_size": 12, "model.embedding_dim": 9, "training.batch_size": 16}
    values |= {"model.embedding_dropout": 0.0, "model.output_dropout": 0.0}
    run = train("tagging", values=values, out=folder / "run")
    return run, load(run)


@pytest.fixture
def network(trained):
    return trained[1]


def test_every_judged_word_is_listed_with_its_answer_and_may_be_trusted_or_not(trained):
    run, _ = trained
    judged, details = (json.loads((run / name).read_text()) for name in ("judged.json", "details.json"))
    counts = np.zeros_like(details["confusion"])
    np.add.at(counts, (judged["label"], judged["predicted"]), 1)
    assert counts.tolist() == details["confusion"] and judged["total"] == counts.sum()
    assert all(word in around.split() for word, around in zip(judged["text"], judged["around"], strict=True))
    found = details["calibration"]["before"]
    right = np.equal(judged["label"], judged["predicted"])
    assert sum(one["count"] for one in found["bins"]) == judged["total"]
    means = [(one["count"], one["accuracy"]) for one in found["bins"] if one["count"]]
    assert sum(number * share for number, share in means) == pytest.approx(right.sum())


def test_a_word_gets_the_tag_that_its_sentence_decides(network):
    likes, both = network.predict(["Eve likes the run and the moon", "Eve and the moon run"])
    assert list(zip(likes["words"], likes["tags"], strict=True))[3] == ("run", "NOUN")
    assert list(zip(both["words"], both["tags"], strict=True))[4] == ("run", "VERB")
    assert all(0 <= share <= 1 for share in likes["probabilities"])


def test_it_beats_the_most_frequent_tag_where_a_word_has_two(trained):
    import json

    result = json.loads((trained[0] / "result.json").read_text(encoding="utf-8"))
    assert list(result["baselines"]) == ["majority", "most_frequent_tag", "feature_regression"]
    assert result["test"]["accuracy"] == 1.0
    assert result["baselines"]["most_frequent_tag"]["accuracy"] < 1.0
    assert result["comparison"]["item"] == "sentence"


def test_sentences_are_tagged_alike_alone_and_together(network):
    texts = ["Eve and the moon run", "Ben", "Anna likes the run and the dog"]
    for text, row in zip(texts, network.predict(texts), strict=True):
        (alone,) = network.predict([text])
        assert alone["tags"] == row["tags"]
        assert alone["probabilities"] == pytest.approx(row["probabilities"], abs=1e-6)


KNOWN = {
    "I",
    "do",
    "n't",
    "know",
    "U.S.",
    "Ben",
    "'s",
    "cat",
    ".",
    "they",
    "'re",
    "well-known",
    "3.50",
    "$",
    "s",
    "don",
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I don't know.", ["I", "do", "n't", "know", "."]),
        ("Ben's cat", ["Ben", "'s", "cat"]),
        ("they're well-known", ["they", "'re", "well-known"]),
        ("the U.S.", ["the", "U.S."]),
        ("cat $3.50", ["cat", "$", "3.50"]),
        ("(quasars)", ["(", "quasars", ")"]),
        ("Ben, quasars :)", ["Ben", ",", "quasars", ":", ")"]),
        ("Ben , quasars ?", ["Ben", ",", "quasars", "?"]),
        ("do n't stop-gap ax'y .", ["do", "n't", "stop-gap", "ax'y", "."]),
        ("", []),
    ],
)
def test_a_typed_sentence_is_cut_as_the_network_was_taught(text, words):
    assert cut_into_words(text, KNOWN.__contains__) == words


def test_an_endless_run_of_marks_is_cut_quickly():
    assert len(cut_into_words("'" * 2_000 + "x", KNOWN.__contains__)) == 2_001


def test_words_that_it_never_read_are_named_once(network):
    (answer,) = network.predict(["Zoe likes Zoe and the quasar"])
    assert answer["unknown"] == ["Zoe", "quasar"]
    assert len(answer["tags"]) == len(answer["words"]) == 6


def test_marks_are_words_of_their_own_wherever_they_stand(network):
    glued, apart = network.predict(["Ben likes the cat.", "Ben likes the cat ."])
    assert glued["words"] == apart["words"] == ["Ben", "likes", "the", "cat", "."]


@pytest.mark.parametrize("text", ["", "   ", "word " * 10_000])
def test_what_is_no_sentence_is_refused(network, text):
    with pytest.raises(ConfigError, match="text"):
        network.predict([text])


def test_the_influence_on_a_tag_counts_from_its_word(network):
    found = network.influence("Eve and the moon run", 4)[""]
    assert found.tokens == ("Eve", "and", "the", "moon", "run")
    assert found.distances == (5, 4, 3, 2, 1)
    assert all(norm > 0 for norm in found.norms)
    with pytest.raises(ConfigError, match="output"):
        network.influence("Eve and the moon run", 5)


def test_a_trace_has_a_step_for_every_word(network):
    trace = network.trace("Eve and the moon run")
    assert trace["tokens"] == ["Eve", "and", "the", "moon", "run"]
    assert {len(values) for layer in trace["layers"] for values in layer["values"].values()} == {5}


def test_padding_never_counts_in_the_loss(bound):
    task = bound("tagging")
    rows = np.arange(5)

    def loss(chosen):
        task.sampler.batch = lambda step: chosen
        return task.training_loss(0)

    together, alone = loss(rows), [loss(rows[place : place + 1]) for place in rows]
    words = sum(one.num_tokens for one in alone)
    assert together.num_tokens == words
    expected = sum(float(one.loss.detach()) * one.num_tokens for one in alone) / words
    assert float(together.loss.detach()) == pytest.approx(expected, rel=1e-5)


def test_real_words_stand_one_sentence_after_the_other():
    values = torch.tensor([[1, 2, 9], [3, 9, 9]])
    assert real_words(values, torch.tensor([2, 1])).tolist() == [1, 2, 3]


def test_what_is_right_is_summed_by_sentence():
    assert _by_sentence(np.array([1.0, 0.0, 1.0, 1.0]), np.array([1, 3])).tolist() == [1.0, 2.0]


def test_balanced_tags_are_weighted_by_hand(bound):
    task = bound("tagging", {"training.class_weights": "balanced"})
    part: Ragged = task.prepared.labels["train"]
    counts = np.bincount(part.ids)
    assert task.weights.tolist() == pytest.approx((counts.sum() / (len(counts) * counts)).tolist(), rel=1e-6)
    assert task.selection == "macro_f1"


def test_tags_may_be_weighted_by_the_effective_number_of_their_words(bound):
    task = bound("tagging", {"training.class_weights": "effective", "training.effective_beta": 0.9})
    counts = np.bincount(task.prepared.labels["train"].ids)
    inverse = 0.1 / (1 - 0.9**counts)
    assert task.weights.tolist() == pytest.approx((inverse * len(counts) / inverse.sum()).tolist(), rel=1e-5)


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """Runs with a chain and without one on sentences in which the word behind a name says what it is."""
    from core.api import load, train

    folder = tmp_path_factory.mktemp("names")
    rows = []
    for first in ("Paris", "Milan", "Sydney", "Florence", "Jordan"):
        for other in ("Berg", "Moss", "Hill", "Lake"):
            for end in ("today", "again", "soon"):
                rows.append(f"I O\nsaw O\n{first} I-person\n{other} I-person\nsmile O\n{end} O\n")
                rows.append(f"I O\nsaw O\n{first} I-place\nwith O\n{other} I-person\n{end} O\n")
    (folder / "names.conll").write_text("\n".join(rows), encoding="utf-8")
    values = {"data.path": str(folder / "names.conll"), "training.max_steps": 80, "training.device": "cpu"}
    values |= {"model.hidden_size": 12, "model.embedding_dim": 9, "training.batch_size": 16}
    values |= {"model.embedding_dropout": 0.0, "model.output_dropout": 0.0}
    return {
        layer: (out, load(out))
        for layer in ("softmax", "crf")
        for out in [train("tagging", values={**values, "model.output_layer": layer}, out=folder / layer)]
    }


@pytest.mark.parametrize("layer", ["softmax", "crf"])
def test_entities_are_found_with_their_ends_and_judged_as_wholes(names, layer):
    import json

    out, network = names[layer]
    (answer,) = network.predict(["I saw Milan Moss smile soon"])
    assert [(one["kind"], one["text"], one["start"], one["end"]) for one in answer["entities"]] == [
        ("person", "Milan Moss", 2, 4)
    ]
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert result["test"]["entity_f1"] == 1.0
    assert result["baselines"]["majority"]["entity_f1"] == 0.0
    assert result["comparison"]["metric"] == "entity_f1"
    details = json.loads((out / "details.json").read_text(encoding="utf-8"))
    assert set(details["per_type"]) == {"person", "place"}


def test_without_a_chain_an_entity_is_as_sure_as_its_words_together_and_that_it_ends_there(names):
    network = names["softmax"][1]
    text = "I saw Milan Moss smile soon"
    (answer,) = network.predict([text])
    ids, lengths = network._sequences([text.split()]).batch(np.array([0]))
    with torch.inference_mode():
        goes_on = network.model(ids, lengths)[0, 4].softmax(-1)[network.classes.index("I-person")]
    product = answer["probabilities"][2] * answer["probabilities"][3] * (1 - float(goes_on))
    assert answer["entities"][0]["probability"] == pytest.approx(product, rel=1e-5)
    (alone,) = network.predict(["I saw Milan Moss"])
    last = alone["entities"][-1]
    assert last["end"] == 4, "nothing follows"
    product = np.prod(alone["probabilities"][last["start"] :])
    assert last["probability"] == pytest.approx(product, rel=1e-5)


def test_with_a_chain_an_entity_is_as_likely_as_all_sequences_that_hold_it(names):
    from itertools import product

    network = names["crf"][1]
    text = "I saw Milan Moss"
    (answer,) = network.predict([text])
    (entity,) = answer["entities"]
    ids, lengths = network._sequences([text.split()]).batch(np.array([0]))
    chain = network.model.chain
    with torch.inference_mode():
        scores = network.model(ids, lengths)
        weights = {}
        for tags in product(range(len(network.classes)), repeat=4):
            weights[tags] = float(chain.path_score(scores, torch.tensor([tags]), lengths).exp())
    wanted = tuple(network.classes.index(tag) for tag in ("B-person", "I-person"))
    share = sum(weight for tags, weight in weights.items() if tags[2:] == wanted) / sum(weights.values())
    assert entity["probability"] == pytest.approx(share, rel=1e-4)
    of_word = sum(weight for tags, weight in weights.items() if tags[2] == wanted[0]) / sum(weights.values())
    assert answer["probabilities"][2] == pytest.approx(of_word, rel=1e-4)


@pytest.mark.parametrize("layer", ["softmax", "crf"])
def test_every_word_says_how_surely_it_is_part_of_a_name_and_marks_are_words(names, layer):
    (answer,) = names[layer][1].predict(["I saw Milan Moss , again ."])
    assert answer["words"][4] == "," and len(answer["named"]) == 7
    assert all(0 <= share <= 1 for share in answer["named"])
    assert min(answer["named"][2:4]) > 0.5 > max(answer["named"][:2])


def test_a_chain_never_goes_on_with_what_has_not_begun(names):
    network = names["crf"][1]
    torch.manual_seed(0)
    words = ["Milan", "saw", "Moss", "with", "smile", "soon", "unheard", "I"]
    texts = [" ".join(words[place] for place in torch.randint(8, (9,)).tolist()) for _ in range(40)]
    for answer in network.predict(texts):
        for before, tag in zip(["O", *answer["tags"]], answer["tags"], strict=False):
            assert tag[0] != "I" or before[2:] == tag[2:]


def test_a_long_sentence_is_cut_and_what_is_left_out_is_counted(network):
    most = network.experiment.data.max_length
    (answer,) = network.predict([" ".join(["moon"] * (most + 7))])
    assert len(answer["words"]) == len(answer["tags"]) == most
    assert answer["num_cut"] == 7
    assert network.predict(["moon"])[0]["num_cut"] == 0


@pytest.mark.parametrize("text", ["🌕", "שלום עולם", "moon"])
def test_one_word_and_any_script_get_tags(network, text):
    (answer,) = network.predict([text])
    assert answer["words"] == text.split() and len(answer["tags"]) == len(answer["words"])


def test_a_chain_is_taught_by_the_whole_sentence_and_with_weights_word_by_word(bound):
    changes = {"model.output_layer": "crf"}
    task, weighted = (bound("tagging", {**changes, "training.class_weights": kind}) for kind in ("none", "balanced"))
    weighted.model.load_state_dict(task.model.state_dict())
    ids, lengths = task.sequences["train"].batch(rows := np.arange(4))
    labels, _ = task.labels["train"].batch(rows)
    for one in (task, weighted):
        torch.nn.init.normal_(one.model.chain.transitions, generator=torch.Generator().manual_seed(1))
        one.sampler.batch = lambda step: rows
    with torch.inference_mode():
        scores = task.model(ids, lengths)
        chain = task.model.chain
        plain = (chain.log_partition(scores, lengths) - chain.path_score(scores, labels, lengths)).sum() / lengths.sum()
        assert float(task.training_loss(0).loss) == pytest.approx(float(plain), rel=1e-5)
        assert float(weighted.training_loss(0).told) == pytest.approx(float(task.training_loss(0).loss), rel=1e-5)
        logs = chain.scan(scores, lengths).log_marginals
        pairs = [
            (float(weighted.weights[labels[row, at]]), -float(logs[row, at, labels[row, at]]))
            for row in range(4)
            for at in range(int(lengths[row]))
        ]
        expected = sum(weight * loss for weight, loss in pairs) / sum(weight for weight, _ in pairs)
        assert float(weighted.training_loss(0).loss) == pytest.approx(expected, rel=1e-5)


def test_a_tagger_with_letters_tells_unknown_words_apart_and_padding_changes_nothing(bound):
    task = bound("tagging", {"model.character_dim": 3})
    (alone,) = task.predictor.predict(["zzz sees qqq ."])
    together = task.predictor.predict(["zzz sees qqq .", "zzz ."])[0]
    assert together["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-6)
    ids, _ = task.predictor._sequences([["sss", "eee"]]).batch(np.array([0]))
    assert ids[0, 0, 0] == ids[0, 1, 0] == 1
    vectors = task.model.embedding(ids)
    assert not torch.allclose(vectors[0, 0], vectors[0, 1])
    assert task.training_loss(0).loss.isfinite()
