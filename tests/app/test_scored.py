"""Use it of a language model, folded up: how likely a text is, and what was copied."""

import json

import pytest

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
    assert any("After `<>`" in one.value or "the end of a line" in one.value for one in app.caption)
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
