"""Forecasting: a network learns a series and goes on past its end."""

from ui import page
from ui.results import forecasting

TASK = "forecasting"

setup = page.begin(
    TASK,
    "A network reads the last steps of a series and learns to say what comes next. "
    "The honest question is whether it beats simply repeating the last season.",
)
run_id = page.training(
    setup,
    "You will see its error fall, beside the best simple forecast, and then the series going on past its end.",
    forecasting.show_data,
)
page.outcome(setup, run_id, forecasting.show_result, forecasting.look_inside)
