"""The page Data: cards by task, a search, a look into a set, and the way to its task's page."""

import re

import pytest
from playwright.sync_api import expect

from core.config.limits import Settings
from core.data import catalog
from core.data.downloads import is_here


def cards(visitor):
    return visitor.main.locator("[class*=st-key-data_card_]")


def card(visitor, kind, data_id):
    return visitor.main.locator(f".st-key-data_card_{kind}_{data_id}")


def look_at(visitor, kind, data_id):
    """Open the dialog of a set that is here; skips the test where it is not."""
    entry = catalog.find(kind, data_id)
    if not is_here(entry, Settings()):
        pytest.skip(f"{entry.folder} is not in {Settings().data_dir}")
    visitor.open("data", {"kind": kind})
    card(visitor, kind, data_id).get_by_role("button", name="Look at it").click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_text("Licence: ").first).to_be_visible()
    return dialog


@pytest.mark.parametrize(
    ("kind", "data_id", "shown"),
    [
        ("series", "mackey_glass", "[data-testid=stVegaLiteChart]"),
        pytest.param("text", "country_names", "[data-testid=stCode]", marks=pytest.mark.long),
        pytest.param("labelled", "reviews", "[data-testid=stDataFrame]", marks=pytest.mark.long),
        ("pairs", "numbers", "[data-testid=stDataFrame]"),
        pytest.param("tagged", "ud_english_ewt", "[data-testid=stDataFrame]", marks=pytest.mark.long),
        ("clips", "fsdd", "audio"),
        pytest.param("series", "beijing_pm25", "[data-testid=stVegaLiteChart]", marks=pytest.mark.long),
    ],
)
def test_a_set_that_is_here_can_be_looked_into(visitor, kind, data_id, shown):
    dialog = look_at(visitor, kind, data_id)
    expect(dialog.locator(shown).first).to_be_visible()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    expect(dialog).to_contain_text(catalog.find(kind, data_id).citation)


def test_training_on_a_set_opens_its_page_with_it_chosen_also_when_that_was_open_before(visitor):
    visitor.open_task("forecasting", {"data": "co2"})
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("CO2 on Mauna Loa")
    visitor.choose_in_menu("Data and runs", "Data")
    card(visitor, "series", "nile").get_by_role("button", name="Train on it").click()
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("River Nile")
    expect(visitor.page).to_have_url(re.compile(r"/forecasting\?.*forecasting\.data=nile"))
    visitor.open("data", {"task": "generation"})
    card(visitor, "text", "language_names").get_by_role("button", name="Look at it").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Train on it").click()
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("Language names")


def test_a_phone_shows_the_cards_one_below_the_other_and_nothing_beside_the_screen(new_visitor, phone):
    visitor = new_visitor(**phone, color_scheme="dark")
    visitor.open("data", {"task": "all"})
    expect(cards(visitor)).to_have_count(len(catalog.entries()))
    places = [box["x"] for box in (cards(visitor).nth(place).bounding_box() for place in range(5)) if box]
    assert len(set(places)) == 1
    assert visitor.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_home_page_leads_to_the_data(visitor):
    visitor.open()
    visitor.main.get_by_role("link", name="See all data").click()
    expect(visitor.main.get_by_role("heading", level=1, name="Data")).to_be_visible()
