"""The load benchmark's own sums, and the states that its visitors send."""

import math

import pytest
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.Selectbox_pb2 import Selectbox

from benchmarks.load import percentile, row
from benchmarks.visitors import Visitor, Widget, state_of


def test_the_percentile_is_one_of_the_values():
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.95) == 5.0
    assert percentile(values, 0.2) == 1.0
    assert percentile([7.0], 0.01) == 7.0


def test_there_is_no_percentile_of_nothing_and_no_share_beyond_all():
    assert math.isnan(percentile([], 0.5))
    with pytest.raises(ValueError, match="share"):
        percentile([1.0], 1.5)


def test_a_row_tells_milliseconds_and_seconds_apart_and_says_when_there_is_nothing():
    assert row("turned", [0.1, 0.2, 0.4]) == "| turned | 3 | 200 ms | 400 ms | 400 ms |"
    assert row("pause", [1.2], "s", 1) == "| pause | 1 | 1.20 s | 1.20 s | 1.20 s |"
    assert row("never", []) == "| never | 0 | - | - | - |"


def test_a_visitor_sends_what_a_widget_shows_at_first():
    number = Widget("a", "", NumberInput(default=64))
    choice = Widget("b", "", Selectbox(default=1, options=["RNN", "LSTM"]))
    group = Widget("c", "", ButtonGroup(default=[0], options=[ButtonGroup.Option(content="Quick")]))
    assert state_of(number).double_value == 64
    assert state_of(choice).string_value == "LSTM"
    assert list(state_of(group).string_array_value.data) == ["Quick"]


def test_a_visitor_sends_what_the_server_set_rather_than_the_default():
    number = Widget("a", "", NumberInput(default=64, value=96, set_value=True))
    group = Widget("c", "", ButtonGroup(default=[0], raw_values=["Large"], set_value=True))
    assert state_of(number).double_value == 96
    assert list(state_of(group).string_array_value.data) == ["Large"]


def test_a_widget_without_a_value_has_no_state():
    assert state_of(Widget("a", "", NumberInput())).WhichOneof("value") is None


def test_a_parameter_of_the_address_is_found_by_its_name():
    visitor = Visitor("http://127.0.0.1:1", "generation", "run=abc&generation.preset=Quick")
    assert visitor.parameter("run") == "abc"
    assert visitor.parameter("visitor") is None
