from ui.charts.what_if import what_if_chart

PAST = (["2024-01-01", "2024-01-02", "2024-01-03"], [3.0, None, 5.0])
TIMES = ["2024-01-04", "2024-01-05"]


def test_a_forecast_stands_alone_until_something_is_changed():
    chart = what_if_chart("sold", "kg", PAST, TIMES, ([6.0, 7.0], []), dark=False)
    assert [trace.name for trace in chart.figure.data] == ["Measured", "Forecast"]
    assert chart.figure.data[1].line.dash == "solid"
    assert chart.figure.layout.yaxis.title.text == "sold, kg"
    assert "6 to 7 kg" in chart.alt and "your values" not in chart.alt


def test_the_changed_forecast_is_drawn_beside_the_first():
    chart = what_if_chart("sold", "", PAST, TIMES, ([6.0, 7.0], [8.0, 9.5]), dark=True)
    assert list(chart.figure.data[2].y) == [8.0, 9.5] and chart.figure.data[2].name == "With your values"
    assert chart.figure.data[1].line.dash == "dot"
    assert chart.alt.endswith("and with your values 8 to 9.5.")
