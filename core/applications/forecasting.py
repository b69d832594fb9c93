"""Series that go on past their end."""

from core.applications.application import Application
from core.tasks.forecasting.description import FORECASTING as TASK

FORECASTING = Application(
    name="forecasting",
    task=TASK,
    title="Forecasting",
    help="Learn a series and go on past its end.",
    card="Sunspots, prices, the weather: learn a series and go on past its end.",
    lead=(
        "A network reads the last steps of a series and learns to say what comes next. "
        "The honest question is whether it beats simply repeating the last season."
    ),
    sees="You will see its error fall, beside the best baseline, and then the series going on past its end.",
)
