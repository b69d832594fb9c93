"""Made series: two time series that come out of a seed instead of a measurement.

`weather` is daily temperature with humidity, shaped like a temperate inland station: a yearly cycle, years that differ
and fronts that last some days. `mackey_glass` is the chaotic delay equation that forecasting papers share. Both give
the same numbers for the same arguments on every machine: one is rounded, the other uses exact arithmetic only.

Left out: gaps, outliers and trends.
"""

import numpy as np
import pandas as pd

_DAYS_PER_YEAR = 365.2425
_WARM_UP_STEPS = 2000
_STEPS_PER_UNIT = 10
_TRANSIENT_UNITS = 500


def weather(seed: int = 0, num_days: int = 2922) -> pd.DataFrame:
    """Makes daily temperature and humidity, eight years of them by default.

    Temperature is a yearly cycle (coldest in late January), a slow drift with a memory of about a year, and fronts with
    a memory of some days that are stronger in winter. Humidity is high in winter, falls one to two days after a warm
    front arrives, and carries weather of its own; a logistic curve keeps it between 0 and 100 without cutting it off.

    Args:
        seed: of the random numbers, 0 or more.
        num_days: length of the series, at least 1.

    Returns:
        A frame of `num_days` rows from 2016-01-01 on, daily index `time`, columns `temperature` (degrees Celsius) and
        `humidity` (relative, %), rounded to four decimals.

    Raises:
        ValueError: for a negative seed or a length below 1.
    """
    _check(seed, num_days, "num_days")
    rng = np.random.Generator(np.random.PCG64(seed))
    # One row a day, so that a longer series begins with the shorter one.
    noise = rng.standard_normal((_WARM_UP_STEPS + num_days, 3))
    day = np.arange(num_days)
    winter = np.cos(2 * np.pi * (day - 24) / _DAYS_PER_YEAR)
    drift = _autoregression(noise[:, 0], (0.997, 0.0), spread=0.9)
    fronts = _autoregression(noise[:, 1], (0.95, -0.22), spread=3.2) * (1 + 0.25 * winter)
    temperature = 10.5 - 9.5 * winter + drift + fronts

    # A front reaches the humidity one and two days later, which is what makes the two columns worth learning together.
    late_fronts = 0.35 * fronts + 0.4 * _delay(fronts, 1) + 0.25 * _delay(fronts, 2)
    late_winter = np.cos(2 * np.pi * (day - 4) / _DAYS_PER_YEAR)
    own = _autoregression(noise[:, 2], (0.55, 0.0), spread=0.32)
    humidity = 100 / (1 + np.exp(-(1.0 + 0.4 * late_winter - 0.11 * late_fronts - 0.05 * drift + own)))

    index = pd.date_range("2016-01-01", periods=num_days, freq="D", name="time")
    columns = {"temperature": np.round(temperature, 4), "humidity": np.round(humidity, 4)}
    return pd.DataFrame(columns, index=index)


def mackey_glass(seed: int = 0, num_points: int = 3000, tau: int = 17) -> pd.DataFrame:
    """Integrates the Mackey-Glass delay equation and samples it once a time unit.

    The equation is dx/dt = 0.2 x(t - tau) / (1 + x(t - tau)^10) - 0.1 x(t): periodic for small delays, chaotic from
    tau = 17 on. The fourth-order Runge-Kutta method takes ten steps a unit; half-way values of the delayed term come
    from cubic Hermite interpolation, so the delay costs no accuracy. The first 500 units are thrown away.

    Args:
        seed: chooses the constant history before time zero, between 0.6 and 1.4.
        num_points: length of the series, at least 1.
        tau: the delay in time units, at least 1.

    Returns:
        A frame of `num_points` rows, range index `step`, column `x` (no unit, about 0.2 to 1.4), rounded to six
        decimals.

    Raises:
        ValueError: for a negative seed, or a length or delay below 1.

    Reference:
        Mackey and Glass, 1977, "Oscillation and chaos in physiological control systems", Science 197, equation 4b.
    """
    _check(seed, num_points, "num_points")
    if tau < 1:
        raise ValueError(f"tau must be at least 1, got {tau}")
    rng = np.random.Generator(np.random.PCG64(seed))
    delay = tau * _STEPS_PER_UNIT
    h = 1 / _STEPS_PER_UNIT
    # x[i] is the state at step i - delay, slope[i] its derivative; the history before time zero is constant.
    x = [0.6 + 0.8 * float(rng.random())] * (delay + 1)
    slope = [0.0] * delay
    for now in range(delay, delay + (_TRANSIENT_UNITS + num_points - 1) * _STEPS_PER_UNIT):
        slope.append(_mackey_glass_slope(x[now], x[now - delay]))
        past, past_next = x[now - delay], x[now - delay + 1]
        half = (past + past_next) / 2 + h / 8 * (slope[now - delay] - slope[now - delay + 1])
        k1 = slope[now]
        k2 = _mackey_glass_slope(x[now] + h / 2 * k1, half)
        k3 = _mackey_glass_slope(x[now] + h / 2 * k2, half)
        k4 = _mackey_glass_slope(x[now] + h * k3, past_next)
        x.append(x[now] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    values = np.array(x[delay + _TRANSIENT_UNITS * _STEPS_PER_UNIT :: _STEPS_PER_UNIT])
    return pd.DataFrame({"x": np.round(values, 6)}, index=pd.RangeIndex(num_points, name="step"))


def _mackey_glass_slope(x: float, delayed: float) -> float:
    """The right-hand side of the equation.

    The tenth power is written as products: these round alike everywhere, a library's power function does not, and
    chaos turns a difference in the last bit into another series.
    """
    squared = delayed * delayed
    fourth = squared * squared
    return 0.2 * delayed / (1 + fourth * fourth * squared) - 0.1 * x


def _autoregression(noise: np.ndarray, coefficients: tuple[float, float], spread: float) -> np.ndarray:
    """Turns white noise (warm-up + T,) into a second-order autoregression (T,) of standard deviation `spread`.

    The scale is the long-run one of the Yule-Walker equations: the sample's own would change with its length.
    """
    phi1, phi2 = coefficients
    series = [0.0, 0.0]
    for shock in noise.tolist():
        series.append(phi1 * series[-1] + phi2 * series[-2] + shock)
    variance = (1 - phi2) / ((1 + phi2) * (1 - phi1 - phi2) * (1 + phi1 - phi2))
    return np.array(series[2 + _WARM_UP_STEPS :]) * (spread / variance**0.5)


def _delay(values: np.ndarray, num_steps: int) -> np.ndarray:
    """The series (T,) moved `num_steps` later; the first value fills the beginning."""
    return np.concatenate([np.repeat(values[:1], num_steps), values])[: len(values)]


def _check(seed: int, length: int, name: str) -> None:
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    if length < 1:
        raise ValueError(f"{name} must be at least 1, got {length}")
