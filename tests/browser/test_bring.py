"""Data without a file: pasted, typed into a table, and made from a recipe."""

import re

import pytest
from playwright.sync_api import expect

MARKUP = "<b>up</b><img src=x onerror=window.broken=1>"
NUMBERS = "\n".join(f"{20 + place % 7}.{place % 10}" for place in range(60))
TEXTS = {
    "forecasting": "\n".join(f"{20 + place % 7},{place % 10}" for place in range(60)),
    "generation": "\n".join(
        f"The {place}th cat sat on the mat and looked at moon {place * 7 % 13}." for place in range(60)
    ),
    "sentiment": "\n".join(
        f"thing {place} is {('fine', 'poor')[place % 2]}\t{(MARKUP, 'down')[place % 2]}" for place in range(60)
    ),
    "translation": "\n".join(f"number {place}\tnumero {place}" for place in range(60)),
}
UNDERSTOOD = {
    "forecasting": "60 values from 20 to 26.8",
    "generation": r"[\d,]+ characters in 60 lines",
    "sentiment": "60 texts with 2 labels",
    "translation": "60 pairs",
}


def open_dialog(visitor, button):
    """Unfold the ways to bring data, press a button there, and return the dialog; a phone has the set-up on the page."""
    place = visitor.sidebar
    if not place.is_visible():
        place = visitor.main
        place.get_by_text("Set-up", exact=True).first.click()
        visitor.settle()
    if not place.get_by_role("button", name=button).is_visible():
        place.get_by_text("Your own data", exact=True).first.click()
        expect(place.get_by_role("button", name=button)).to_be_visible()
        visitor.settle()
    place.get_by_role("button", name=button).click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    visitor.settle()
    return dialog


def paste(visitor, text):
    dialog = open_dialog(visitor, "Paste")
    field = dialog.get_by_role("textbox")
    field.fill(text)
    field.press("Control+Enter")
    return dialog


def use(visitor, dialog):
    dialog.get_by_role("button", name="Use it").click()
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    visitor.settle()


def set_number(dialog, label, value):
    field = dialog.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")


@pytest.mark.parametrize("task", [pytest.param(t, marks=pytest.mark.long) if t != "forecasting" else t for t in TEXTS])
def test_what_is_pasted_is_understood_and_trains(visitor, task):
    visitor.open_task(task, {"training.max_steps": 15})
    dialog = paste(visitor, TEXTS[task])
    expect(dialog.get_by_text(re.compile(f"^Understood: {UNDERSTOOD[task]}"))).to_be_visible()
    use(visitor, dialog)
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value(re.compile("^pasted "))
    expect(visitor.main.get_by_text("Your own data.")).to_be_visible()
    run = visitor.train()
    visitor.finish(run)
    assert visitor.server.store.experiment(run).data.source == "upload"
    assert visitor.page.evaluate("window.broken") is None


def test_what_cannot_be_used_is_explained_and_not_lost(visitor):
    visitor.open_task("forecasting")
    dialog = paste(visitor, "1 2 3")
    expect(dialog.get_by_role("alert")).to_contain_text("at least 20 numbers, not 3 numbers")
    expect(dialog.get_by_role("button", name="Use it")).to_be_disabled()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    again = open_dialog(visitor, "Paste")
    expect(again.get_by_role("textbox")).to_have_value("1 2 3")


def test_a_series_of_ones_own_making_is_in_the_link(visitor, new_visitor):
    visitor.open_task("forecasting", {"training.max_steps": 15})
    dialog = open_dialog(visitor, "Make a series")
    dialog.get_by_role("tab", name="Change").click()
    set_number(dialog, "Change of level", 6)
    dialog.get_by_role("tab", name="Seasons").click()
    set_number(dialog, "Second season", 120)
    expect(dialog.get_by_text("season_2=120,change=6")).to_be_visible()
    expect(dialog.get_by_test_id("stPlotlyChart").get_by_text("Second season")).to_be_visible()
    dialog.get_by_role("button", name="A new seed").click()
    expect(dialog.get_by_text(re.compile(r"season_2=120,change=6,seed=\d+"))).to_be_visible()
    use(visitor, dialog)
    link = visitor.page.url
    assert re.search(r"forecasting\.recipe=season_2%3D120%2Cchange%3D6%2Cseed%3D\d+", link)
    expect(visitor.main.get_by_test_id("stPlotlyChart").first.get_by_text("Second season")).to_be_visible()
    other = new_visitor()
    other.page.goto(link)
    expect(other.main.get_by_test_id("stPlotlyChart").first.get_by_text("Second season")).to_be_visible()
    other.settle()
    run = other.train()
    assert other.server.store.experiment(run).data.recipe.startswith("season_2=120,change=6,seed=")


@pytest.mark.long
def test_a_recipe_that_cannot_be_is_explained_and_kept_when_the_dialog_closes(visitor):
    visitor.open_task("forecasting")
    dialog = open_dialog(visitor, "Make a series")
    dialog.get_by_role("tab", name="Seasons").click()
    set_number(dialog, "Season", 400)
    expect(dialog.get_by_role("alert")).to_contain_text("a length of two seasons and more, 800, not length=600")
    expect(dialog.get_by_role("button", name="Use it")).to_be_disabled()
    set_number(dialog, "Season", 40)
    expect(dialog.get_by_text("season=40")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    again = open_dialog(visitor, "Make a series")
    expect(again.get_by_text("season=40")).to_be_visible()
    again.get_by_role("button", name="Start over").click()
    expect(again.get_by_text("This is the usual series.")).to_be_visible()


def test_a_table_is_edited_kept_and_used(visitor):
    visitor.open_task("forecasting")
    use(visitor, paste(visitor, NUMBERS))
    dialog = open_dialog(visitor, "Edit in a table")
    expect(dialog.get_by_text("Understood: 60 values from 20 to 26.8.")).to_be_visible()
    dialog.get_by_test_id("stDataFrame").locator(".dvn-scroller").click(position={"x": 450, "y": 52})
    visitor.page.keyboard.press("Enter")
    cell = visitor.page.locator("#portal input")
    cell.fill("9.5")
    cell.press("Enter")
    expect(dialog.get_by_text("Understood: 60 values from 9.5 to 26.8.")).to_be_visible()
    visitor.settle()
    dialog.get_by_role("button", name="Close").click()
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    dialog = open_dialog(visitor, "Edit in a table")
    expect(dialog.get_by_text("Understood: 60 values from 9.5 to 26.8.")).to_be_visible()
    use(visitor, dialog)
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("table.csv")


@pytest.mark.long
def test_a_table_is_filled_anew(visitor):
    visitor.open_task("forecasting")
    dialog = open_dialog(visitor, "Edit in a table")
    dialog.get_by_role("button", name="Nothing", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("This needs")
    expect(dialog.get_by_role("button", name="Use it")).to_be_disabled()
    dialog.get_by_role("button", name="An example").click()
    expect(dialog.get_by_text("Understood: 40 rows; to forecast: 'value'.")).to_be_visible()
    use(visitor, dialog)
    expect(visitor.train_button).to_be_enabled()


@pytest.mark.parametrize(
    "button", ["Make a series", *(pytest.param(b, marks=pytest.mark.long) for b in ("Paste", "Edit in a table"))]
)
def test_a_dialog_fits_a_phone(new_visitor, phone, button):
    visitor = new_visitor(**phone, color_scheme="dark")
    visitor.open("forecasting")
    dialog = open_dialog(visitor, button)
    expect(dialog.get_by_role("button", name="Use it")).to_be_visible()
    wide = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    box = dialog.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
