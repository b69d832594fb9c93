"""One HTML file says in a browser what the app says: no server, no request, and nothing of the data becomes markup."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from core import api
from core.exports.folder import export
from tests.exports.conftest import small_run, starter  # noqa: F401  (fixtures)

CLOSE = 1e-5
HOSTILE = "</script><img src=x onerror=document.title=1></textarea>&lt;"


@pytest.fixture
def opened(contexts, tmp_path):
    """Opens the page of a run from a file, where nothing can be fetched; what the browser complains of fails the test."""
    used, trouble = [], []

    def visit(run, **options):
        folder = tmp_path / f"html {len(list(tmp_path.iterdir()))}"
        export(run, "html", folder)
        return visit_file(folder / "network.html", **options)

    def visit_file(path, **options):
        context = contexts.take(offline=True, **options)
        page = context.new_page()
        used.append((context, page))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text))
        page.on("request", lambda request: None if request.url.startswith("file:") else trouble.append(request.url))
        page.goto(path.as_uri())
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    visit.file = visit_file
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
