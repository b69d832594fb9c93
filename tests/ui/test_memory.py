"""A sequence with its answers as Markdown, and how often they are right by step."""

import pytest

from core.tasks.memory.predictor import NEAR_ENOUGH
from ui.charts.answers import accuracy_by_step
from ui.tasks.memory import answered_line, is_right


def answer(steps, answers, right):
    return {"steps": steps.split(), "answers": answers, "right": right}


def test_every_answer_stands_behind_its_step_and_says_whether_it_is_right():
    said = answered_line(answer("0 1 1", ["even", "even", "even"], ["even", "odd", None]))
    assert said == (
        ":green-background[0 → even ✓] :red-background[1 → even ✗ odd] :gray-background[1 → even]"
    )  # fmt: skip


def test_steps_at_which_nothing_is_asked_stand_alone():
    assert answered_line(answer("c 4 ?", [None, None, "c"], [None, None, "c"])) == "c 4 :green-background[? → c ✓]"


def test_a_star_of_a_marked_number_is_no_markdown():
    said = answered_line(answer("0.50* 0.25*", [None, 0.7], [None, 0.75]))
    assert said == r"0\.50\* :red-background[0\.25\* → 0.70 ✗ 0.75]"


def test_of_a_long_sequence_the_middle_is_left_out():
    said = answered_line(answer(" ".join("1" * 99), [None] * 99, [None] * 99))
    assert "39 steps more" in said and said.count("1") < 70


@pytest.mark.parametrize(("given", "right"), [(0.75 + 0.9 * NEAR_ENOUGH, True), (0.75 - 1.1 * NEAR_ENOUGH, False)])
def test_a_sum_is_right_where_it_was_judged_to_be(given, right):
    assert is_right(given, 0.75) is right


def test_the_chart_of_answers_by_step_says_its_ends_and_its_lowest_point():
    chart = accuracy_by_step([3, 4, 6], [1.0, 0.25, 0.5], False)
    assert [*chart.figure.data[0].y] == [100, 25, 50]
    assert "100.0% at step 3, 50.0% at step 6, the lowest 25.0%" in chart.alt
