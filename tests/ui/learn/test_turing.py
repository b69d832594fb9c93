"""The shipped machine copies what its page says it does, and the page shows its very numbers."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.insight.copied import RATE, SHIPPED, measured, trained
from core.insight.copying import bits_right, lstm, machine, sequences, train
from core.insight.edits import Edits
from core.insight.heads import copy
from ui.learn.turing import HEADS, LESSON, scene_of


def shown(length, rows=32, draw=1):
    return scene_of(Edits({"length": length, "rows": rows, "draw": draw})).data()


def says(scene):
    return next(panel for row in scene["rows"] for panel in row if panel["kind"] == "facts")["says"]


@pytest.mark.parametrize("length", [1, 6, 12, 24])
def test_it_copies_lengths_up_to_four_times_those_of_training(length):
    assert bits_right(trained(), length, count=50) > 0.99


def test_it_fails_where_rows_run_out_and_the_same_weights_copy_on_where_there_are_more():
    assert 0.4 < bits_right(trained(), 36, count=50) < 0.7
    assert bits_right(trained(40), 36, count=50) > 0.98


@pytest.fixture(scope="module")
def traced():
    x, bits = sequences(3, 1, torch.Generator().manual_seed(2))
    with torch.no_grad():
        return x, bits, trained(9).trace(x), shown(3, 9, 2)


def test_the_page_shows_what_the_machine_reads_says_and_looks_at(traced):
    x, bits, steps, scene = traced
    said = torch.sigmoid(torch.cat([one.logits for one in steps]))[4:]
    wanted = {
        "inputs": x[0],
        "target": bits[0],
        "said": said,
        "wrong": ((said > 0.5) != (bits[0] > 0.5)).float(),
        **{name: torch.cat([getattr(one, name).weights for one in steps]) for name in ("write", "read")},
    }
    for name, numbers in wanted.items():
        assert np.allclose(scene["matrices"][name]["rows"], numbers.numpy().T, atol=6e-4), name


@pytest.mark.parametrize("head", [0, 1])
def test_every_equation_of_addressing_holds_the_machine_s_numbers_and_comes_out(traced, head):
    _, _, steps, scene = traced
    memories = [torch.full((1, 9, 10), 1e-6), *(one.memory for one in steps)]
    v = {name: np.array(value["at"])[:, head] for name, value in scene["values"].items() if len(value["at"][0]) == 2}
    for at, one in enumerate(steps):
        found, memory = (one.write, memories[at]) if head == 0 else (one.read, memories[at + 1])
        row = int(found.weights.argmax())
        lengths = memory[0].norm(dim=1) * found.key.norm() + 1e-8  # 1e-8: as the machine, whose empty rows are tiny
        cosines = (memory[0] @ found.key[0] / lengths).numpy()
        exact = {"row": row + 1, "strength": found.strength, "gate": found.gate, "sharpening": found.sharpening,
                 "likeness": cosines[row], "exponentials": np.exp(float(found.strength) * cosines).sum(),
                 "content": found.content[0, row], "last": found.last[0, row], "gated": found.gated[0, row],
                 "shifted": found.shifted[0, row], "sharpened": found.weights.max()}  # fmt: skip
        for name, number in exact.items():
            assert v[name][at] == pytest.approx(float(number), rel=1e-4, abs=1e-6), name
    comes_out = {
        "content": np.exp(v["strength"] * v["likeness"]) / v["exponentials"],
        "gated": v["gate"] * v["content"] + (1 - v["gate"]) * v["last"],
        "shifted": v["back"] * v["next"] + v["stay"] * v["gated"] + v["on"] * v["before"],
        "sharpened": v["shifted"] ** v["sharpening"] / v["powers"],
    }
    for name, numbers in comes_out.items():
        assert np.allclose(numbers, v[name], atol=1e-5), name


@pytest.mark.parametrize("head", [0, 1])
def test_writing_and_reading_show_the_memory_s_own_numbers_at_the_row_that_the_page_names(traced, head):
    _, _, steps, scene = traced
    v = {name: np.array(value["at"])[:, head % len(value["at"][0])]
         for name, value in scene["values"].items() if "." not in name}  # fmt: skip
    for at, one in enumerate(steps):
        row = int(v["row"][at]) - 1
        assert v["later"][at] == pytest.approx(float(one.memory[0, row, 0]), abs=1e-6)
        assert v["written"][at] == pytest.approx(float(one.write.weights[0, row]), abs=1e-6)
        assert v["read_with"][at] == pytest.approx(float(one.read.weights[0, row]), abs=1e-6)
        assert v["found"][at] == pytest.approx(float((one.read.weights @ one.memory[0])[0, 0]), abs=1e-6)
    assert np.allclose(v["earlier"] * (1 - v["written"] * v["erase"]) + v["written"] * v["add"], v["later"], atol=1e-5)
    assert np.allclose(v["read_with"] * v["later"] + v["elsewhere"], v["found"], atol=1e-5)


def test_each_stage_is_shown_where_the_head_looks_and_with_the_other_rows_sums_to_one(traced):
    _, _, steps, scene = traced
    for at, one in enumerate(steps):
        rows = np.array(scene["values"]["read.rows"]["at"][at][:-1], dtype=int) - 1
        for stage in ("last", "content", "gated", "shifted", "weights"):
            numbers = scene["values"][f"read.{stage}"]["at"][at]
            assert np.allclose(numbers[:-1], getattr(one.read, stage)[0, rows], atol=1e-6)
            assert sum(numbers) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("length", "rows"), [(6, 32), (24, 32), (31, 32), (62, 64)])
def test_each_vector_has_a_row_and_what_is_written_later_spoils_none_that_is_still_to_be_read(length, rows):
    write = copy(length, rows, 1).numbers["row"][:, 0]
    vectors = list(write[:length])
    assert len(set(vectors)) == length
    assert not [step for step in range(length, 2 * length) if write[step] in vectors[step - length :]]


def test_an_answer_comes_by_what_was_read_one_step_before():
    x, bits = sequences(12, 5, torch.Generator().manual_seed(3))
    with torch.no_grad():
        steps, weights = trained().trace(x)[13:], trained().output.weight[:, 32:]
        for place, one in enumerate(steps):
            now = (one.read.weights.unsqueeze(1) @ one.memory).squeeze(1) @ weights.T
            assert torch.equal(one.logits - now > 0, bits[:, place] > 0.5)


def test_the_page_says_why_it_fails_and_the_picture_bears_it_out():
    assert copy(33, 32, 1).begins_at != copy(33, 32, 1).first_row == copy(31, 32, 1).begins_at
    assert "Rows have run out" in says(shown(33))
    assert "takes another row" in says(shown(62, 64, 13))
    assert "reads a mixture" in says(shown(31)) and "finds the row of the first vector" in says(shown(33, 40))


def test_a_sharp_look_at_the_same_row_mends_the_bit_that_a_blurred_one_gets_wrong():
    x, bits = sequences(31, 1, torch.Generator().manual_seed(1))
    with torch.no_grad():
        *_, before, last = trained().trace(x)
        sharp = functional.one_hot(before.read.weights.argmax(1), 32).float()
        again = trained().step(x[:, -1], before.memory, before.write.weights, sharp, sharp @ before.memory[0])
    wrong = [int(((one.logits > 0) != (bits[:, -1] > 0.5)).sum()) for one in (last, again)]
    assert wrong == [1, 0]


def test_what_is_stored_is_what_the_shipped_machine_does():
    for length in (6, 31, 33):
        assert measured().at("NTM, 400 steps", length)[SHIPPED] == pytest.approx(
            bits_right(trained(), length), abs=0.01
        )


def test_the_words_on_the_lstm_hold_for_every_seed():
    machine_, early, late = ([measured().at(name, n) for n in measured().lengths] for name in measured().right)
    for length, ours, soon, later in zip(measured().lengths, machine_, early, late, strict=True):
        if length <= 5:
            assert min(later) > 0.995
        elif length <= 31:
            assert min(ours) > max(later) and min(ours) > max(soon)
        if length >= 33:
            assert sum(share < 0.53 for share in ours) == 2 and max(later) < 0.53
    ours, _, later = measured().seconds.values()
    assert max(ours) < min(later)


def test_both_networks_have_nearly_as_many_weights_and_the_lstm_learns_by_the_same_training():
    sizes = [sum(one.numel() for one in network.parameters()) for network in (machine(), lstm())]
    assert sizes == [2400, 2440]
    losses = train(lstm(), steps=100, seed=0, rate=RATE)
    assert np.mean(losses[-20:]) < 0.9 * np.mean(losses[:20])


def test_a_link_with_numbers_out_of_range_leaves_the_usual_ones_and_says_so():
    edits = Edits({"length": 71, "rows": 7})
    assert len(scene_of(edits).labels) == 13 and len(edits.problems) == 2
    assert len(HEADS) == 2 and all(0 <= one.state["unit"] < 2 for one in LESSON.statements)
