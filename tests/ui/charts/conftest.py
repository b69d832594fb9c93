"""Small run details in the shape that a forecasting run writes."""

import pytest


def _part(time, truth, offset):
    forecast = [value + offset for value in truth]
    return {
        "time": time,
        "truth": truth,
        "network": forecast,
        "lower": [value - 2 for value in forecast],
        "upper": [value + 2 for value in forecast],
        "baselines": {"last_value": [value - 3 for value in truth], "seasonal_naive": [value - 1 for value in truth]},
    }


@pytest.fixture
def details():
    """30 months, of which 6 are test; horizon 3; one target whose name looks like markup."""
    time = [f"{2000 + month // 12}-{month % 12 + 1:02}-01" for month in range(33)]
    values = [float(month % 7) for month in range(30)]
    name = "<b>sales</b>"
    future = _part(time[30:], [1.0, 2.0, 3.0], 0.5)
    return {
        "time": time[:30],
        "targets": [name],
        "units": {name: "kg"},
        "values": {name: values},
        "train_end": 20,
        "validation_end": 24,
        "season": 7,
        "horizon": 3,
        "origins": [24, 27],
        "test": {name: _part(time[24:30], values[24:30], 0.5)},
        "future": {"time": time[30:], name: {key: future[key] for key in ("network", "lower", "upper", "baselines")}},
    }
