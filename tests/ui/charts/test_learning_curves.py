"""The picture of several runs: lines that stay apart, a band over seeds, words for those who do not see it."""

import pytest

from ui.charts.learning_curves import RunLine, curves_chart, line_color, line_dash, mean_and_band
from ui.charts.theme import role_color

ONE = RunLine("LSTM 7", (((1, 3.0), (10, 2.0)),))
SEEDS = RunLine("GRU 7", (((1, 3.0), (10, 1.0)), ((1, 4.0), (10, 2.0))))


def draw(*lines, metric="loss", baseline=None, dark=False, against="step"):
    return curves_chart(lines, metric, task="generation", against=against, baseline=baseline, dark=dark)


def named(chart):
    """The traces that stand in the legend."""
    return [trace for trace in chart.figure.data if trace.showlegend is not False]


def test_a_run_is_one_line_with_its_own_points():
    (line,) = named(draw(ONE))
    assert (list(line.x), list(line.y), line.mode) == ([1, 10], [3.0, 2.0], "lines")


def test_seeds_are_one_line_at_their_mean_with_a_band():
    chart = draw(ONE, SEEDS)
    assert [trace.name for trace in named(chart)] == ["LSTM 7", "GRU 7"]
    assert list(named(chart)[1].y) == [3.5, 1.5]
    (band,) = [trace for trace in chart.figure.data if trace.fill == "toself"]
    assert max(band.y) == pytest.approx(3.5 + 0.5**0.5)


def test_one_evaluation_is_a_dot_because_it_makes_no_line():
    (dot,) = named(draw(RunLine("short", (((5, 1.0),),))))
    assert dot.mode == "markers"


def test_a_run_that_has_not_been_evaluated_is_left_out_and_the_others_keep_their_colours():
    chart = draw(RunLine("waiting", ((),)), ONE)
    (line,) = named(chart)
    assert line.line.color == line_color(1, dark=False)


def test_the_baseline_is_a_grey_dotted_line_to_the_end():
    baseline = named(draw(ONE, baseline=("best baseline (6-gram)", 1.7)))[-1]
    assert list(baseline.x) == [0, 10]
    assert baseline.line.dash == "dot"
    assert baseline.line.color == role_color("baseline", False)


def test_shares_are_drawn_in_percent():
    (line,) = named(draw(RunLine("a", (((1, 0.5), (2, 0.75)),)), metric="accuracy"))
    assert list(line.y) == [50.0, 75.0]


def test_names_are_not_read_as_markup():
    (line,) = named(draw(RunLine("<b>mine</b> $x$", ONE.curves)))
    assert "<b>" not in line.name
    assert "$" not in line.name
    assert "<b>" not in line.hovertemplate


@pytest.mark.parametrize("dark", [False, True])
def test_the_first_lines_differ_in_colour_and_in_dashes(dark):
    assert len({line_color(place, dark) for place in range(6)}) == 6
    assert len({line_dash(place) for place in range(6)}) == 6
    assert role_color("background", dark) not in {line_color(place, dark) for place in range(6)}


def test_the_mean_is_taken_where_all_curves_are_known():
    x, mean, std = mean_and_band([((0, 0.0), (10, 10.0)), ((5, 1.0), (20, 1.0))])
    assert x == [5.0, 10.0]
    assert mean == [3.0, 5.5]
    assert std[0] == pytest.approx(8**0.5)


def test_curves_that_never_overlap_have_no_mean():
    assert mean_and_band([((0, 1.0), (1, 1.0)), ((2, 1.0), (3, 1.0))]) == ([], [], [])


def test_a_long_curve_is_thinned():
    curve = tuple((step, float(step)) for step in range(1_000))
    x, mean, _ = mean_and_band([curve, curve])
    assert len(x) == 300
    assert (mean[0], mean[-1]) == (0.0, 999.0)


def test_the_sentence_says_where_each_run_ends():
    alt = draw(ONE, SEEDS, baseline=("best baseline (6-gram)", 1.7)).alt
    assert "LSTM 7 ends at 2.000 nats after 10" in alt
    assert "GRU 7 ends at 1.500 nats as the mean of 2 seeds" in alt
    assert "6-gram" in alt
    assert "no run has been evaluated yet" in draw(RunLine("waiting", ((),))).alt


def test_the_best_evaluation_of_a_run_is_marked_in_its_colour_and_told():
    chart = draw(SEEDS, RunLine("LSTM 7", ONE.curves, (10, 2.0)))
    mark = named(chart)[-1]
    assert (mark.name, list(mark.x), list(mark.y)) == ("best validation", [10], [2.0])
    assert list(mark.marker.color) == [line_color(1, dark=False)]
    assert "best 2.000 nats after 10, marked with a diamond" in chart.alt
    assert "on validation" in chart.figure.layout.yaxis.title.text


def test_few_steps_are_whole_numbers_on_the_axis():
    few = RunLine("LSTM 7", (((1, 3.0), (3, 2.0)),))
    assert draw(few).figure.layout.xaxis.dtick == 1
    assert draw(few, against="seconds").figure.layout.xaxis.dtick is None
    assert draw(RunLine("LSTM 7", (((1, 3.0), (900, 2.0)),))).figure.layout.xaxis.dtick is None
