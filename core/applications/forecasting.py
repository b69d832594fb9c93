"""Series that go on past their end."""

from core.applications.application import Application
from core.tasks.forecasting.description import FORECASTING as TASK

FORECASTING = Application(
    name="forecasting",
    task=TASK,
    title="Forecasting",
    help="Learn a series and go on past its end.",
    card="Sunspots, prices, the weather: learn a series and go on past its end.",
)
