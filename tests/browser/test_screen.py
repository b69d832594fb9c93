"""How the pages stand: nothing overflows on a phone in light and dark, and every chart has a name."""

import re

import pytest
from playwright.sync_api import expect

TASKS = ("forecasting", "generation", "sentiment", "translation")


def _widths(visitor):
    """What is wider than its place: the window, the parts of the app that scroll."""
    visitor.settle()
    return visitor.page.evaluate(
        """() => {
            const wide = [['window', document.documentElement.scrollWidth, window.innerWidth]];
            for (const part of document.querySelectorAll('[data-testid=stMain], [data-testid=stMainBlockContainer]'))
                wide.push([part.dataset.testid, part.scrollWidth, part.clientWidth]);
            return wide.filter(([name, needed, given]) => needed > given);
        }"""
    )


def _unnamed_charts(visitor):
    visitor.page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(e => e.innerHTML)"
    )
    return visitor.page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stPlotlyChart], [data-testid=stVegaLiteChart]')]
            .filter(e => (e.getAttribute('aria-label') || '').length < 20).map(e => e.outerHTML.slice(0, 200))"""
    )


def _contrast(locator):
    """Contrast of an element's text with what lies behind it, as WCAG 2 counts it."""
    return locator.evaluate(
        """element => {
            const parse = color => (color.match(/[\\d.]+/g) || []).map(Number);
            const linear = value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            const light = color => {
                const [r, g, b] = parse(color).slice(0, 3).map(value => linear(value / 255));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const has_text = e => [...e.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
            const see_through = e => (parse(getComputedStyle(e).backgroundColor)[3] ?? 1) === 0;
            let back = element;
            while (see_through(back)) back = back.parentElement;
            const behind = light(getComputedStyle(back).backgroundColor);
            return Math.min(...[...element.querySelectorAll('*')].filter(has_text).map(e => {
                const front = light(getComputedStyle(e).color);
                return (Math.max(front, behind) + 0.05) / (Math.min(front, behind) + 0.05);
            }));
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_nothing_overflows_on_a_phone_before_training(new_visitor, phone, scheme):
    visitor = new_visitor(**phone, color_scheme=scheme)
    for path in ("", "data", "runs", *TASKS):
        visitor.open(path)
        if path in TASKS:
            button = visitor.main.get_by_role("button", name=re.compile(r"\bTrain$"))
            expect(button).to_be_in_viewport()
            assert _contrast(button) >= 4.5, path
        assert _widths(visitor) == [], path
        assert _unnamed_charts(visitor) == [], path


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.long), "dark"])
def test_nothing_overflows_on_a_phone_after_training_and_charts_have_names(new_visitor, phone, trained, scheme):
    visitor = new_visitor(**phone, color_scheme=scheme)
    for task in TASKS:
        visitor.open(task, {"run": trained(task)})
        for name in ("Use it", "Look inside", "Take it away"):
            panel = visitor.tab(name)
            if name != "Take it away":
                expect(_charts(panel).first).to_be_visible()
            assert _widths(visitor) == [], (task, name)
            assert _unnamed_charts(visitor) == [], (task, name)


def test_every_button_of_a_trained_page_has_a_name(visitor, trained):
    visitor.open("translation", {"run": trained("translation")})
    expect(_charts(visitor.page.get_by_role("tabpanel", name="Use it")).first).to_be_visible()
    visitor.settle()
    unnamed = visitor.page.evaluate(
        """() => [...document.querySelectorAll('button')].filter(b => b.checkVisibility() && !b.innerText.trim()
            && !b.getAttribute('aria-label') && !b.title && !b.getAttribute('aria-labelledby'))
            .map(b => b.outerHTML.slice(0, 200))"""
    )
    assert unnamed == []


def _charts(panel):
    """The charts of a panel that are not folded away."""
    return panel.get_by_test_id(re.compile("^st(Plotly|VegaLite)Chart$")).filter(visible=True)


def test_charts_follow_a_switch_of_the_theme(visitor, trained):
    visitor.open("sentiment", {"run": trained("sentiment")})
    use = visitor.page.get_by_role("tabpanel", name="Use it")
    label = use.locator(".js-plotly-plot .xtick text >> visible=true").first
    expect(label).to_have_css("fill", "rgb(85, 99, 95)")
    visitor.page.emulate_media(color_scheme="dark")
    expect(label).to_have_css("fill", "rgb(163, 179, 175)", timeout=60_000)
