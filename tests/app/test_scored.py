"""Use it of a language model, folded up: how likely a text is, and what was copied."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from ui.results.scored import _starting


@pytest.fixture
def use(open_page, trained):
    """Opens Use it with one of its folded parts open."""

    def open_it(part):
        run = trained("generation", {"training.max_steps": 2, "training.warmup_steps": 0})
        app = open_page("generation", {"run": run.name})
        app.session_state[f"generation_{part}"] = True
        return app.run()

    return open_it


def figures(app):
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def test_two_texts_fall_beside_each_other_and_part(use):
    app = use("score")
    app.text_area(key="generation_score_one").set_value("Anna sees the cat.").run()
    app.text_area(key="generation_score_two").set_value("Anna sees <b>.").run()
    assert not app.exception
    (chart,) = [one for one in figures(app) if one["layout"].get("shapes")]
    assert [line["name"].partition(",")[0] for line in chart["data"]] == ["First", "First", "Second", "Second"]
    assert [line["line"].get("dash") for line in chart["data"]] == [None, "dot", None, "dot"]
    assert chart["layout"]["shapes"][0]["x0"] == len("Anna sees ")
    assert len(chart["data"][0]["y"]) == 1 + len("Anna sees the cat.")
    assert chart["data"][2]["text"][-4:] == ["&lt;", "b", "&gt;", "."]  # unknown characters as they were typed
    assert any("to say which one each was takes" in one.value for one in app.caption)
    app.text_area(key="generation_score_one").set_value("<><").run()
    assert any("After the end of a line. " in one.value for one in app.caption)
    app.text_area(key="generation_score_two").set_value("<><> ").run()
    assert any("After `<><`. " in one.value for one in app.caption)
    app.text_area(key="generation_score_one").set_value("Anna" + " cats" * 300).run()
    assert [one.value.split(" characters")[0] for one in app.warning] == ["Too long: the first 1,000 of 1,504"]
    app.text_area(key="generation_score_one").set_value(" ").run()
    assert not app.error and not app.exception
    assert any("times as likely" in one.value for one in app.markdown)
    assert any("Next word where they part" in one.value for one in app.markdown)
    app.text_area(key="generation_score_two").set_value("").run()
    assert any("Next word after the text" in one.value for one in app.markdown)
    assert len(app.get("download_button")) > 0 and not app.exception
    app.text_area(key="generation_score_one").set_value("").run()
    assert any("Type a text" in one.value for one in app.caption) and not app.exception


def test_what_was_written_is_coloured_by_what_it_copies(use):
    app = use("copied")
    assert not app.exception
    strip = next(one for one in figures(app) if one["data"][0]["type"] == "heatmap")
    assert "copied stretch" in json.dumps(strip["layout"]["title"])
    assert any("held-out text of the same length" in one.value for one in app.markdown)
    bars = next(one for one in figures(app) if one["data"][0]["type"] == "bar")
    assert [bar["name"] for bar in bars["data"]] == ["This text", "Held-out text"]


@pytest.mark.parametrize(
    ("sample", "apart", "texts"),
    [
        ("anna\nbo\ncarl", True, ("anna", "bo")),
        ("X:1\nK:D\nabc\n\nX:2\nK:G\ngab\n", True, ("X:1\nK:D\nabc", "X:2\nK:G\ngab")),
        ("lf\nthe cat sat here\nand", False, ("the cat sat here", "the sat cat here")),
        ("na\nanna\nbo\nca", False, ("anna", "bo")),
        ("", True, ("", "")),
    ],
)
def test_the_boxes_begin_with_what_the_network_itself_wrote(sample, apart, texts):
    assert _starting({"sample": sample}, apart) == texts


def test_of_texts_of_one_prompt_the_label_says_which_is_which(use):
    app = use("copied")
    app.text_area(key="generation_use_prompt").set_value("Anna sees the cat and Bob sees the dog in the garden").run()
    app.slider(key="generation_use_length").set_value(50).run()
    app.get_by_key("generation_use_way").set_value("Four seeds").run()
    app.button(key="generation_use_generate").click().run()
    labels = app.selectbox(key="generation_copied_text").options
    assert [label.partition(":")[0] for label in labels] == ["Seed 0", "Seed 1", "Seed 2", "Seed 3"]
    assert not any("Anna" in label for label in labels)
    assert any(
        "The prompt, with which the text begins, stands plain and counts nowhere" in one.value for one in app.caption
    )
    assert not app.exception


def test_while_a_text_is_written_that_is_said():
    def page():
        from ui.results.copied import copied_view

        copied_view("generation", "run", None)

    app = AppTest.from_function(page).run()
    assert [one.value.partition(".")[0] for one in app.caption] == ["A text is being written"]


def test_of_names_whole_ones_are_told_and_no_stretches_that_are_longer_than_any(open_page, trained):
    changes = {"data.id": "country_names", "data.items": "apart", "training.max_steps": 2, "training.warmup_steps": 0}
    app = open_page("generation", {"run": trained("generation", changes).name})
    app.session_state["generation_copied"] = True
    app.run()
    assert not app.exception
    (told,) = [one.value for one in app.markdown if "stand in training" in one.value]
    assert "whole item" in told and "of held\\-out items 0% stand in training" in told
    assert not any("copied stretches of" in one.value for one in app.markdown)
    assert any("stay within one item; its end counts as a character" in one.value for one in app.caption)


def test_of_very_long_texts_the_beginning_is_drawn_and_that_is_told(use, monkeypatch):
    monkeypatch.setattr("ui.results.copied._DRAWN", 50)
    app = use("copied")
    strip = next(one for one in figures(app) if one["data"][0]["type"] == "heatmap")
    drawn = sum(bool(letter) for row in strip["data"][0]["text"] for letter in row)
    assert drawn == 50
    assert any("Drawn are the first 50 of" in one.value for one in app.caption)
