"""What the page of attention shows is what the network that ships, an untrained pair and a pair of a visitor's do."""

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.api import load
from core.claims.store import stored
from core.data.text import EOS
from core.insight.attending import untrained
from core.insight.edits import Edits
from core.jobs.starters import STARTERS_DIR
from core.jobs.store import RunStore
from core.tasks.seq2seq.inside import influence_on_token
from ui.learn import attention


@pytest.fixture(scope="module")
def ships(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("runs"), starters=STARTERS_DIR)
    return load(store.path(store.starter("translation")))


def panels(scene):
    return {panel.get("title"): panel for row in scene.rows for panel in row}


def test_the_path_of_the_gradient_is_there_before_anybody_trains(ships):
    scene = attention.path_scene(attention.USUAL, *attention._paths(ships, {}, attention.USUAL))
    read, sizes = ships.read(attention.USUAL), (ships.src_tokenizer.vocab_size, ships.trg_tokenizer.vocab_size)
    assert list(scene.values) == ["with attention, untrained", "without attention, untrained"]
    for (name, value), kind in zip(scene.values.items(), ("dot", "none"), strict=True):
        model = untrained(*sizes, kind)
        expected = [influence_on_token(model, read, place)["source"].norms for place in range(len(read.written))]
        assert np.ravel(value["at"]) == pytest.approx(np.max(expected, 0), rel=1e-4), name
    items = panels(scene)["At the first source word, as a share of the strongest"]["items"]
    assert float(items[0]["text"]) > 100 * float(items[1]["text"])


def test_a_trained_pair_joins_the_untrained_one(ships):
    networks, note = attention._paths(ships, {"with attention": ships, "without attention": ships}, "one thousand")
    assert list(networks) == [
        f"{name} attention, {when}" for when in ("trained", "untrained") for name in ("with", "without")
    ]
    assert networks["with attention, trained"][0] is ships.model and "the pair below" in note


def test_the_weighted_sum_is_that_of_the_weights_and_values_that_are_shown(ships):
    values = attention.step_scene(ships, "forty-two thousand").values
    weights, numbers = (np.array(values[name]["at"]) for name in ("weight", "value.1"))
    context = np.array(values["context.1"]["at"])
    assert (weights * numbers).sum(1) == pytest.approx(context[:, 0], abs=0.02)
    scores, lead, total = (np.array(values[name]["at"]) for name in ("score", "lead", "sum"))
    assert weights == pytest.approx(np.exp(lead) / total, abs=10.0**-attention.PLACES)
    products = np.array(values["query"]["at"]) * np.array(values["key"]["at"]) * np.array(values["cosine"]["at"])
    assert scores == pytest.approx(products, rel=1e-3, abs=1e-3)


def test_a_mistake_is_read_and_the_losses_are_those_of_the_right_words(ships):
    truth = "cent quarante-sept mille deux cent soixante-trois"
    scene = attention.own_scene(ships, attention.USUAL, truth, Edits({"mistake": 2}))
    right = [*ships.trg_tokenizer.encode(truth).tolist(), EOS]
    read = ships.read(attention.USUAL)
    with torch.inference_mode():
        logits = ships.model(read.src, read.src_lengths, torch.tensor([[read.trg_in[0, 0], *right[:-1]]]))[0].double()
    expected = -logits.log_softmax(-1)[range(len(right)), right].numpy()
    assert np.ravel(scene.values["forced"]["at"]) == pytest.approx(expected, rel=1e-3)
    own, probability = (np.ravel(scene.values[name]["at"]) for name in ("own", "own.p"))
    assert own == pytest.approx(-np.log(probability), rel=1e-4)
    assert own[:2] == pytest.approx(expected[:2], rel=1e-3) and not np.allclose(own, expected, rtol=1e-2)
    rows = panels(scene)["What it reads at each step"]["rows"]
    assert rows[2][3] != rows[1][1] == rows[2][2]


def test_a_source_whose_translation_is_not_known_is_said_to_be_one(ships):
    notes = [panels(attention.own_scene(ships, "forty-two", truth, Edits({})))["What it reads at each step"]["note"]
             for truth in ("", "quarante-deux")]  # fmt: skip
    assert "not known" in notes[0] and not notes[1]


def test_the_tables_of_what_was_measured_hold_every_stored_figure():
    def page():
        from ui.learn.attention_results import draw_measured

        draw_measured()

    tables = AppTest.from_function(page).run().dataframe
    for claim, shown in zip(("F5", "F6", "F8"), tables, strict=True):
        cells = [cell for column in shown.value.columns[1:] for cell in shown.value[column]]
        assert sorted(cell.partition(" (")[0] for cell in cells) == sorted(
            figure.said for figure in stored(claim).figures
        )


def test_a_step_is_about_the_source_word_with_the_greatest_weight_and_the_page_names_it(ships):
    scene = attention.step_scene(ships, "forty-two thousand").data()
    assert scene["unit_at"] == np.argmax(scene["values"]["weight"]["at"], 1).tolist()
    assert "unit" not in scene["start"], "the step chooses it"


def test_the_mistake_that_was_put_in_is_marked_and_nothing_else(ships):
    truth = "cent quarante-sept mille deux cent soixante-trois"
    for mistake, marked in ((0, False), (2, True)):
        scene = attention.own_scene(ships, attention.USUAL, truth, Edits({"mistake": mistake}))
        table = panels(scene)["What it reads at each step"]
        assert [row[0] for row in table["rows"] if "✗" in row[3]] == ([mistake + 1] if marked else [])
        assert ("✗" in table["note"]) is marked


def test_small_numbers_have_their_power_of_ten_as_the_figure_writes_it():
    assert [attention._said(number) for number in (1.44e-5, 0.74, 0.0)] == ["1.4·10⁻⁵", "0.74", "0"]
