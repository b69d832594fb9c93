"""The score of a tune: one head a note at its place, whole bars on a staff, and text of the tune as text."""

from xml.etree import ElementTree

import pytest

from core.music import read_tune
from ui.charts.score import score

HEAD = "X:1\nT:A <b>bold</b> & title\nM:3/4\nL:1/4\nK:G\n"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(music, width=760.0, dark=False):
    return ElementTree.fromstring(score(read_tune(HEAD + music), dark, width))


def test_every_note_has_a_head_a_step_above_the_one_below():
    heads = drawn("EFG|").findall(f"{SVG}ellipse")
    heights = [float(head.get("cy")) for head in heads]
    assert len(heads) == 3
    assert heights[0] - heights[1] == heights[1] - heights[2] == pytest.approx(4.5)


def test_half_notes_are_hollow_and_dotted_ones_have_a_dot():
    whole = drawn("A3|A|")
    assert [head.get("fill") for head in whole.findall(f"{SVG}ellipse")] == ["none", None]
    assert len(whole.findall(f"{SVG}circle")) == 1


def test_a_narrow_page_has_more_staffs():
    music = "ABc|" * 8
    wide, narrow = (float(drawn(music, width).get("height")) for width in (760.0, 340.0))
    assert narrow > wide


def test_the_title_is_text_and_says_what_is_drawn():
    found = drawn("ABc|ABc|]")
    assert found.find(f"{SVG}title").text == "Score of A <b>bold</b> & title: 2 bars, key G, metre 3/4."
    assert [text.text for text in found.findall(f"{SVG}text")][:2] == ["A <b>bold</b> & title", "♯"]


def test_a_title_is_drawn_as_it_is_written_but_for_what_no_picture_can_hold():
    found = ElementTree.fromstring(score(read_tune("X:1\nT:PINK \x07INK\nK:C\nA|"), True))
    assert found.find(f"{SVG}text").text == "PINK INK"


def test_a_long_tune_is_drawn_whole_on_a_phone():
    assert len(drawn("ABc|" * 40, 340.0).findall(f"{SVG}ellipse")) == 120
