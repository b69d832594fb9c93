"""One HTML file says in a browser what the app says: no server, no request, and nothing of the data becomes markup."""

import json
import shutil

import numpy as np
import pytest
from playwright.sync_api import expect

from core import api
from core.config.errors import ConfigError
from core.data.text import load_tokenizer
from core.exports.folder import export
from core.verdict import verdict
from tests.exports.conftest import small_run, starter  # noqa: F401  (fixtures)

CLOSE = 1e-5
TEXTS = ("Not good at all.", "A  wonderful café and hotel, I loved <pad> it", "?")
# Signs of all sorts: composed and apart, letters that are no letters, blanks of other scripts, what a word ends with.
SIGNS = (
    "É e\u0301 ﬁ ½ x² Ⅷ ⓐ İI ΣΑΣ ß 한국어 漢字 हिन्दी नमस्ते", "a\x85b\x1cc\u2003d\u00a0e\ufefff\tg\n\nh ", "▁x▁▁y _z_ 1_2",
    "naïve Zoë Ångström ÅÅ ạ̈ o\u0308\u0323", "👩‍🚀 <unk> <pad> don't U.S. (3,5)", "", " ", "٣ ১৯ ９ ㊙ ﷽", "ا͏ب ́ ‍ ‌",
)  # fmt: skip
SENTENCES = (
    "Antidisestablishmentarianism sleeps in Zürich .", "Anna, (Ben) and U.S.-born Mr. O'Neill-Smith's 3½ 東京 x@y.z!!",
    "One two three four five six seven eight nine ten eleven.",
)  # fmt: skip
HOSTILE = "</script><img src=x onerror=document.title=1></textarea>&lt;"


@pytest.fixture
def opened(contexts, tmp_path):
    """Opens the page of a run from a file, where nothing can be fetched; what the browser complains of fails the test."""
    used, trouble = [], []

    def visit(run, **options):
        folder = tmp_path / f"html {len(list(tmp_path.iterdir()))}"
        export(run, "html", folder)
        context = contexts.take(offline=True, **options)
        page = context.new_page()
        used.append((context, page))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text))
        page.on("request", lambda request: None if request.url.startswith("file:") else trouble.append(request.url))
        page.goto((folder / "network.html").as_uri())
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    visit.trouble = trouble
    yield visit
    for context, page in used:
        page.close()
        contexts.give_back(context, "file://")
    assert not trouble


def forecasts_of(page, steps, rows=None):
    given = "" if rows is None else f", {json.dumps(rows)}"
    return page.evaluate(f"predict({steps}{given})")


def assert_forecasts_alike(run, page, steps):
    theirs = forecasts_of(page, steps)
    for row in api.load(run).predict(steps):
        scale = np.abs(row["forecast"]).max()
        np.testing.assert_allclose(theirs[row["series"]], row["forecast"], rtol=0, atol=CLOSE * scale)


def test_forecasts_of_the_starter_are_the_app_s_at_any_length(starter, opened):  # noqa: F811
    run = starter("forecasting")
    page = opened(run)
    for steps in (1, 30):
        assert_forecasts_alike(run, page, steps)


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "model__shape": "many_to_many", "data__id": "macrodata"},
    {"model__cell": "lstm", "model__bidirectional": True, "model__num_layers": 2, "data__difference": "last_value"},
    {"model__cell": "rnn", "model__nonlinearity": "relu", "data__transform": "log", "data__id": "co2",
     "data__difference": "none", "data__non_negative": True},
    {"model__cell": "gru", "data__transform": "box_cox", "data__id": "co2"},
], ids=lambda options: "-".join(map(str, options.values())))  # fmt: skip
def test_forecasts_of_other_cells_shapes_and_scales_are_the_app_s(options, small_run, opened):  # noqa: F811
    run = small_run("forecasting", **options)
    assert_forecasts_alike(run, opened(run), 17)


def test_a_changed_past_changes_the_forecast_as_it_does_in_the_app(starter, opened, tmp_path):  # noqa: F811
    run = starter("forecasting")
    page, context = opened(run), api.load(run).context
    values = [value + 1 for (value,) in context.history.tolist()]
    page.get_by_label("Last values, oldest first").fill("\n".join(["7", *map(str, values)]))  # one more than it reads
    lines = [f"{year},{value}" for year, value in enumerate(values, 2009)]
    (tmp_path / "newer.csv").write_text(f"year,{context.columns[0]}\n" + "\n".join(lines), encoding="utf-8")
    (ours,) = api.load(run).after(str(tmp_path / "newer.csv")).predict(11)
    page.get_by_text("The forecast in numbers").click()
    shown = [float(text) for text in page.locator("tbody td:last-child").all_text_contents()]
    np.testing.assert_allclose(shown, ours["forecast"], rtol=1e-4)
    page.get_by_label("Last values, oldest first").fill("3\nfour")
    expect(page.get_by_role("alert")).to_contain_text("“four” is no number")
    page.get_by_label("Last values, oldest first").fill("3 4")
    expect(page.get_by_role("alert")).to_contain_text("needs 33 values; 2 stand here")


@pytest.mark.parametrize(("line", "said"), [
    ("1e400", "“1e400” is too large"),
    ("-1e31", "“-1e31” is too large"),
    ("Infinity", "“Infinity” is no number"),
    ("NaN", "“NaN” is no number"),
    ("", "Line 31 is empty"),
])  # fmt: skip
def test_a_value_that_cannot_be_is_named_and_the_forecast_before_stays(line, said, starter, opened):  # noqa: F811
    page = opened(starter("forecasting"))
    field = page.get_by_label("Last values, oldest first")
    drawn, values = page.locator("path.forecast").get_attribute("d"), field.input_value().split()
    field.fill("\n".join([*values[:30], line, *values[31:]]))
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_role("alert")).to_contain_text("What is drawn is the forecast before")
    assert page.locator("path.forecast").get_attribute("d") == drawn
    assert "NaN" not in page.locator("table").text_content()
    assert field.input_value().split("\n")[30] == line, "nothing that was typed is lost"
    field.fill("\n".join(values))
    expect(page.locator(".problem")).to_be_empty()


@pytest.mark.parametrize("task", ["forecasting", "sentiment"])
def test_the_page_says_of_its_scores_what_the_app_says(task, starter, opened):  # noqa: F811
    run = starter(task)
    said = verdict(task, json.loads((run / "result.json").read_text(encoding="utf-8"))).replace("**", "")
    expect(opened(run).locator(".about").get_by_text(said, exact=True)).to_be_visible()
    assert ("no clear difference" in said) == (task == "forecasting")


def test_a_column_s_name_is_text_wherever_it_stands(small_run, opened, tmp_path):  # noqa: F811
    path = tmp_path / "data.csv"
    rows = "\n".join(f"{year},{year % 7},{year % 5}" for year in range(1800, 2000))
    path.write_text(f'year,"{HOSTILE}","<!--<script>"\n{rows}\n', encoding="utf-8")
    options = {"data__path": [str(path)], "data__target_columns": [HOSTILE]}
    run = small_run("forecasting", data__source="file", **options)
    page = opened(run)
    assert_forecasts_alike(run, page, 5)
    assert page.locator(".axis").all_text_contents()[1].startswith("</script>")
    assert page.get_by_label("Series").locator("option").all_text_contents()[0] == HOSTILE
    assert page.locator("img, script").count() == 3 and page.title() == "Forecasting: own data"


def test_a_point_is_dragged_and_moved_by_the_arrow_keys(starter, opened):  # noqa: F811
    page = opened(starter("forecasting"))
    readout, lines = page.locator(".readout"), page.get_by_label("Last values, oldest first")
    before, drawn = lines.input_value().split(), page.locator("path.forecast").get_attribute("d")
    place = page.locator(".chosen").bounding_box()
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.down()
    page.mouse.move(place["x"] + 5, place["y"] - 100)
    page.mouse.up()
    after = lines.input_value().split()
    assert after[:-1] == before[:-1] and float(after[-1]) > float(before[-1]) + 10
    expect(page.locator("path.forecast")).not_to_have_attribute("d", drawn)
    page.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text("2007: 7.5")
    page.keyboard.press("ArrowUp")
    assert float(lines.input_value().split()[-2]) > 7.5
    page.get_by_role("button", name="Back to the data").click()
    assert lines.input_value().split() == before
    expect(page.locator("path.forecast")).to_have_attribute("d", drawn)


def test_a_finger_drags_the_line_and_scrolls_beside_it(starter, opened, phone):  # noqa: F811
    page = opened(starter("forecasting"), **phone)
    touch = page.context.new_cdp_session(page)

    def swipe(x, y, up):
        for kind, points in (
            ("touchStart", [{"x": x, "y": y}]),
            *(("touchMove", [{"x": x, "y": y - up * part / 10}]) for part in range(1, 11)),
            ("touchEnd", []),
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    place, lines = page.locator(".chosen").bounding_box(), page.get_by_label("Last values, oldest first")
    before = lines.input_value().split()
    swipe(place["x"] + 4, place["y"] - 8, 80)
    expect(page.locator(".readout")).to_contain_text("2008: ")
    after = lines.input_value().split()
    assert after[:-1] == before[:-1] and float(after[-1]) > float(before[-1]) + 30
    assert page.evaluate("scrollY") == 0 and page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    swipe(place["x"] + 20, place["y"] + 60, 120)
    page.wait_for_function("scrollY > 0")
    assert lines.input_value().split() == after


def assert_labels_alike(run, page, texts):
    for ours in api.load(run).predict(texts):
        theirs = page.evaluate(f"predict({json.dumps(ours['text'])})")
        assert theirs["label"] == ours["label"] and theirs["unknown"] == ours["unknown"]
        assert theirs["cut"] == ours["num_cut"]
        assert [name for name, _ in theirs["probabilities"]] == list(ours["probabilities"])
        shares = [share for _, share in theirs["probabilities"]]
        np.testing.assert_allclose(shares, list(ours["probabilities"].values()), rtol=0, atol=CLOSE)


def test_labels_of_the_starter_are_the_app_s(starter, opened):  # noqa: F811
    run = starter("sentiment")
    assert_labels_alike(run, opened(run), TEXTS)


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "model__bidirectional": True, "model__pooling": "last", "model__num_layers": 2},
    {"model__cell": "rnn", "model__pooling": "mean", "data__strip_accents": True, "data__letter_case": "lower"},
    {"model__cell": "lstm", "model__pooling": "last", "data__unit": "character", "data__normalization": "nfkc"},
    {"model__cell": "gru", "model__pooling": "max", "data__unit": "subword", "data__max_length": 5, "model__character_dim": 0},
], ids=lambda options: "-".join(map(str, options.values())))  # fmt: skip
def test_labels_of_other_cells_poolings_and_units_are_the_app_s(options, small_run, opened):  # noqa: F811
    run = small_run("sentiment", **options)
    page = opened(run)
    assert_labels_alike(run, page, (*TEXTS, *(text for text in SIGNS if text.strip())))
    ours = load_tokenizer(json.dumps(json.loads((run / "tokenizer.json").read_text(encoding="utf-8"))["tokenizer"]))
    for text in SIGNS:
        assert page.evaluate(f"TOKENS.encode({json.dumps(text)})") == ours.encode(text).tolist(), text
        assert page.evaluate(f"TOKENS.decode(TOKENS.encode({json.dumps(text)}))") == ours.decode(ours.encode(text))


def test_the_page_judges_while_somebody_types_and_names_what_it_does_not_know(starter, opened):  # noqa: F811
    run = starter("sentiment")
    page, text = opened(run), "The view is xylqz and awful."
    (ours,) = api.load(run).predict([text])
    page.get_by_label("Text").fill(text)
    expect(
        page.get_by_text("does not know: xylqz, awful" if "awful" in ours["unknown"] else "know: xylqz")
    ).to_be_visible()
    expect(page.locator(".verdict")).to_have_text(ours["label"])
    for name, share in ours["probabilities"].items():
        row = page.get_by_role("listitem").filter(has_text=name)
        assert float(row.locator(".share").text_content().removesuffix("%")) == pytest.approx(100 * share, abs=0.06)


def assert_written_alike(run, page, prompts):
    network = api.load(run)
    for prompt in prompts:
        (ours,) = network.predict([prompt], temperature=0, length=40)
        assert page.evaluate(f"predict({json.dumps(prompt)}, 40)") == ours
        likeliest = page.evaluate(f"likeliest(begin({json.dumps(prompt)}).scores, 1, 10).map(([id, share]) => share)")
        np.testing.assert_allclose(likeliest, [share for _, share in network.next_tokens(prompt)], rtol=0, atol=CLOSE)


def test_texts_of_the_starter_are_the_app_s_letter_by_letter(starter, opened):  # noqa: F811
    run = starter("generation")
    assert_written_alike(run, opened(run), ("The list", "", "☃ é"))


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "data__unit": "word"},
    {"model__cell": "rnn", "data__unit": "subword", "data__vocab_size": 300, "model__num_layers": 2},
    {"model__cell": "lstm", "data__id": "country_names", "data__items": "apart"},
    {"model__cell": "lstm", "model__tied_embeddings": True, "model__embedding_dim": 5},  # another size than hidden: projected
])  # fmt: skip
def test_texts_of_other_units_are_the_app_s(options, small_run, opened):  # noqa: F811
    run = small_run("generation", **options)
    assert_written_alike(run, opened(run), ("The list", "  zyxw ▁☃"))


def test_it_writes_until_it_is_stopped_and_goes_on(starter, opened):  # noqa: F811
    page = opened(starter("generation"))
    page.get_by_label("Prompt").fill("The list")
    page.get_by_label("Temperature").fill("0")
    expect(page.locator(".share")).to_have_text(["100.0%"])
    paper = page.get_by_role("region", name="What it writes")
    expect(paper).to_have_text("The list")
    page.get_by_role("button", name="Write").press("Enter")
    expect(paper).not_to_have_text("The list")
    page.keyboard.press("Enter")  # the focus is on Stop
    text = paper.text_content()
    expect(page.get_by_text(f"Stopped after {len(text) - len('The list')} characters.")).to_be_visible()
    page.wait_for_timeout(100)
    assert paper.text_content() == text and len(text) > 8
    page.get_by_role("button", name="Go on").click()
    page.wait_for_function("text => document.querySelector('.paper').textContent.length > text.length", arg=text)
    page.get_by_role("button", name="Stop").click()
    assert paper.text_content().startswith(text)
    length = len(paper.text_content()) - len("The list")
    assert paper.text_content() == "The list" + page.evaluate(f"predict('The list', {length}).text")


def assert_tags_alike(run, page, texts):
    for ours in api.load(run).predict(texts):
        theirs = page.evaluate(f"predict({json.dumps(ours['text'])})")
        for name in ("words", "tags", "unknown", "num_cut"):
            assert theirs[name] == ours[name], (name, ours["text"])
        np.testing.assert_allclose(theirs["probabilities"], ours["probabilities"], rtol=0, atol=CLOSE)


def test_tags_of_the_starter_are_the_app_s_and_stand_below_their_words(starter, opened):  # noqa: F811
    run = starter("tagging")
    page = opened(run)
    assert_tags_alike(run, page, ["Anna met Ben in Berlin .", "The xylqz sleeps .", *SENTENCES])
    page.get_by_label("Sentence").fill("Anna met Ben in Berlin .")
    expect(page.locator(".word", has_text="Berlin").locator(".tag")).to_have_text("B-place 100.0%")


@pytest.mark.parametrize("letters", [0, 5])
def test_tags_with_and_without_letters_are_the_app_s(letters, small_run, opened):  # noqa: F811
    run = small_run("tagging", model__cell="gru", model__character_dim=letters, data__max_length=9)
    assert_tags_alike(run, opened(run), SENTENCES)


def assert_translations_alike(run, page, texts):
    for ours in api.load(run).predict(texts):
        theirs = page.evaluate(f"predict({json.dumps(ours['src'])})")
        assert (theirs["trg"], theirs["unknown"]) == (ours["trg"], ours["unknown"])
        assert theirs["score"] == pytest.approx(ours["score"], abs=CLOSE, rel=CLOSE)


def test_translations_of_the_starter_are_the_app_s(starter, opened):  # noqa: F811
    run = starter("translation")
    page = opened(run)
    assert_translations_alike(run, page, ["three hundred and five", "twenty-one thousand", "seven zyx"])
    page.get_by_label("Text").fill("ninety-nine")
    expect(page.locator(".verdict")).to_have_text("quatre-vingt-dix-neuf")
    expect(page.locator(".looks tr")).to_have_count(8)  # the source, and a row for each of seven pieces
    page.get_by_label("Text").fill(" ")
    expect(page.locator(".looks")).to_be_hidden()


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "model__attention": "general", "model__num_layers": 2},
    {"model__cell": "rnn", "model__attention": "scaled_dot", "model__bridge": "last"},
    {"model__cell": "lstm", "model__attention": "none", "model__bidirectional": False},
    {"model__cell": "lstm", "model__attention": "dot", "model__bridge": "zero"},
], ids=lambda options: "-".join(map(str, options.values())))  # fmt: skip
def test_translations_of_other_attentions_and_bridges_are_the_app_s(options, small_run, opened):  # noqa: F811
    run = small_run("translation", data__id="everyday", data__max_length=9, **options)
    assert_translations_alike(run, opened(run), ["Where is the station?", "I am tired.", "ÅΩ"])


def test_a_word_or_a_class_that_is_markup_stands_as_text(starter, opened, tmp_path):  # noqa: F811
    run = tmp_path / "run"
    shutil.copytree(starter("sentiment"), run)
    vocabulary = json.loads((run / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary["classes"][0] = HOSTILE
    vocabulary["tokenizer"]["tokenizer"] = vocabulary["tokenizer"]["tokenizer"].replace("▁beautiful", "</script><b>")
    (run / "tokenizer.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    page = opened(run)
    page.get_by_label("Text").fill(f"{HOSTILE} view")
    expect(page.locator(".unknown").first).to_contain_text("onerror")
    expect(page.locator(".bars .name").first).to_have_text(HOSTILE)
    assert page.evaluate("TOKENS.ids.get('</script><b>')") > 3
    assert page.locator("img, b").count() == 0 and page.title() == "Sentiment: Reviews in word order"


def test_the_page_s_own_policy_lets_no_other_script_run_and_nothing_be_fetched(starter, opened):  # noqa: F811
    page = opened(starter("forecasting"))
    page.evaluate("""() => {
        const script = document.createElement("script"), image = document.createElement("img");
        script.textContent = "window.taken = true";
        image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
        document.body.append(script, image);
    }""")
    assert page.evaluate("fetch('https://example.org').then(() => 'answered', (error) => error.name)") == "TypeError"
    assert page.evaluate("window.taken ?? 'not taken'") == "not taken"
    said = "\n".join(opened.trouble)
    opened.trouble.clear()
    for directive in ("script-src", "img-src", "connect-src"):
        assert directive in said, said


def test_what_no_page_runs_is_refused_by_name(small_run, tmp_path):  # noqa: F811
    for task, options, named in (
        ("forecasting", {"model__likelihood": "gaussian"}, "model.likelihood"),
        ("memory", {}, "task"),
    ):
        with pytest.raises(ConfigError) as refused:
            export(small_run(task, **options), "html", tmp_path / "out")
        assert [problem.field for problem in refused.value.problems] == [named]
        assert not (tmp_path / "out").exists()
