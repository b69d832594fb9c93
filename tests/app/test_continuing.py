"""Writing on the page of language models: texts side by side, limits on what is drawn, pieces to go on with."""

import json

import pytest

from ui.charts.text import next_token_bars


@pytest.fixture
def writing(open_page, trained):
    run = trained("generation", {"training.max_steps": 2, "training.warmup_steps": 0})
    app = open_page("generation", {"run": run.name})
    app.text_area(key="generation_use_prompt").set_value("Anna sees").run()
    app.slider(key="generation_use_length").set_value(50).run()
    return app


def texts(app):
    return [code.value for code in app.code if code.value.startswith("Anna sees")]


def test_one_text_or_four_side_by_side(writing):
    writing.button(key="generation_use_generate").click().run()
    (one,) = texts(writing)
    assert len(one) == len("Anna sees") + 50
    writing.get_by_key("generation_use_way").set_value("Four seeds").run()
    assert texts(writing) == [one], "what was written stays until something is written"
    writing.button(key="generation_use_generate").click().run()
    four = texts(writing)
    assert four[0] == one
    assert len(set(four)) == 4
    writing.get_by_key("generation_use_way").set_value("Four temperatures").run()
    writing.button(key="generation_use_generate").click().run()
    assert len(texts(writing)) == 4
    assert texts(writing)[2] == one, "the third is at 0.8"
    assert [c.value for c in writing.caption if c.value.startswith("Temperature")] == [
        f"Temperature {t}" for t in ("0\\.2", "0\\.5", "0\\.8", "1\\.2")
    ]
    assert not writing.exception


def test_the_next_piece_follows_the_limits_and_can_be_picked(writing):
    buttons = [button for button in writing.button if (button.key or "").startswith("generation_use_next_")]
    assert len(buttons) == 6
    writing.number_input(key="generation_use_top_k").set_value(1).run()
    (only,) = [button for button in writing.button if (button.key or "").startswith("generation_use_next_")]
    assert any("As it is drawn with these settings" in caption.value for caption in writing.caption)
    only.click().run()
    longer = writing.text_area(key="generation_use_prompt").value
    assert longer[:-1] == "Anna sees"
    writing.button(key="generation_use_generate").click().run()
    before = texts(writing)[0]
    assert before.startswith(longer), "the likeliest goes on with what was picked"
    assert not writing.exception


def told(app, words):
    return [caption.value for caption in app.caption if words in caption.value]


def labels_of_bars(app):
    """What stands behind the bars of the next character."""
    (spec,) = [chart.proto.spec for chart in app.get("vega_lite_chart") if '"Probability"' in chart.proto.spec]
    return [row["text"] for row in json.loads(spec)["layer"][0]["data"]["values"]]


def test_the_bars_are_those_of_the_temperature_also_back_at_its_default(writing):
    shown = []
    for temperature in (0.8, 0.5, 0.8):
        writing.slider(key="generation_use_temperature").set_value(temperature).run()
        assert told(writing, "As it is drawn with these settings; in brackets what the network believes")
        shown.append(labels_of_bars(writing))
    assert shown[0] == shown[2] != shown[1]
    assert len(shown[0]) >= 6
    assert all("(" in label for label in shown[0])
    writing.get_by_key("generation_use_way").set_value("Four temperatures").run()
    assert writing.slider(key="generation_use_temperature").disabled
    assert told(writing, "At temperature 1, as the network believes")
    assert told(writing, "The four texts are drawn at temperature 0")
    assert not writing.exception


def test_what_training_left_behind_is_labelled_with_its_temperature_until_something_is_moved(open_page, trained):
    run = trained("generation", {"training.max_steps": 2, "training.warmup_steps": 0})
    app = open_page("generation", {"run": run.name})
    (before,) = told(app, "Press one to go on")
    assert before.startswith("At temperature 1, as the network believes. Once something is moved")
    app.slider(key="generation_use_temperature").set_value(0.85).run()
    app.slider(key="generation_use_temperature").set_value(0.8).run()
    (after,) = told(app, "Press one to go on")
    assert after.startswith("As it is drawn with these settings")


def test_another_one_takes_seeds_that_were_not_seen_and_is_off_where_there_are_none(writing):
    def seed():
        return writing.number_input(key="generation_use_seed").value

    writing.button(key="generation_use_another").click().run()
    assert seed() == 1
    writing.get_by_key("generation_use_way").set_value("Four seeds").run()
    writing.button(key="generation_use_another").click().run()
    assert seed() == 5
    writing.slider(key="generation_use_temperature").set_value(0.0).run()
    assert writing.button(key="generation_use_another").disabled
    assert told(writing, "there is one text only, whatever the seed")
    writing.get_by_key("generation_use_way").set_value("Four temperatures").run()
    assert not writing.button(key="generation_use_another").disabled
    assert not writing.exception


def test_more_of_the_likeliest_than_there_are_is_all_of_them(writing):
    writing.button(key="generation_use_generate").click().run()
    all_of_them = texts(writing)
    writing.number_input(key="generation_use_top_k").set_value(1_000).run()
    writing.button(key="generation_use_generate").click().run()
    assert texts(writing) == all_of_them
    assert not writing.error


def test_a_line_ends_where_it_ends(writing):
    writing.checkbox(key="generation_use_line").set_value(True).run()
    writing.slider(key="generation_use_temperature").set_value(2.0).run()
    writing.slider(key="generation_use_length").set_value(2_000).run()
    writing.button(key="generation_use_generate").click().run()
    (text,) = texts(writing)
    assert "\n" not in text.rstrip("\n")
    assert len(text) < 2_000


def test_stop_ends_the_writing_and_keeps_what_stands(writing):
    writing.checkbox(key="generation_use_slowly").set_value(True).run()
    writing.slider(key="generation_use_length").set_value(2_000).run()
    writing.button(key="generation_use_generate").click().run()
    (before,) = texts(writing)
    assert len(before) < 1_000
    writing.button(key="generation_use_stop").click().run()
    (after,) = texts(writing)
    assert after.startswith(before)
    assert any("Stopped before the end" in caption.value for caption in writing.caption)
    assert "generation_use_stop" not in [button.key for button in writing.button]
    assert not writing.exception


def test_items_that_stand_apart_are_written_as_a_list(open_page, trained):
    run = trained(
        "generation",
        {"data.id": "country_names", "data.items": "apart", "training.max_steps": 2, "training.warmup_steps": 0},
    )
    app = open_page("generation", {"run": run.name})
    app.text_area(key="generation_use_prompt").set_value("Sw").run()
    app.slider(key="generation_use_length").set_value(50).run()
    app.button(key="generation_use_generate").click().run()
    (written,) = [code.value for code in app.code if code.value.startswith("Sw")]
    items = written.split("\n")
    assert len(items) in (20, 21)
    assert all(item.startswith("Sw") for item in items[:20])
    assert "generation_use_line" not in [box.key for box in app.checkbox], "an item ends by itself"
    assert not app.exception


def test_the_end_of_an_item_is_told_in_words_and_offered_to_nobody(open_page, trained, monkeypatch):
    from core.tasks.generation.predictor import GenerationPredictor

    def ends(network, prompt, k, sampling):
        return [("<eos>", 0.6, 0.5), ("a", 0.3, 0.2)]

    monkeypatch.setattr(GenerationPredictor, "_next_tokens", ends)
    changes = {"data.id": "country_names", "data.items": "apart", "training.max_steps": 2, "training.warmup_steps": 0}
    app = open_page("generation", {"run": trained("generation", changes).name})
    app.text_area(key="generation_use_prompt").set_value("Per").run()
    assert [one.label for one in app.button if (one.key or "").startswith("generation_use_next_")] == ["a"]
    chart = next_token_bars([("<eos>", 0.6), ("a", 0.3)], False)
    assert chart.figure.layout.yaxis.ticktext == ("end of the item", "a")
    assert "end of the item 60%" in chart.alt
    assert not app.exception


def test_items_that_were_cut_are_counted(open_page, trained):
    run = trained(
        "generation",
        {"data.id": "country_names", "data.items": "apart", "training.max_steps": 2, "training.warmup_steps": 0},
    )
    app = open_page("generation", {"run": run.name})
    assert app.slider(key="generation_use_length").value == 50, "nearly all names of countries are shorter"
    app.text_area(key="generation_use_prompt").set_value("S").run()
    app.slider(key="generation_use_temperature").set_value(0.0).run()
    app.button(key="generation_use_generate").click().run()
    (written,) = [code.value for code in app.code if code.value.startswith("S")]
    cut = [line for line in written.split("\n") if len(line) == 51]
    said = told(app, "were cut at")
    assert len(said) == bool(cut)
    assert all(one.startswith(f"{len(cut)} of 20 were cut at 50 characters") for one in said)


def test_items_of_several_lines_have_a_blank_line_between_them_and_are_written_letter_by_letter():
    from ui.results.continuing import _many

    class Network:
        def ended_items(self, number, **options):
            assert (number, options) == (20, {"seed": 3})
            return [("X:1\nK:C\nA|\n", True), ("X:2\nK:D\nB|", False)]

    cut = []
    letters = list(_many(Network(), {"seed": 3, "one_line": False}, cut))
    assert "".join(letters) == "X:1\nK:C\nA|\n\nX:2\nK:D\nB|\n\n"
    assert max(map(len, letters)) == 1
    assert cut == ["X:2\nK:D\nB|"]


def test_the_score_of_what_was_just_written_stands_before_its_text(open_page, trained):
    run = trained("generation", {"training.max_steps": 2, "training.warmup_steps": 0})
    app = open_page("generation", {"run": run.name})
    app.text_area(key="generation_use_prompt").set_value("X:1\nT:Mine\nK:D\nabc|").run()
    app.button(key="generation_use_generate").click().run()
    kinds = [element.type for element in app.main]
    places = {kind: kinds.index(kind) for kind in set(kinds)}
    assert places["image"] < places["audio"] < places["code"]
    assert not app.exception
