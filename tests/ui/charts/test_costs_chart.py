"""The chart of time against length and batch."""

from ui.charts.costs import times_chart


def test_both_plots_have_every_network_and_what_was_not_measured_is_a_gap():
    rows = {"RNN": (1.0, 2.0, None), "LSTM": (1.0, 1.5, 3.0)}
    chart = times_chart((1, 2, 4), rows, rows, dark=False)
    names = [trace.name for trace in chart.figure.data]
    assert names == ["RNN", "LSTM", "in proportion"] * 2
    assert chart.figure.data[0].y == (1.0, 2.0, None)
    assert "LSTM 3.0 and 3.0" in chart.alt and "RNN" not in chart.alt
