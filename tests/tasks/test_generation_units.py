"""Units of a language model over a text, and what it writes when some are silenced."""

import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.models.stepping import UnitEdit
from core.tasks.generation.units import count_unclosed

TEXT = "Anna sees the cat. Ben has a dog."


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_states_and_gates_of_a_unit_are_those_of_the_trace(cell, bound):
    network = bound("generation", {"model.cell": cell, "model.num_layers": 2}).predictor
    reading, trace = network.units.read(TEXT), network.trace(TEXT)
    assert "".join(reading.characters) == TEXT and not reading.is_cut
    assert next(iter(reading.states)) == "hidden state" and ("cell state" in reading.states) == (cell == "lstm")
    for name, states in reading.states.items():
        for layer in (0, 1):
            np.testing.assert_allclose(states[layer], trace["layers"][layer]["values"][name], atol=1e-5)
    part = network.units.gates(reading, 1, 3, 4, 9)
    assert "hidden state" in part and all(values.shape == (5,) for values in part.values())
    for name, values in part.items():
        np.testing.assert_allclose(values, trace["layers"][1]["values"][name][4:9, 3], atol=1e-5)


def test_of_a_long_text_so_much_is_read_as_there_is_room_for(bound, monkeypatch):
    network = bound("generation").predictor
    monkeypatch.setattr("core.tasks.generation.units.MOST_READ", 9)
    reading = network.units.read(TEXT)
    assert reading.text == TEXT[:9] and reading.is_cut


def test_a_network_of_words_says_why_its_units_are_not_looked_for(bound):
    network = bound("generation", {"data.unit": "word"}).predictor
    assert "read characters" in network.units.refused
    with pytest.raises(ValueError, match="read characters"):
        network.units.read(TEXT)
    assert bound("generation").predictor.units.refused == ""


def test_brackets_that_had_room_to_be_closed_are_counted():
    found = count_unclosed(["(a) (b " + "x" * 10, "((c)" + "x" * 6], room=4)
    assert (found.opened, found.unclosed, found.share) == (4, 2, 0.5)
    late = count_unclosed(["(a) x(b"], room=4)
    assert (late.opened, late.unclosed) == (1, 0), "the second opened in the last four characters"
    assert count_unclosed(["none"]).share is None


def test_the_interval_of_no_unclosed_bracket_is_wilsons():
    # 0 of 16: upper end z^2 / (n + z^2), with 1.96: 3.8416 / 19.8416
    found = count_unclosed(["(a)" * 8] * 2, room=0)
    assert (found.opened, found.low, found.high) == (16, 0.0, pytest.approx(3.8416 / 19.8416))


def test_brackets_of_one_text_hang_together_so_that_the_interval_is_wider():
    apart, together = (
        count_unclosed(texts, room=0) for texts in (["()("] * 8, ["()()"] * 4 + ["(((("] * 4 + ["()()"] * 2)
    )
    assert apart.share == pytest.approx(0.5)
    clustered = count_unclosed(["()()"] * 4 + ["(("] * 4, room=0)
    assert clustered.share == pytest.approx(0.5)
    assert clustered.high - clustered.low > apart.high - apart.low
    assert together.low < together.share < together.high


def test_without_edits_twins_are_equal_and_each_is_what_the_network_writes(bound):
    network = bound("generation").predictor
    first, second = (network.units.twin("Anna ", num_texts=3, length=20, seed=5) for _ in range(2))
    assert first.texts == second.texts and all(text.startswith("Anna ") and len(text) == 25 for text in first.texts)
    (alone,) = network.units.twin("Anna ", num_texts=1, length=20, seed=5).texts
    assert alone == "Anna " + network.predict(["Anna "], length=20, seed=5)[0]["text"]


def test_a_silenced_unit_changes_what_is_written_as_zero_weights_behind_it_do(bound):
    network = bound("generation").predictor
    drawn = {"num_texts": 2, "length": 60, "seed": 1, "temperature": 1.0}
    silenced = network.units.twin("Anna ", [UnitEdit(0, unit) for unit in range(3)], **drawn)
    with torch.no_grad():
        network.model.recurrent.weight_hh_l0[:, :3] = 0
        network.model.output.weight[:, :3] = 0
    assert network.units.twin("Anna ", **drawn).texts == silenced.texts


def test_options_out_of_range_and_networks_that_may_not_write_are_refused(bound):
    network = bound("generation").predictor
    with pytest.raises(ConfigError, match="texts"):
        network.units.twin("A", num_texts=33)
    with pytest.raises(ConfigError, match="length"):
        network.units.twin("A", length=1_001)
    with pytest.raises(ConfigError, match="texts may be seen"):
        network.without_rows().units.twin("A")
    assert network.without_rows().units.read("Anna").text == "Anna"


def test_a_network_at_work_writes_and_reads_a_line_as_it_does_alone(bound):
    network = bound("generation", {"model.num_layers": 2}).predictor
    found = network.units.at_work("Anna ", "Ben has", 12)
    assert found["text"] == "Anna " + network.predict(["Anna "], length=12)[0]["text"]
    assert found["surprise"] == network.surprise("Ben has") and found["tokens"] == list("Ben has")
    last = network.trace("Ben has")["layers"][1]["values"]
    np.testing.assert_array_equal(found["values"]["hidden state"], last["hidden state"])
    assert not any("pre-activation" in name for name in found["values"])
    assert network.units.at_work("Anna ", " ", 12)["values"] == {}
