"""How a finished chart is shown."""

import plotly.graph_objects as go
import pytest
import streamlit as st

from ui.charts.chart import Chart
from ui.results import common


@pytest.mark.parametrize(("phone", "buttons"), [(False, "hover"), (True, False)])
def test_buttons_for_zooming_appear_at_a_desk_and_cover_nothing_on_a_phone(monkeypatch, phone, buttons):
    shown = {}
    monkeypatch.setattr(common, "is_narrow", lambda: phone)
    monkeypatch.setattr(st, "plotly_chart", lambda figure, **options: shown.update(options, figure=figure))
    common.show(Chart(go.Figure(), "Nothing in it.", zoom=True), "key")
    assert shown["config"]["displayModeBar"] == buttons
    assert (shown["figure"].layout.xaxis.fixedrange is True) == phone
