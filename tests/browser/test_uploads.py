"""A visitor's own files: those that train, those to correct, those that cannot, and those that try to be markup."""

import gzip
import json
import math
import pathlib
import random
import zipfile

import pytest
from playwright.sync_api import expect

from core.applications import describe

MARKUP = "<b>bold</b><script>window.broken=1</script><img src=x onerror=window.broken=1>"


@pytest.fixture(scope="session")
def good_files(own_files, tmp_path_factory):
    """By task, a file that can be trained on."""
    folder = tmp_path_factory.mktemp("uploads")
    sides = [pathlib.Path(path).read_text(encoding="utf-8").splitlines() for path in own_files["pairs"]]
    pairs = folder / "pairs.tsv"
    pairs.write_text("".join(f"{src}\t{trg}\n" for src, trg in zip(*sides, strict=True)), encoding="utf-8")
    found = {
        task: pathlib.Path(own_files[describe(task).kind][0]) for task in ("forecasting", "generation", "sentiment")
    }
    return {**found, "translation": pairs}


@pytest.mark.parametrize(
    "task",
    ["translation", "forecasting", "generation", "sentiment"],
)
@pytest.mark.long
def test_an_own_file_trains(visitor, good_files, task):
    visitor.open_task(task, {"training.max_steps": 20})
    visitor.upload(good_files[task])
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value(good_files[task].name)
    expect(visitor.main.get_by_text("Your own data.")).to_be_visible()
    expect(visitor.train_button).to_be_enabled()
    run = visitor.train()
    visitor.finish(run)
    assert visitor.server.store.experiment(run).data.source == "upload"
    expect(visitor.page.get_by_role("tabpanel", name="Use it").get_by_role("table").first).to_be_visible()


@pytest.fixture
def works(tmp_path):
    """A table of a German office: semicolons, decimal commas, days first, and two columns of days."""
    lines = ["Bestellt;Geliefert;Umsatz;Besuche;Notiz"]
    for place in range(140):
        day, month, year = place % 28 + 1, place // 28 % 12 + 1, 2021
        sales = f"{50 + 9 * math.sin(place / 4):.2f}".replace(".", ",")
        note = "=cmd()" if place % 2 else "<b>fett</b>"
        lines.append(f"{day:02}.{month:02}.{year};{day:02}.{month:02}.{year + 1};{sales};{200 + place % 7};{note}")
    file = tmp_path / "werk.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_guessed_column_is_corrected_trained_on_and_kept_in_the_link(visitor, works):
    visitor.open_task("forecasting", {"training.max_steps": 20})
    visitor.upload(works)
    expect(visitor.main.get_by_text("Your own data.")).to_be_visible()
    expect(visitor.main.get_by_text("werk.csv", exact=True)).to_be_visible()
    expect(visitor.main.get_by_test_id("stDataFrame").first).to_be_visible()
    columns = visitor.main.get_by_role("listitem").filter(has_text="Columns:")
    expect(columns).to_contain_text("forecast: Umsatz")
    visitor.sidebar.get_by_text("How it is read", exact=True).click()
    found = {
        "Delimiter": "Semicolon (found)",
        "Header": "Column names (found)",
        "Time column": "Bestellt (found)",
        "Date format": "Day.month.year (found)",
    }
    for label, words in found.items():
        expect(visitor.sidebar.get_by_label(label, exact=True)).to_have_value(words)
    choose(visitor, "Time column", "Geliefert")
    expect(visitor.main.get_by_test_id("stVegaLiteChart").first).to_contain_text("2022")
    remove(visitor, "Target columns", "Umsatz")
    expect(columns).to_contain_text("forecast: Besuche")
    run = visitor.train()
    visitor.finish(run)
    data = visitor.server.store.experiment(run).data
    assert (data.time_column, data.target_columns) == ("Geliefert", ("Besuche",))

    visitor.sidebar.get_by_role("button", name="Copy link").click()
    link = visitor.page.get_by_test_id("stPopoverBody").get_by_test_id("stCode").last.inner_text().strip()
    assert "time_column=Geliefert" in link
    visitor.page.goto(link)
    visitor.settle()
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("werk.csv")
    visitor.sidebar.get_by_text("How it is read", exact=True).click()
    expect(visitor.sidebar.get_by_label("Time column", exact=True)).to_have_value("Geliefert")
    expect(columns).to_contain_text("forecast: Besuche")


def choose(visitor, label, option):
    """Choose in a select box of the sidebar."""
    visitor.choose(label, option)


def remove(visitor, label, column):
    """Take a column out of a box that holds several."""
    box = visitor.sidebar.get_by_test_id("stMultiSelect").filter(has_text=label)
    box.get_by_role("button", name=f"Remove {column}").click()
    visitor.settle()


def _texts(folder, own_files):
    with zipfile.ZipFile(folder / "texts.zip", "w") as archive:
        for place in range(3):
            archive.writestr(f"chapter {place}.txt", f"Chapter {place}. " + f"It went on and on in {place}. " * 60)
    return "generation", [folder / "texts.zip"]


def _packed_text(folder, own_files):
    (folder / "story.txt.gz").write_bytes(gzip.compress(pathlib.Path(own_files["text"][0]).read_bytes()))
    return "generation", [folder / "story.txt.gz"]


def _several_texts(folder, own_files):
    for place in range(2):
        (folder / f"part {place}.txt").write_text(f"Once upon a time in {place}. " * 90, encoding="utf-8")
    return "generation", [folder / "part 0.txt", folder / "part 1.txt"]


def _sides(folder, own_files):
    return "translation", list(map(pathlib.Path, own_files["pairs"]))


def _records(folder, own_files):
    rows = [{"said": f"I {('like', 'hate')[i % 2]} the {i}", "mood": ("good", "bad")[i % 2]} for i in range(90)]
    (folder / "moods.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return "sentiment", [folder / "moods.jsonl"]


@pytest.mark.parametrize(
    "bring",
    [_sides, *(pytest.param(way, marks=pytest.mark.long) for way in (_packed_text, _records, _texts, _several_texts))],
)
def test_every_way_to_pack_data_is_shown_and_can_be_trained_on(visitor, own_files, tmp_path, bring):
    task, files = bring(tmp_path, own_files)
    visitor.open_task(task)
    visitor.upload(*files)
    expect(visitor.main.get_by_text("Your own data.")).to_be_visible()
    shown = visitor.main.get_by_test_id("stCode" if task == "generation" else "stDataFrame")
    expect(shown.first).to_be_visible()
    lines = visitor.main.get_by_role("listitem")
    expect(lines.filter(has_text="Parts:")).to_contain_text("training")
    expect(lines.filter(has_text="Vocabulary").first).to_contain_text("different")
    expect(visitor.train_button).to_be_enabled()


BROKEN = {
    "binary": ("forecasting", "numbers.csv", bytes(range(256)) * 40),
    "empty": ("generation", "nothing.txt", b""),
    "one column": ("sentiment", "words.csv", b"text\n" + b"".join(b"line %d\n" % i for i in range(60))),
    "one class": ("sentiment", "same.csv", b"text,label\n" + b"".join(b"line %d,good\n" % i for i in range(60))),
}


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.long) if kind != "binary" else kind for kind in BROKEN]
)
def test_a_broken_file_gets_one_message_and_nothing_is_lost(visitor, trained, tmp_path, kind):
    task, name, content = BROKEN[kind]
    file = tmp_path / name
    file.write_bytes(content)
    run = trained(task)
    visitor.open(task, {"run": run})
    use = visitor.page.get_by_role("tabpanel", name="Use it")
    expect(use.get_by_role("table").first).to_be_visible()
    visitor.upload(file)
    message = visitor.page.get_by_role("alert")
    expect(message.first).to_contain_text("cannot be used")
    visitor.settle()
    expect(message).to_have_count(1)
    expect(message.locator("li").first).to_contain_text("Found")
    assert visitor.run == run
    expect(use.get_by_role("table").first).to_be_visible()
    visitor.sidebar.get_by_label("Data", exact=True).click()
    visitor.page.get_by_role("option").first.click()
    expect(visitor.train_button).to_be_enabled()


def test_markup_in_uploaded_texts_and_labels_is_shown_as_text(visitor, tmp_path):
    draw = random.Random(5)
    words = ["fine", "poor", "grand", "dull", "bright"]
    rows = [f"{MARKUP} {draw.choice(words)} {i}\t{('<i>up</i>', '<a href=x>down</a>')[i % 2]}" for i in range(80)]
    file = tmp_path / "<b>marked<i>.tsv"
    file.write_text("text\tlabel\n" + "\n".join(rows) + "\n", encoding="utf-8")
    visitor.open_task("sentiment", {"training.max_steps": 15})
    visitor.upload(file)
    expect(visitor.main.get_by_text("Your own data.")).to_be_visible()
    _is_plain(visitor)
    visitor.finish(visitor.train())
    use = visitor.page.get_by_role("tabpanel", name="Use it")
    use.get_by_role("textbox", name="Text").fill(f"{MARKUP} **strong** $x^2$ :red[red]")
    use.get_by_role("textbox", name="Text").press("Control+Enter")
    expect(use.locator("code").filter(has_text="<").first).to_be_visible()
    _is_plain(visitor)
    inside = visitor.tab("Look inside")
    inside.get_by_role("textbox", name="Text").fill(MARKUP)
    inside.get_by_role("textbox", name="Text").press("Control+Enter")
    expect(inside.get_by_test_id("stPlotlyChart").first).to_be_visible()
    visitor.settle()
    _is_plain(visitor)


def _is_plain(visitor):
    found = visitor.page.evaluate(
        """() => ({ran: window.broken === 1, tags: [...document.querySelectorAll('b, script:not([src]), img[src="x"], a[href="x"], i')]
            .map(e => e.outerHTML).filter(html => /bold|broken|up|down|marked/.test(html) && html.length < 300),
            styled: [...document.querySelectorAll('svg tspan, svg a')].map(e => e.outerHTML).filter(h => /font-weight|<a/.test(h))})"""
    )
    assert found == {"ran": False, "tags": [], "styled": []}
