import numpy as np
import pytest

from ui.charts.waveform import MAX_POINTS, waveform


@pytest.mark.parametrize("number", [1, 5, 20_000])
def test_a_waveform_has_few_points_and_reaches_as_far_as_the_samples(number):
    samples = np.zeros(number, np.int16)
    samples[number // 2] = -16_384
    chart = waveform(samples, 8_000, "<b>7</b>", dark=False)
    assert len(chart.figure.data[0].y) <= MAX_POINTS
    assert min(chart.figure.data[0].y) == -0.5
    assert "loudest at 50% of full scale" in chart.alt
