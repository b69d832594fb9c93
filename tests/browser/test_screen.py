"""How the pages stand: nothing overflows on a phone in light and dark, and every chart has a name."""

import re

import pytest
from playwright.sync_api import expect

TASKS = ("forecasting", "generation", "sentiment", "translation")


def _widths(visitor):
    """What is wider than the screen: the document, the scrolling parts of the app."""
    visitor.settle()
    return visitor.page.evaluate(
        """() => { const wide = [];
            const parts = [document.documentElement, document.body, ...document.querySelectorAll('[data-testid=stMain], [data-testid=stSidebarContent]')];
            for (const e of parts) if (e.clientWidth > 0 && e.scrollWidth > Math.max(e.clientWidth, 0) + 1) wide.push([e.tagName, e.dataset.testid || '', e.scrollWidth, e.clientWidth]);
            if (document.documentElement.scrollWidth > window.innerWidth) wide.push(['window', '', document.documentElement.scrollWidth, window.innerWidth]);
            return wide; }"""
    )


def _unnamed_charts(visitor):
    return visitor.page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stPlotlyChart], [data-testid=stVegaLiteChart]')]
            .filter(e => (e.getAttribute('aria-label') || '').length < 20).map(e => e.outerHTML.slice(0, 200))"""
    )


def _contrast(locator):
    """Contrast of an element's text with what lies behind it, as WCAG 2 counts it."""
    return locator.evaluate(
        """e => {
            const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
            const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const texts = [...e.querySelectorAll('*')].filter(x => [...x.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
            let back = e; while (back && (parse(getComputedStyle(back).backgroundColor)[3] ?? 1) === 0) back = back.parentElement;
            const behind = light(parse(getComputedStyle(back).backgroundColor).slice(0, 3));
            return Math.min(...texts.map(t => { const f = light(parse(getComputedStyle(t).color).slice(0, 3));
                return (Math.max(f, behind) + 0.05) / (Math.min(f, behind) + 0.05); })); }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["", "runs", *TASKS])
def test_nothing_overflows_on_a_phone_before_training(new_visitor, phone, page, scheme):
    visitor = new_visitor(**phone, color_scheme=scheme)
    visitor.open(page)
    assert _widths(visitor) == []
    assert _unnamed_charts(visitor) == []
    if page in TASKS:
        button = visitor.main.get_by_role("button", name=re.compile(r"\bTrain$"))
        expect(button).to_be_in_viewport()
        assert _contrast(button) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("task", TASKS)
def test_nothing_overflows_on_a_phone_after_training_and_every_chart_has_a_name(new_visitor, phone, trained, task, scheme):
    visitor = new_visitor(**phone, color_scheme=scheme)
    visitor.open(task, {"run": trained(task)})
    for name in ("Use it", "Look inside", "Take it away"):
        panel = visitor.tab(name)
        if name != "Take it away":
            expect(panel.get_by_test_id("stPlotlyChart").first).to_be_visible()
        assert _widths(visitor) == [], name
        assert _unnamed_charts(visitor) == [], name


def test_every_button_of_a_trained_page_has_a_name(visitor, trained):
    visitor.open("translation", {"run": trained("translation")})
    expect(visitor.page.get_by_role("tabpanel", name="Use it").get_by_test_id("stPlotlyChart").first).to_be_visible()
    visitor.settle()
    unnamed = visitor.page.evaluate(
        """() => [...document.querySelectorAll('button')].filter(b => b.offsetParent && !b.innerText.trim()
            && !b.getAttribute('aria-label') && !b.title && !b.getAttribute('aria-labelledby')).map(b => b.outerHTML.slice(0, 200))"""
    )
    assert unnamed == []
