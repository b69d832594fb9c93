"""Finding the season of a series: after how many steps it repeats itself, or 1 where it does not.

A series that comes with a calendar frequency is tested at the calendar's own periods only (12 months, 52 weeks ...);
one without is searched for a cycle. Call it with the training set: a season read off the test set would be a leak.
Seasons of fractional length are rounded to whole steps, and only one is reported where there are several.

Reference:
    Autocorrelation and Bartlett's bound: Box, Jenkins and Reinsel, "Time series analysis", section 2.1.6.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data.month_steps import FREQUENCIES

# A calendar period needs this many full cycles before its repetition says anything; a cycle searched for needs more,
# because the longest of many candidate lags fits noise by chance.
_MIN_CYCLES_CALENDAR, _MIN_CYCLES_SEARCH = 3, 5
# Weaker repetition than this is of no use to a forecast, however significant.
_MIN_CORRELATION_CALENDAR, _MIN_CORRELATION_SEARCH = 0.2, 0.3
# Standard errors that a correlation must exceed. Simulated white noise, autoregressions and random walks of 3 to 32
# cycles stay below in about 99 of 100 cases.
_Z = 3.0
_MAX_STEPS = 20_000  # more add cost, not evidence


def calendar_periods(frequency: str | None) -> tuple[int, ...]:
    """Steps in each calendar cycle of a frequency, shortest first; empty for yearly data and for None, no calendar.

    Raises:
        ValueError: an unknown frequency.
    """
    if frequency is None:
        return ()
    if frequency not in FREQUENCIES:
        raise ValueError(f"frequency must be one of {', '.join(FREQUENCIES)} or None, got {frequency!r}")
    return FREQUENCIES[frequency].cycles


def find_season(values: ArrayLike, frequency: str | None = None) -> int:
    """The number of steps after which a series repeats itself, 1 where it does not.

    With calendar periods to test, the season is the significant one whose seasonal naive forecast errs least. Without,
    it is the strongest clear peak of the autocorrelation. Steps of no finite value are filled by straight lines.

    Args:
        values: training set of one series, (T,), any unit.
        frequency: yearly to minutely, the time between two steps; None when there is no calendar.

    Returns:
        The season in steps: 1 or one of `calendar_periods`, or any cycle of at most T / 5 steps where there is no
        calendar period.

    Raises:
        ValueError: `values` is not (T,), or an unknown frequency.
    """
    periods = calendar_periods(frequency)
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1:
        raise ValueError(f"values must have shape (T,), got {series.shape}")
    known = np.isfinite(series)[-_MAX_STEPS:]
    series = _fill(series)[-_MAX_STEPS:]
    if len(series) < 2 * _MIN_CYCLES_CALENDAR or _is_flat(series, series):
        return 1
    if not periods:
        return _search(series)
    found = [period for period in periods if _repeats(series, period)]
    return min(found, key=lambda period: _naive_error(series, known, period), default=1)


def _repeats(series: NDArray[np.float64], period: int) -> bool:
    """Whether the series, without the slow movement of a whole period, is like itself one period later."""
    if len(series) < _MIN_CYCLES_CALENDAR * period + 1:
        return False
    rest = _remove_moving_average(series, period)
    if len(rest) <= period + 2 or _is_flat(rest, series):
        return False
    # The Fourier estimate divides by all steps; with few cycles the missing pairs would hide a perfect repetition.
    correlation = _autocorrelation(rest, period)[period] * len(rest) / (len(rest) - period)
    return bool(correlation > max(_Z * _chance(rest, period), _MIN_CORRELATION_CALENDAR))


def _chance(rest: NDArray[np.float64], period: int) -> float:
    """Standard error of the correlation one period apart if there were no season.

    Bartlett's formula on what the mean of each phase leaves over: on the series itself the season would widen its own
    bound. Only the lags before the correlation first vanishes count; the others are noise.
    """
    phase = np.arange(len(rest)) % period
    means = np.bincount(phase, weights=rest) / np.bincount(phase)
    remainder = rest - means[phase]
    if _is_flat(remainder, rest):
        return 0.0
    correlation = _autocorrelation(remainder, period)
    vanished = np.flatnonzero(correlation <= 0)
    before = correlation[1 : vanished[0] if len(vanished) else period]
    return float(np.sqrt((1.0 + 2.0 * np.sum(before**2)) / len(rest)))


def _search(series: NDArray[np.float64]) -> int:
    """The lag of the highest autocorrelation peak that is clear of chance and returns at twice the lag; 1 if none."""
    max_lag = len(series) // _MIN_CYCLES_SEARCH
    if max_lag < 2:
        return 1
    time = np.linspace(-1.0, 1.0, len(series))
    rest = series - np.polyval(np.polyfit(time, series, 1), time)
    if _is_flat(rest, series):
        return 1
    correlation = _autocorrelation(rest, 2 * max_lag + 1)
    bound = np.maximum(_Z * _bartlett(correlation, len(rest)), _MIN_CORRELATION_SEARCH)
    lags = np.arange(2, max_lag + 1)
    # A peak only counts after the correlation has dipped between it and lag 0: a slow wander has none.
    dips = np.minimum.accumulate(correlation)[lags]
    peak = (correlation[lags] >= correlation[lags - 1]) & (correlation[lags] > correlation[lags + 1]) & (dips < 0)
    again = correlation[2 * lags] > 0.3 * correlation[lags]
    clear = lags[peak & again & (correlation[lags] > bound[lags])]
    # Multiples of the true cycle are nearly as high; the first one close to the best is the cycle itself.
    return int(clear[correlation[clear] >= 0.9 * correlation[clear].max()][0]) if len(clear) else 1


def _remove_moving_average(series: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """The series minus its centred moving average over one period; half a period is lost at each end."""
    weights = np.ones(period) if period % 2 else np.array([0.5, *np.ones(period - 1), 0.5])
    half = len(weights) // 2
    trend = np.convolve(series, weights / period, mode="valid")
    return series[half : len(series) - half] - trend


def _autocorrelation(series: NDArray[np.float64], max_lag: int) -> NDArray[np.float64]:
    """Sample autocorrelation at lags 0 to max_lag, (max_lag + 1,), through the Fourier transform."""
    centred = series - series.mean()
    size = 1 << (2 * len(centred) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, size)[: max_lag + 1]
    return covariance / covariance[0]


def _bartlett(correlation: NDArray[np.float64], num_steps: int) -> NDArray[np.float64]:
    """Standard error of the autocorrelation at each lag if there were none from that lag on."""
    before = np.concatenate(([0.0, 0.0], np.cumsum(correlation[1:-1] ** 2)))
    return np.sqrt((1.0 + 2.0 * before) / num_steps)


def _is_flat(rest: NDArray[np.float64], series: NDArray[np.float64]) -> bool:
    """Whether what is left of a series is no more than the rounding of its level."""
    return bool(np.ptp(rest) <= 1e-9 * np.abs(series).max())


def _naive_error(series: NDArray[np.float64], known: NDArray[np.bool_], period: int) -> float:
    """Mean error of the seasonal naive forecast; what is filled has not to be forecast."""
    return float(np.abs(series[period:] - series[:-period])[known[period:]].mean())


def _fill(series: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(series)
    if known.all() or not known.any():
        return series[known]
    return np.interp(np.arange(len(series)), np.flatnonzero(known), series[known])
