"""A visitor's own files: those that train, those that cannot, and those that try to be markup."""

import random

import pytest
from playwright.sync_api import expect

MARKUP = "<b>bold</b><script>window.broken=1</script><img src=x onerror=window.broken=1>"


@pytest.fixture(scope="session")
def good_files(own_files, tmp_path_factory):
    """By task, a file that can be trained on."""
    import pathlib

    folder = tmp_path_factory.mktemp("uploads")
    sides = [pathlib.Path(path).read_text(encoding="utf-8").splitlines() for path in own_files["translation"]]
    pairs = folder / "pairs.tsv"
    pairs.write_text("".join(f"{src}\t{trg}\n" for src, trg in zip(*sides, strict=True)), encoding="utf-8")
    found = {task: pathlib.Path(own_files[task][0]) for task in ("forecasting", "generation", "sentiment")}
    return {**found, "translation": pairs}


@pytest.mark.parametrize("task", ["forecasting", "generation", "sentiment", "translation"])
def test_an_own_file_trains(visitor, good_files, task):
    visitor.open_task(task, {"training.max_steps": 20})
    visitor.upload(good_files[task])
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value(good_files[task].name)
    expect(visitor.main.get_by_text("Your own file.")).to_be_visible()
    expect(visitor.train_button).to_be_enabled()
    run = visitor.train()
    visitor.finish(run)
    assert visitor.server.store.experiment(run).data.source == "upload"
    expect(visitor.page.get_by_role("tabpanel", name="Use it").get_by_role("table").first).to_be_visible()


BROKEN = {
    "binary": ("forecasting", "numbers.csv", bytes(range(256)) * 40),
    "empty": ("generation", "nothing.txt", b""),
    "one column": ("sentiment", "words.csv", b"text\n" + b"".join(b"line %d\n" % i for i in range(60))),
    "one class": ("sentiment", "same.csv", b"text,label\n" + b"".join(b"line %d,good\n" % i for i in range(60))),
}


@pytest.mark.parametrize("kind", BROKEN)
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
    expect(message.locator("li").first).to_contain_text("not")
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
    expect(visitor.main.get_by_text("Your own file.")).to_be_visible()
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
