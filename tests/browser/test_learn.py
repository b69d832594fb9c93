"""The Learn pages in a browser: the keyboard alone, edits, marks, links, phones; the numbers on screen are the engine's."""

import pytest
from playwright.sync_api import expect

from ui.learn.lessons import ENTRIES

NAMES = [page.name for page in ENTRIES if page.has_figure]
WITH_STEPS = {
    "functions": {"functions.view": "Round and round"},
    "shapes": {"shapes.shape": "Many to one"},
}  # by the view that has steps
READS = (
    """(root) => [...root.querySelectorAll("[data-mark].number, [data-mark] .number")].map((one) => one.textContent)"""
)


def open_figure(visitor, name, parameters=None):
    visitor.open(name, parameters)
    figure = visitor.page.locator(".figure")
    expect(figure).to_be_visible(timeout=60_000)  # the first one of a server loads the engine
    visitor.settle()
    return figure


def where(figure):
    return figure.locator(".where").first.text_content()


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_alone_steps_plays_and_jumps_and_every_statement_sets_the_figure(visitor, name):
    figure = open_figure(visitor, name, WITH_STEPS.get(name))
    _steps_plays_and_jumps(visitor, figure)
    if name in WITH_STEPS:
        figure = open_figure(visitor, name)
    _is_set_by_every_statement(visitor, figure)


def _steps_plays_and_jumps(visitor, figure):
    figure.focus()
    first = where(figure)
    visitor.page.keyboard.press("ArrowRight")
    second = where(figure)
    assert second != first
    visitor.page.keyboard.press("ArrowLeft")
    assert where(figure) == first
    visitor.page.keyboard.press("End")
    last = where(figure)
    visitor.page.keyboard.press("Home")
    visitor.page.keyboard.press("Space")
    expect(figure.get_by_role("button", name="Pause")).to_be_visible()
    expect(figure.locator(".where").first).not_to_have_text(first)
    visitor.page.keyboard.press("Space")
    expect(figure.get_by_role("button", name="Play")).to_be_visible()
    assert first != last
    spoken = figure.locator(".hidden[aria-live]")
    expect(spoken).to_contain_text(where(figure).split(" of ")[0])


def _is_set_by_every_statement(visitor, figure):
    items = figure.locator(".statements button")
    for place in range(items.count()):
        scenes = figure.get_attribute("data-scenes")
        items.nth(place).click()
        expect(items.nth(place)).to_have_attribute("aria-pressed", "true")
        visitor.page.wait_for_timeout(250)
        visitor.settle()
        assert scenes is not None
        assert not figure.locator(".problem").inner_text()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_no_page_of_the_section_is_wider_than_a_phone(new_visitor, phone, scheme):
    visitor = new_visitor(**phone, color_scheme=scheme)
    for name in NAMES:
        figure = open_figure(visitor, name)
        wide = figure.evaluate(
            """(root) => [...root.querySelectorAll('.panel, .bar-of-controls')]
                .filter((part) => part.scrollWidth > part.clientWidth + 1 || part.getBoundingClientRect().right > window.innerWidth)
                .map((part) => part.getAttribute('aria-label') || part.className)"""
        )
        assert not wide, f"{name}: {wide}"
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_edit_redraws_the_figure_alone_and_a_link_brings_it_back(visitor):
    figure = open_figure(visitor, "cell")
    box = figure.locator(".step input[type=text]").first
    before = figure.evaluate(READS)
    scenes = figure.get_attribute("data-scenes")
    box.fill("2.5")
    expect(figure).not_to_have_attribute("data-scenes", scenes)
    after = figure.evaluate(READS)
    assert after != before
    figure.get_by_role("button", name="Copy link").click()
    link = figure.locator(".link input").input_value()
    figure.get_by_role("button", name="Undo my changes").click()
    expect(box).not_to_have_value("2.5")
    visitor.settle()
    assert figure.evaluate(READS) == before
    visitor.page.goto(link)
    expect(box).to_have_value("2.5")
    assert figure.evaluate(READS) == after


def test_what_is_no_number_is_refused_in_words_and_the_last_one_stays(visitor):
    figure = open_figure(visitor, "cell")
    box = figure.locator(".step input[type=text]").first
    before = figure.evaluate(READS)
    for text in ("abc", "", "1e9", "NaN"):
        box.fill(text)
        expect(figure.get_by_role("alert")).to_contain_text("type a number from")
        visitor.page.wait_for_timeout(250)
        assert figure.evaluate(READS) == before
    box.fill("1")
    expect(figure.locator(".problem")).to_be_empty()


def test_a_value_that_is_marked_is_marked_in_every_panel(visitor):
    figure = open_figure(visitor, "cell")
    equation = figure.locator(".equation").last
    equation.click()
    visitor.page.mouse.move(5, 5)
    mark = equation.get_attribute("data-mark")
    marked = figure.locator(f"[data-mark={mark}].on")
    kinds = marked.evaluate_all(
        "(found) => [...new Set(found.map((one) => one.closest('section').getAttribute('aria-label')))]"
    )
    assert len(kinds) >= 2


def test_a_statement_goes_to_its_step_in_a_scene_that_is_longer_than_the_one_before_and_errors_have_crosses(visitor):
    figure = open_figure(visitor, "turing")
    figure.locator(".statements button").nth(3).click()
    expect(figure.locator(".where").first).to_have_text("Step 34 of 67: mark")
    expect(figure.locator("section svg path.miss")).to_have_count(64)
    expect(figure.get_by_text("64 of 132", exact=True)).to_be_visible()


def test_a_statement_that_turns_a_control_which_was_not_there_writes_it_into_the_address(visitor):
    figure = open_figure(visitor, "functions")
    figure.locator(".statements button").last.click()
    visitor.page.wait_for_url("**functions.loss=A+unit+with+tanh**")
    assert "functions.view=Gradient+descent" in visitor.page.url
