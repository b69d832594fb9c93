"""Forecasting: a network learns a series and goes on past its end."""

from ui import page

page.draw("forecasting")
