"""The score below what a network wrote: any tune of any text, under its own name, or a sentence why there is none."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from ui.results.tune import draw_tune

    draw_tune("generation", st.session_state.texts)


def drawn(texts, app=None):
    app = app or AppTest.from_function(page)
    app.session_state.texts = texts
    app.run()
    assert not app.exception
    return app


def test_a_text_without_a_reference_number_has_its_score():
    app = drawn({"": 'M:6/8\nK:D\n|:"D"d2f agf|d2f agf|d2f agf|'})
    assert not app.selectbox
    assert "2 of 2 bars have the length that 6/8 asks for" in app.caption[0].value, "the last need not"


def test_without_a_note_the_reason_stands_in_the_place_of_the_score():
    app = drawn({"": "X:1\nT:Nothing\nK:D\n"})
    assert [one.value for one in app.caption] == [
        "No score: no note in ABC notation could be read in what was written."
    ]


def test_the_tunes_of_all_texts_can_be_chosen_by_their_labels_and_new_ones_have_new_names():
    app = drawn({"Seed 0": "X:1\nT:One\nK:D\nabc|", "Seed 1": "X:1\nT:Two\nK:D\nabc|\n\nX:2\nK:D\nd|"})
    before = app.selectbox[0]
    assert before.options == ["1. Seed 0: One", "2. Seed 1: Two", "3. Seed 1: without a title"]
    key = before.key
    before.select_index(2).run()
    app = drawn({"Seed 2": "X:1\nT:Other\nK:D\nabc|", "Seed 3": "X:1\nT:Last\nK:D\nabc|"}, app)
    assert app.selectbox[0].options == ["1. Seed 2: Other", "2. Seed 3: Last"]
    assert app.selectbox[0].key != key, "under the same key a browser goes on showing the old name"
    assert app.selectbox[0].value == 0
