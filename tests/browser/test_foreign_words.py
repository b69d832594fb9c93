"""Words of links, files and names of runs: nobody's picture is fetched, and no link or heading comes out of them."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.jobs.record import read_record, write_record
from tests.data.local_server import CrowdServer
from tests.hostile_words import words_with
from ui.foreign import one_line

PLACES = ("Markdown", "Code", "Caption", "List", "ListCode", "Button", "Metric", "Value", "Delta", "Progress", "Heading",
          "Cell", "Label", "Choice", "Expander")  # fmt: skip
# What markup would have made; icons of our own are there in any case.
MADE = """place => [...place.querySelectorAll(
    'a[href], img, h1, h2, h3, h4, h5, h6, hr, ul ul, ol, blockquote, pre, strong, em, b, i, del, sup, table table, .katex, ' +
    '.stMarkdownColoredText, .stMarkdownColoredBackground, .stMarkdownBadge, .stMarkdownShimmer, [role=img][aria-label$=icon]'
)].map(one => one.outerHTML.slice(0, 200))"""
STRANGE = """() => [
    ...[...document.querySelectorAll('a[href]')].filter(one => new URL(one.href).host !== location.host),
    ...[...document.querySelectorAll('img, iframe, script, link, video, object, embed')].filter(
        one => /foreign|127\\\\.0\\\\.0\\\\.1/.test(one.src || one.href || one.data || '')),
    ...[...document.querySelectorAll('h1, h2, h3, h4, h5, h6, b, i')].filter(one => /Pay here|Pay$|press|here/.test(one.textContent)),
    ...document.querySelectorAll('.katex')].map(one => one.outerHTML.slice(0, 300))"""


class ForeignHost:
    """A server somewhere else that notes who asks it for anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = CrowdServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def foreign_host() -> Iterator[ForeignHost]:
    host = ForeignHost()
    yield host
    host.close()


@pytest.fixture
def words(foreign_host: ForeignHost) -> dict[str, str]:
    foreign_host.asked.clear()
    return words_with(foreign_host.address)


@pytest.fixture
def watched(visitor):
    """A visitor, and every address that the browser asks outside of the server."""
    elsewhere: list[str] = []
    own = ("http://localhost:", "ws://localhost:", "data:", "blob:")
    visitor.page.on("request", lambda one: None if one.url.startswith(own) else elsewhere.append(one.url))
    visitor.elsewhere = elsewhere
    return visitor


def nothing_came_of_it(visitor, foreign_host):
    visitor.settle()
    assert visitor.page.evaluate(STRANGE) == []
    assert foreign_host.asked == []
    assert [url for url in visitor.elsewhere if "fonts.gstatic.com" not in url] == []
    assert visitor.page.evaluate("window.broken") is None


@pytest.fixture(scope="module")
def page_of_words(new_server, foreign_host):
    return new_server(launcher=(str(Path(__file__).with_name("words_page.py")),), FOREIGN=foreign_host.address)


def test_hostile_words_read_as_they_are_in_everything_that_streamlit_reads_as_markdown(
    watched, page_of_words, words, foreign_host
):
    page = watched.page
    page.goto(page_of_words.url)
    for kind in ("stProgress", "stTable", "stButtonGroup", "stMetric", "stExpander"):  # some load their code late
        expect(page.get_by_test_id(kind)).to_have_count(len(words), timeout=90_000)
    watched.settle()
    for number, (name, text) in enumerate(words.items()):
        place = page.locator(f".st-key-word_{number}")
        expect(place.get_by_text(name.replace(" ", "_"), exact=True)).to_be_attached()
        assert place.evaluate(MADE) == [], name
        seen = re.sub(r"\s+", " ", place.evaluate("one => one.textContent").replace("\u2060", ""))
        shown = re.sub(r"\s+", " ", one_line(text, 300))
        for where in PLACES:
            words_there = (shown or "(nothing)") if where in ("Code", "ListCode") else shown
            assert f"{where} {words_there} end".replace("  ", " ") in seen, (name, where, seen)
    nothing_came_of_it(watched, foreign_host)


SHORT = ("image", "image after a blank line", "image after a back-tick", "link", "link by reference", "link in angles",
         "link at once", "www", "mail", "html", "heading", "heading below", "heading by a line under it", "mathematics", "badge",
         "direction")  # fmt: skip


@pytest.mark.parametrize(
    ("page", "place"),
    [
        ("generation", "generation.model.x{}"),
        ("translation", "{}"),
        *(
            pytest.param(page, place, marks=pytest.mark.long)
            for page, place in [
                ("generation", "generation.{}"),
                ("forecasting", "forecasting.data.{}"),
                ("sentiment", "data.{}"),
            ]
        ),
    ],
)
def test_names_of_parameters_in_a_link_are_text(watched, words, foreign_host, page, place):
    watched.open(page, {place.format(words[name]): words[name] for name in SHORT})
    nothing_came_of_it(watched, foreign_host)
    if place.startswith(page):
        warning = watched.page.get_by_role("alert").first
        expect(warning).to_contain_text("Some of this link was left out")
        expect(warning.get_by_role("listitem")).to_have_count(len(SHORT))


@pytest.mark.parametrize(
    "name",
    [
        "link at once",
        *(pytest.param(n, marks=pytest.mark.long) for n in ("image after a back-tick", "www", "heading below", "html")),
    ],
)
def test_values_of_parameters_in_a_link_are_text(watched, words, foreign_host, name):
    text = words[name]
    own = {"forecasting.data.unit": text, "forecasting.model.cell": text, "forecasting.model.hidden_size": text,
           "forecasting.preset": text, "forecasting.fingerprint": text, "forecasting.data": text, "run": text,
           "forecasting.time_column": text, "forecasting.target_columns": text, "visitor": text, "task": text}  # fmt: skip
    watched.open("forecasting", own)
    nothing_came_of_it(watched, foreign_host)
    expect(watched.page.get_by_role("alert").first).to_be_visible()
    watched.open("translation", {"translation.trg_language": text, "translation.data": f"hub:{text}"})
    nothing_came_of_it(watched, foreign_host)
    watched.open("data", {"task": text})
    nothing_came_of_it(watched, foreign_host)


def test_ids_to_compare_in_a_link_are_text(watched, words, foreign_host):
    for name in ("image after a back-tick", "html"):
        text = words[name].replace(",", "")
        watched.open("runs", {"compare": f"{text},{'0' * 32},{text[::-1]}", "run": text})
        expect(watched.page.get_by_role("alert").first).to_contain_text("is not the id of a run")
        nothing_came_of_it(watched, foreign_host)


@pytest.fixture
def named(trained):
    """A finished run of somebody's under a name: `named(visitor, "a name")` is a run of the visitor's own."""

    def name_it(visitor, name):
        run = visitor.adopt(trained("forecasting", {"training.max_steps": 20, "model.hidden_size": 9}))
        path = visitor.server.store.path(run)
        record = read_record(path)
        assert record is not None
        write_record(path, replace(record, name=name))
        return run

    return name_it


@pytest.mark.parametrize(
    "name", ["link at once", *(pytest.param(name, marks=pytest.mark.long) for name in ("www", "mail", "badge"))]
)
def test_the_name_of_a_run_is_text_on_every_page_that_shows_it(watched, new_visitor, named, words, foreign_host, name):
    maker = new_visitor()
    run, other = named(maker, words[name][:80]), named(maker, "another one")
    watched.open("forecasting", {"run": run})
    expect(watched.main.get_by_text("somebody else's run")).to_be_visible()
    nothing_came_of_it(watched, foreign_host)
    watched.open("runs", {"compare": f"{run},{other}"})
    expect(watched.main.get_by_text("What differs", exact=True)).to_be_visible()
    nothing_came_of_it(watched, foreign_host)
    shown = one_line(words[name][:80])
    expect(watched.main).to_contain_text(re.compile("\u2060?".join(map(re.escape, shown))))


def test_names_of_files_columns_and_labels_are_text(watched, words, foreign_host):
    ours = [
        words[name].replace('"', "'")
        for name in ("image", "link at once", "www", "mail", "html", "badge", "mathematics")
    ]
    head = ",".join(f'"{name}"' for name in ["text", "label", *ours])
    label = [words["link at once"], words["image"].replace(",", "")]
    rows = [
        f'"they said {n} {("yes", "no")[n % 2]}","{label[n % 2]}",' + ",".join("1" for _ in ours) for n in range(90)
    ]
    content = "\n".join([head, *rows]).encode()
    file = {
        "name": f"x/![x]({foreign_host.address}/file.png) www.foreign.example.csv",
        "mimeType": "text/csv",
        "buffer": content,
    }
    watched.open_task("sentiment")
    watched.sidebar.get_by_text("Your own data", exact=True).first.click()
    watched.page.locator("input[type=file]").first.set_input_files([file])
    expect(watched.main.get_by_text("Your own data.")).to_be_visible()
    nothing_came_of_it(watched, foreign_host)
    watched.sidebar.get_by_text("How it is read", exact=True).click()
    nothing_came_of_it(watched, foreign_host)


@pytest.mark.long
def test_columns_of_a_series_and_what_is_wrong_with_them_are_text(watched, words, foreign_host):
    names = [words[name] for name in ("link at once", "www", "mail", "badge")]
    content = "\n".join([";".join(["day", *names]), *(f"2024-{1 + n // 28:02}-{1 + n % 28:02};{n % 7};{n % 5};{n % 3};{n}"
                                                      for n in range(112))]).encode()  # fmt: skip
    file = {"name": "series.csv", "mimeType": "text/csv", "buffer": content}
    watched.open_task("forecasting")
    watched.sidebar.get_by_text("Your own data", exact=True).first.click()
    watched.page.locator("input[type=file]").first.set_input_files([file])
    expect(watched.main.get_by_text("Your own data.")).to_be_visible()
    nothing_came_of_it(watched, foreign_host)
    links = [name for name in names if "|" not in name]
    watched.open(
        "forecasting", {"forecasting.target_columns": "|".join(links), "forecasting.time_column": words["image"]}
    )
    nothing_came_of_it(watched, foreign_host)


def test_the_csv_of_a_tables_toolbar_holds_no_formula(visitor):
    head = '"text","label","=HYPERLINK(1)"'
    rows = [f'"{("=cmd()", "@so", "fine")[n % 3]} {n}","{("good", "bad")[n % 2]}",-{n}' for n in range(90)]
    visitor.page.add_init_script("delete window.showSaveFilePicker")  # a download, as in browsers without it
    visitor.open_task("sentiment")
    visitor.sidebar.get_by_text("Your own data", exact=True).first.click()
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": "\n".join([head, *rows]).encode()}
    visitor.page.locator("input[type=file]").first.set_input_files([file])
    expect(visitor.main.get_by_text("Your own data.")).to_be_visible()
    table = visitor.main.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    visitor.settle()
    table.hover()
    button = visitor.page.get_by_role("button", name="Download as CSV").first
    written = visitor.download(button).read_text(encoding="utf-8-sig")
    cells = [cell.strip('"') for line in written.splitlines() for cell in line.split(",")]
    assert [cell for cell in cells if cell.lstrip("\u2060").startswith(("=", "@"))], "the cells are there"
    assert not [cell for cell in cells if re.match(r"[=+@]|-(?![0-9]+$)", cell)]
