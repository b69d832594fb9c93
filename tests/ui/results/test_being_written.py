"""Texts that grow on the page: in turn, at reading speed, and no further once they are stopped."""

import pytest

from ui.results.being_written import READING, BeingWritten, Written


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("ui.results.being_written.time.monotonic", lambda: now[0])
    return now


def test_texts_grow_in_turn_to_their_ends(clock):
    writing = BeingWritten("run", {"a": "A", "b": "B"}, [iter("123"), iter("4")])
    writing.go_on(1.0)
    assert writing.texts == {"a": "A123", "b": "B4"}
    assert writing.is_over
    assert not writing.is_stopped


def test_reading_speed_is_that_of_each_text(clock):
    writing = BeingWritten("run", {"a": "", "b": ""}, [iter("x" * 100), iter("y" * 100)], slowly=True)
    writing.go_on(1.0)
    assert writing.texts == {"a": "x", "b": ""}, "the first letter does not wait"
    clock[0] += 2.0
    writing.go_on(1.0)
    assert len(writing.texts["a"]) == pytest.approx(2 * READING, abs=1)
    assert len(writing.texts["b"]) == pytest.approx(2 * READING, abs=1)
    assert not writing.is_over


def test_a_stop_is_the_end(clock):
    pieces = iter("x" * 100)
    writing = BeingWritten("run", {"": "A"}, [pieces], slowly=True)
    clock[0] += 0.5
    writing.go_on(1.0)
    before = dict(writing.texts)
    writing.stop()
    clock[0] += 5.0
    writing.go_on(1.0)
    assert writing.texts == before
    assert writing.is_over
    assert writing.is_stopped
    assert next(pieces) == "x", "the network was asked for no more"


def test_a_stop_after_the_end_changes_nothing(clock):
    writing = BeingWritten("run", {"": "A"}, [iter("x")])
    writing.go_on(1.0)
    writing.stop()
    assert not writing.is_stopped


def test_of_a_long_prompt_before_several_texts_only_the_end_is_shown():
    long = "x" * 100 + "the end of it"
    several = BeingWritten("run", {"a": long, "b": "short"}, [iter(["!"]), iter(["?"])])
    several.go_on(1.0)
    assert several.shown("a") == "… " + long[-80:] + "!" and several.texts["a"] == long + "!"
    assert several.shown("b") == "short?"
    alone = BeingWritten("run", {"": long}, [iter(["!"])])
    alone.go_on(1.0)
    assert alone.shown("") == long + "!"


def test_what_was_given_to_a_text_stands_beside_it_and_of_many_what_each_begins_with():
    writing = BeingWritten("run", {"a": "An", "b": "An"}, [iter(["na"]), iter(["d"])])
    writing.go_on(1)
    assert [(one.label, one.text, one.prompt, one.own) for one in writing.written] == [
        ("a", "Anna", "An", "na"),
        ("b", "And", "An", "d"),
    ]
    many = BeingWritten("run", {"": ""}, [iter(["anna\n", "andy\n"])], each="an")
    many.go_on(1)
    assert many.written == [Written("", "anna\nandy\n", "an")]


def test_what_is_to_be_said_of_the_texts_is_said_when_they_are_whole():
    from streamlit.testing.v1 import AppTest

    def page():
        from ui.results.being_written import BeingWritten, draw

        draw("generation", BeingWritten("run", {"": "A"}, [iter("\n" * 70)], told=lambda: "1 of 1 was cut"))

    app = AppTest.from_function(page).run()
    assert [caption.value for caption in app.caption] == ["1 of 1 was cut"]
    assert len(app.code[0].value) > 60
