"""Look inside of every page: both views, tokens that all have their names or none, and the text of the other tab."""

import json

import pytest

from core.applications import describe, one_a_task
from core.insight.edits import Edits
from ui.results import preparation

TYPED = {
    **{name: (f"{name}_use_text", "Anna sees the cat .") for name in one_a_task() if describe(name).is_asked_texts},
    "generation": ("generation_use_prompt", "Anna sees the cat"),
    "sentiment": ("sentiment_use_text", "I like the cat"),
    "translation": ("translation_use_text", "Anna has a cat."),
    "memory": ("memory_use_text", "a b c d e f g h a b . . ? ? ? ? ? ? ? ? ? ? ?"),
}


@pytest.fixture
def inside(open_page, trained):
    """Opens Look inside of a network that was trained for two steps, after a text was typed in Use it."""

    def open_it(task, changes=None, text=None):
        run = trained(task, {"training.max_steps": 2, "training.warmup_steps": 0, **(changes or {})})
        app = open_page(task, {"run": run.name})
        if task in TYPED:
            key, usual = TYPED[task]
            app.text_area(key=key).set_value(text or usual).run()
            assert not app.exception
        app.session_state[f"{task}:tabs"] = "Look inside"
        return app.run()

    return open_it


def figures(app):
    """The finished charts of the page, as plain data."""
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def heat_map(app):
    return next(
        figure for figure in figures(app) if figure["data"][0]["type"] == "heatmap" and "xgap" not in figure["data"][0]
    )


@pytest.mark.parametrize("task", one_a_task())
def test_every_page_has_both_views_of_the_text_that_was_typed_for_use(inside, task):
    app = inside(task)
    assert not app.exception
    if task in TYPED:
        assert app.text_area(key=f"{task}_inside_text").value == TYPED[task][1]
    axis, z = heat_map(app)["layout"]["xaxis"], heat_map(app)["data"][0]["z"]
    assert len(axis["ticktext"]) == len(z[0])
    assert any("varies most over this" in caption.value for caption in app.caption)
    if task == "translation":
        layers = app.selectbox(key="translation_inside_layer")
        assert [option.partition(",")[0] for option in layers.options] == ["Encoder", "Encoder", "Decoder"]
    app.get_by_key(f"{task}_inside_view").set_value("Gradients").run()
    assert not app.exception
    assert any(figure["layout"].get("yaxis", {}).get("type") == "log" for figure in figures(app))


@pytest.mark.parametrize(
    "changes", [{}, {"model.pooling": "last", "model.bidirectional": False}], ids=["usual", "last"]
)
def test_a_classifier_says_why_and_what_its_explanations_are_worth(changes, inside):
    app = inside("sentiment", changes)
    app.get_by_key("sentiment_inside_view").set_value("Why").run()
    assert not app.exception
    reasons, removed = figures(app)[-2:]
    assert reasons["layout"]["yaxis"]["ticktext"] == ["Gradient × input", "Integrated gradients", "Occlusion"]
    assert reasons["layout"]["xaxis"]["ticktext"] == ["i", "like", "the", "cat"]
    assert [curve["y"][0] for curve in removed["data"][1:]] == [removed["data"][1]["y"][0]] * 4, (
        "all begin with the text"
    )
    before = reasons["data"][0]["text"]
    app.get_by_key("sentiment_why_removal").set_value("unknown").run()
    assert not app.exception and figures(app)[-2]["data"][0]["text"][2] != before[2]


def test_both_directions_of_a_layer_stand_side_by_side_over_the_same_words(inside):
    app = inside("sentiment", {"model.bidirectional": True})
    forward, backward = (
        one for one in figures(app) if one["data"][0]["type"] == "heatmap" and "xgap" not in one["data"][0]
    )
    assert (
        forward["layout"]["xaxis"]["ticktext"]
        == backward["layout"]["xaxis"]["ticktext"]
        == ["i", "like", "the", "cat", "&lt;eos&gt;"]
    )
    assert forward["data"][0]["z"] != backward["data"][0]["z"]
    assert any("Layer 1, backward, which has read what comes after" in one.value for one in app.caption)


def test_a_typed_text_lies_among_texts_of_the_training_set_and_its_nearest_are_listed(inside):
    app = inside("sentiment")
    app.get_by_key("sentiment_inside_view").set_value("Neighbours").run()
    assert not app.exception
    chart = figures(app)[-1]
    assert [trace["name"] for trace in chart["data"]] == ["bad", "good", "Your text"]
    near = next(frame.value for frame in app.dataframe if "Nearest texts" in frame.value.columns)
    assert len(near) == 5 and near["Distance"].is_monotonic_increasing and set(near["Label"]) <= {"bad", "good"}


def test_a_run_without_a_map_says_so(inside, monkeypatch):
    app = inside("sentiment")
    monkeypatch.setattr("ui.services.run_file", lambda run_id, name: None)
    app.get_by_key("sentiment_inside_view").set_value("Neighbours").run()
    assert not app.exception and any("no map of this run" in one.value for one in app.info)


def test_one_word_is_explained_and_nothing_is_compared(inside):
    app = inside("sentiment", text="cat")
    app.get_by_key("sentiment_inside_view").set_value("Why").run()
    assert not app.exception and figures(app)[-1]["layout"]["xaxis"]["ticktext"] == ["cat"]


def test_a_long_text_has_no_names_under_its_heat_map_and_says_where_they_are(inside):
    app = inside("generation", text="Anna sees the cat. " * 8)
    axis = heat_map(app)["layout"]["xaxis"]
    assert axis["showticklabels"] is False and "ticktext" not in axis
    assert axis["title"]["text"] == "Characters: point at the picture or tap it for their names"


FORECASTERS = {
    "lstm": {"model.cell": "lstm"},
    "rnn": {"model.cell": "rnn", "model.num_layers": 2},
    "both directions": {"model.cell": "gru", "model.bidirectional": True},
    "each": {"data.many_series": "each"},
}


@pytest.mark.parametrize("changes", FORECASTERS.values(), ids=FORECASTERS)
def test_forecasting_shows_its_units_beside_the_series_its_clock_and_its_gates_by_season(changes, inside):
    app = inside("forecasting", changes)
    app.get_by_key("forecasting_inside_view").set_value("Beside the series").run()
    assert not app.exception and any("Correlation with the series" in one.value for one in app.caption)
    (chart,) = figures(app)[-1:]
    assert chart["data"][0]["name"] == "The series" and len(chart["data"]) == 4
    app.get_by_key("forecasting_inside_span").set_value("Last window").run()
    assert not app.exception and len(figures(app)[-1]["data"][0]["x"]) == 9
    app.get_by_key("forecasting_inside_view").set_value("Clock").run()
    assert not app.exception and any("of where a dot lies" in one.value for one in app.caption)
    app.get_by_key("forecasting_inside_view").set_value("Gates by season").run()
    assert not app.exception
    if changes.get("model.cell") == "rnn":
        assert any("no gates to see" in one.value for one in app.info)
    else:
        assert figures(app)[-1]["layout"]["xaxis"]["ticktext"] == ["quarter 1", "quarter 2", "quarter 3", "quarter 4"]
    app.get_by_key("forecasting_inside_view").set_value("Gradients").run()
    assert not app.exception and figures(app)[-1]["data"][0]["type"] == "heatmap"


def test_forecasting_says_why_a_run_shows_no_more_than_its_last_window(inside, monkeypatch):
    app = inside("forecasting")
    monkeypatch.setattr("ui.services.run_file", lambda run_id, name: None)
    app.get_by_key("forecasting_inside_view").set_value("Clock").run()
    assert not app.exception and any("has not been judged yet" in one.value for one in app.info)


def test_a_unit_is_found_watched_broken_and_compared_over_spans(inside):
    app = inside("generation", {"model.cell": "lstm"}, text="Anna (Ben) sees the cat. " * 3)
    app.get_by_key("generation_inside_view").set_value("Find a unit").run()
    assert not app.exception
    app.get_by_key("generation_units_text").set_value("A text of yours").run()
    app.text_area(key="generation_units_own").set_value("Anna (Ben) sees (the (old) cat). " * 12).run()
    assert not app.exception
    units = next(box for box in app.selectbox if box.label == "Unit")
    assert len(units.options) == 7 and units.options[0].startswith("Unit ")
    unit, looked_for = figures(app)[-2:]
    assert len(unit["data"][0]["z"]) == len(looked_for["data"][0]["z"]) == 7, "280 characters in rows of 40"
    assert looked_for["data"][0]["z"][0][5] == 1, "the depth behind the first bracket"
    assert any("correlation" in caption.value and "over 396 characters" in caption.value for caption in app.caption)
    kinds = app.get_by_key(f"generation_units_kind_{units.options[0].split(', ')[1].split(':')[0]}")
    assert set(kinds.options) == {"Hidden state", "Cell state", "Input gate", "Forget gate", "Output gate", "Candidate"}
    app.button(key="generation_twins_write").click().run()
    assert not app.exception
    assert app.metric[-2].label == "As it was trained" and app.metric[-1].label.endswith("silenced")
    app.get_by_key("generation_twins_way").set_value("Hold it").run()
    assert not app.exception and app.metric[-1].label.endswith("held at 1")


def test_each_probe_has_a_box_of_its_own_begins_where_it_stands_and_names_what_is_unknown(inside):
    app = inside("generation")
    app.get_by_key("generation_inside_view").set_value("Find a unit").run()
    app.get_by_key("generation_units_text").set_value("A text of yours").run()
    app.text_area(key="generation_units_own").set_value(
        "Anna sees the cat. " * 30 + "猫 Anna (sees) it. " + "Ben. " * 60
    ).run()
    keys = set()
    for probe in ("brackets", "capitals"):
        app.selectbox(key="generation_units_probe").set_value(probe).run()
        assert not app.exception
        keys.add(next(box for box in app.selectbox if box.label == "Unit").key)
        begin = next(slider for slider in app.slider if slider.label == "Part of the text").value
        assert begin == (560 if probe == "brackets" else 0)
    assert len(keys) == 2, "a box that stays would keep the unit of the probe before"
    assert any("猫" in one.value for one in (*app.caption, *app.warning, *app.markdown))
    app.text_area(key="generation_units_own").set_value("Anna (sees) it.").run()
    assert any("by chance" in one.value for one in app.caption)


def test_units_are_compared_with_a_pattern_of_ones_own(inside):
    app = inside("generation")
    app.get_by_key("generation_inside_view").set_value("Find a unit").run()
    app.get_by_key("generation_units_text").set_value("A text of yours").run()
    app.text_area(key="generation_units_own").set_value("Anna sees the cat. The dog sees Ben.").run()
    app.selectbox(key="generation_units_probe").set_value("pattern").run()
    assert not app.exception
    marked = figures(app)[-1]["data"][0]["z"][0]
    assert [place for place, value in enumerate(marked) if value] == [10, 11, 12, 19, 20, 21]
    app.text_input(key="generation_units_pattern").set_value("(the").run()
    assert not app.exception and any(
        "unterminated" in str(one.value) for one in (*app.error, *app.warning, *app.markdown)
    )
    app.text_input(key="generation_units_pattern").set_value("zz").run()
    assert any("Your pattern stands nowhere in this text" in one.value for one in app.info)
    app.text_input(key="generation_units_pattern").set_value(".").run()
    assert any("the same everywhere" in one.value for one in app.info)
    app.text_input(key="generation_units_pattern").set_value("").run()
    assert any("Type a pattern" in one.value for one in app.caption) and not app.exception


def test_a_network_of_words_says_that_units_are_looked_for_in_characters(inside):
    app = inside("generation", {"data.unit": "word"})
    app.get_by_key("generation_inside_view").set_value("Find a unit").run()
    assert not app.exception and any("read characters" in one.value for one in app.info)


def test_the_text_before_a_prediction_is_coloured_by_what_it_hangs_on(inside):
    app = inside("generation", text="Anna sees the cat")
    app.get_by_key("generation_inside_view").set_value("Gradients").run()
    assert not app.exception
    charts = [one for one in app.main if "vega" in one.type and "colours those before it" in str(one.proto)]
    (spec,) = (json.loads(one.proto.spec) for one in charts)
    whole = next(layer for layer in spec["layer"] if layer.get("params"))["params"][0]
    assert whole["name"] == "chosen" and whole["select"]["on"] == "pointerover"
    assert whole["value"] == [{"of": 17}], "at first what the network finds likeliest after the text"
    by_distance = figures(app)[-1]
    assert by_distance["layout"]["yaxis"]["type"] == "log"
    label = next(box for box in app.selectbox if box.label.startswith("Score of which"))
    label.set_value(3).run()
    assert not app.exception
    assert len(figures(app)[-1]["data"][0]["x"]) == 4, "what stands before the fifth character"


def test_one_slider_goes_from_noise_to_text(inside, monkeypatch):
    app = inside("generation", {"training.max_steps": 20})
    app.get_by_key("generation_inside_view").set_value("From noise to text").run()
    assert not app.exception
    slider = app.select_slider(key="generation_moment")
    assert (slider.value, slider.options[0], slider.options[-1]) == (20, "0", "20")
    assert app.query_params["moment"] == "20"
    end, curve = app.code[-1].value, figures(app)[-3]
    surprise, unit = figures(app)[-2:]
    slider.set_value(0).run()
    assert not app.exception and app.query_params["moment"] == "0"
    assert app.code[-1].value != end, "another network writes"
    moved, other_surprise, other_unit = figures(app)[-3:]
    assert [one["layout"]["shapes"][0]["x0"] for one in (curve, moved)] == [21, 1], "on a logarithmic axis from step 0"
    assert surprise["data"][0]["z"] != other_surprise["data"][0]["z"]
    assert surprise["data"][0]["zmax"] == other_surprise["data"][0]["zmax"], "one scale for all moments"
    assert unit["data"][0]["z"] != other_unit["data"][0]["z"]

    def never(*_):
        raise AssertionError("the slider only draws")

    monkeypatch.setattr("ui.services.at_moment", never)
    app.select_slider(key="generation_moment").set_value(3).run()
    assert not app.exception


def test_the_slider_plays_to_its_end_by_itself(inside, monkeypatch):
    app = inside("generation", {"training.max_steps": 20})
    app.get_by_key("generation_inside_view").set_value("From noise to text").run()
    monkeypatch.setattr("ui.results.moments.PAUSE", 0.0)
    app.button(key="generation_moments_play").click().run()
    assert not app.exception
    places = []
    for _ in range(30):
        places.append(app.select_slider(key="generation_moment").value)
        if app.button(key="generation_moments_play").label == "Play":
            break
        app.run()
    assert places == sorted(places) and places[-1] == 20 and len({*places}) > 3


def test_a_link_opens_the_moment_that_is_nearest(open_page, trained):
    run = trained("generation", {"training.max_steps": 20, "training.warmup_steps": 0})
    app = open_page("generation", {"run": run.name, "moment": "9"})
    assert not app.exception
    assert app.get_by_key("generation_inside_view").value == "From noise to text"
    assert app.select_slider(key="generation_moment").value == 8


def test_a_run_without_moments_says_why(inside, monkeypatch):
    monkeypatch.setattr("ui.results.moments.moments_of", lambda directory: {})
    app = inside("generation")
    app.get_by_key("generation_inside_view").set_value("From noise to text").run()
    assert not app.exception and any("kept no moments" in one.value for one in app.info)


def test_a_language_model_begins_with_what_it_wrote_itself(open_page, trained):
    run = trained("generation", {"training.max_steps": 2, "training.warmup_steps": 0})
    app = open_page("generation", {"run": run.name})
    app.session_state["generation:tabs"] = "Look inside"
    app.run()
    found = json.loads((run / "details.json").read_text(encoding="utf-8"))
    text = app.text_area(key="generation_inside_text").value
    assert 20 < len(text) <= 90
    assert (found["prompt"] + found["sample"]).strip().startswith(text)


def test_a_pair_is_followed_into_the_batch_that_training_sees(inside, monkeypatch):
    scenes = []
    monkeypatch.setattr(preparation, "draw_figure", lambda name, build, statements: scenes.append(build(Edits({}))))
    app = inside("translation", text="Anna has a cat.")
    app.get_by_key("translation_inside_view").set_value("From text to batch").run()
    assert not app.exception
    scene = scenes[-1].data()
    batch = next(panel for row in scene["rows"] for panel in row if panel["kind"] == "batch")
    source, reads, writes = batch["tables"]
    yours = [next(row for row in table["rows"] if row["yours"]) for table in (source, reads, writes)]
    assert [cell["word"] for cell in yours[0]["cells"]][: yours[0]["length"]][-1] == "<eos>"
    assert yours[1]["cells"][0]["word"] == "<bos>/<sos>"
    assert [cell["id"] for cell in yours[1]["cells"]][1:] == [cell["id"] for cell in yours[2]["cells"]][:-1]
    box = next(box for box in app.text_input if box.label == "Its translation")
    box.set_value(" ").run()
    assert not app.exception and any("Type a translation" in one.value for one in app.caption)
