"""Pictures of a search of the settings: what they say, in which units, and that trials that ended early are told apart."""

import pytest

from core.sweeps.study import Trial
from ui.charts.sweep import can_draw, history_chart, importance_chart, importances, parallel_chart, words

SIZE, RATE, CELL = "model.hidden_size", "training.learning_rate", "model.cell"


def trials(metric="accuracy", number=12):
    """The score is the learning rate's alone: the larger the better; each third trial ended early."""
    return [
        Trial(
            place,
            "pruned" if place % 3 == 2 else "done",
            {SIZE: 16 + 7 * (place % 5), RATE: 0.001 * (1 + place), CELL: ("lstm", "gru")[place % 2]},
            "",
            0.5 + place / 40,
            30 if place % 3 == 2 else 90,
            metric,
        )
        for place in range(number)
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_the_history_has_the_figures_in_their_unit_the_best_so_far_and_apart_what_ended_early(dark):
    chart = history_chart(trials(), "accuracy", "sentiment", dark)
    points, best, early = chart.figure.data
    assert list(points.x) == [0, 1, 3, 4, 6, 7, 9, 10]
    assert points.y[0] == pytest.approx(50.0) and points.y[-1] == pytest.approx(75.0)
    assert list(best.y) == sorted(best.y)  # the larger the better
    assert list(early.x) == [2, 5, 8, 11] and early.y[0] == pytest.approx(55.0)
    assert chart.figure.layout.xaxis.title.text == "Trial"
    assert (chart.figure.layout.xaxis.dtick, chart.figure.layout.xaxis.tickformat) == (1, ",d"), "trials are whole"
    assert chart.figure.layout.yaxis.title.text == "Validation accuracy, %"
    assert "the best, trial 10, 75.0%" in chart.alt and "4 of which ended early" in chart.alt


def test_where_less_is_better_the_best_so_far_falls():
    found = [
        Trial(place, "done", {SIZE: 16 + place}, "", score, 90, "mase") for place, score in enumerate((0.9, 0.7, 0.8))
    ]
    chart = history_chart(found, "mase", "forecasting", False)
    assert list(chart.figure.data[1].y) == pytest.approx([0.9, 0.7, 0.7])
    assert chart.figure.layout.yaxis.title.text == "Validation MASE"


def test_what_decides_the_score_matters_most_and_the_shares_make_up_all():
    found = importances(trials(), "accuracy")
    assert next(iter(found)) == "Learning rate"
    assert sum(found.values()) == pytest.approx(1.0)
    chart = importance_chart(trials(), "accuracy", False)
    assert chart.figure.layout.xaxis.title.text == "Share of the differences that it explains, %"
    assert chart.alt.startswith("Share of the differences between trials that each field explains: Learning rate ")


def test_few_trials_do_not_say_what_matters():
    assert importances(trials(number=7), "accuracy") == {}
    assert importance_chart(trials(number=7), "accuracy", False) is None
    assert (
        importances(
            [Trial(place, "done", {SIZE: 16 + place}, "", 0.5, 9, "accuracy") for place in range(9)], "accuracy"
        )
        == {}
    )


def test_side_by_side_the_best_quarter_is_strong_and_a_phone_has_fewer_fields():
    chart = parallel_chart(trials(), "accuracy", "sentiment", False, False)
    widths = [trace.line.width for trace in chart.figure.data]
    assert widths.count(2.4) == 3 and widths[-3:] == [2.4] * 3
    assert [trace.y[0] for trace in chart.figure.data] == sorted(trace.y[0] for trace in chart.figure.data)
    assert list(chart.figure.layout.xaxis.ticktext) == [
        "Validation<br>accuracy",
        "Cell",
        "Hidden<br>size",
        "Learning<br>rate",
    ]
    assert "The best has" in chart.alt and "Learning rate 0.011" in chart.alt
    many = [Trial(one.number, one.state, {**one.values, "model.num_layers": 1 + one.number % 2, "training.batch_size": 8}, "",
                  one.value, one.step, one.metric) for one in trials()]  # fmt: skip
    assert len(parallel_chart(many, "accuracy", "sentiment", True, True).figure.layout.xaxis.ticktext) == 4


def test_nothing_is_drawn_before_a_trial_did_all_its_steps():
    assert not can_draw([]) and not can_draw([one for one in trials() if one.state == "pruned"])
    assert can_draw(trials(number=3))


def test_a_failed_trial_and_one_on_its_way_keep_their_place_in_the_order():
    found = [Trial(0, "failed", {}), *trials(number=3)[1:], Trial(3, "open", {SIZE: 9, RATE: 0.1, CELL: "gru"}, "run")]
    assert list(history_chart(found, "accuracy", "sentiment", False).figure.data[0].x) == [1]


@pytest.mark.parametrize(
    ("value", "said"),
    [(True, "On"), (0.01234, "0.0123"), (1_500, "1,500"), ("lstm", "LSTM"), ("last_value", "Last value")],
)
def test_values_are_in_words(value, said):
    assert words(value) == said
