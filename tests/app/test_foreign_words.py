"""Words of links, files and runs where pages show them: every message holds them escaped, as code or as text."""

import re

import pytest
from markdown_it import MarkdownIt

from core.config.experiment import Experiment
from tests.hostile_words import words_with
from ui import services

WORDS = words_with()
NAMES = {"generation.data": "country_names"}  # small, so that nothing is prepared for long
MEANT = ("bullet_list", "list_item", "paragraph", "inline", "heading", "hr")
STRANGE = {"image", "link", "html_inline", "html_block", "fence", "code_block", "heading", "hr", "blockquote", "table",
           "ordered_list"}  # fmt: skip


def markdown_of(app):
    """Everything on the page that Streamlit reads as Markdown, with the labels of what can be pressed."""
    bodies = [one.value for one in (*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.success)]
    labels = [one.label for one in (*app.button, *app.expander, *app.tabs, *app.metric)]
    return [*bodies, *labels]


def made_of(markdown):
    """What a Markdown parser makes of a text besides paragraphs, lists and bold words, and what it then shows."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(markdown)
    inner = [child for token in tokens for child in token.children or ()]
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in (*tokens, *inner)}
    text = " ".join(child.content for child in inner if child.type != "code_inline")
    return kinds & STRANGE, text


def check(app, words):
    """Nothing on the page is markup from outside, and no address in it becomes a link by itself."""
    assert not app.exception
    for markdown in markdown_of(app):
        if "foreign" not in markdown and "Pay here" not in markdown:
            continue
        kinds, text = made_of(markdown)
        assert not kinds, markdown
        assert not re.search(r"(?i)https?://|www\.|\w@\w|:material/|:red\[|\\?\$x", text), markdown
    assert any("foreign" in one or "Pay here" in one for one in markdown_of(app)), words


@pytest.mark.parametrize(
    "name", ["image after a back-tick", "link by reference", "link at once", "www", "mail", "heading below"]
)
def test_names_and_values_of_a_link_are_told_as_text(open_page, name):
    text = WORDS[name]
    app = open_page(
        "generation",
        {**NAMES, f"generation.model.{text}": "1", "generation.model.cell": text[:40], f"generation.{text}": text},
    )
    check(app, text)
    assert len(app.warning) == 1
    assert app.warning[0].value.count("\n- ") == 3


@pytest.mark.parametrize("name", ["image after a back-tick", "link at once", "www", "heading below"])
def test_data_that_a_link_names_is_told_as_text(open_page, name):
    text = WORDS[name]
    check(open_page("sentiment", {"sentiment.data": text}), text)
    check(open_page("translation", {"translation.trg_language": text}), text)
    check(open_page("forecasting", {"forecasting.target_columns": text, "forecasting.data": "sunspots"}), text)


@pytest.mark.parametrize("name", ["image after a back-tick", "link at once", "mail", "heading below"])
def test_ids_to_compare_are_told_as_text(open_page, name):
    text = WORDS[name].replace("foreign.example", "foreign.ex")[:40]
    app = open_page("runs", {"compare": f"{text},{'0' * 32}", "run": text})
    check(app, text)
    assert "There is no run 00000000" in app.warning[0].value


@pytest.mark.parametrize("name", ["link at once", "www", "mail", "heading", "image", "badge"])
def test_the_name_of_a_run_is_text_for_whoever_opens_its_link(open_page, name):
    experiment = Experiment.parse({"task": "generation", "data": {"id": "country_names"}})
    run, other = (services.manager().submit(experiment, owner="somebody else") for _ in range(2))
    text = WORDS[name] + " foreign"
    services.store().update_manager(run, actor="somebody else", name=text)
    check(open_page("generation", {**NAMES, "run": run}), text)
    app = open_page("runs", {"compare": f"{run},{other}"})
    check(app, text)
    for table in app.table:
        for head in table.value.columns:
            kinds, shown = made_of(head)
            assert not kinds and not re.search(r"https?://|www\.|\w@\w", shown)


def test_names_of_files_and_columns_and_labels_are_text(open_page):
    columns = [WORDS[name] for name in ("link at once", "www", "mail", "image", "badge", "html")]
    head = ",".join(f'"{name}"' for name in ["text", "label", *columns])
    label = [WORDS["link at once"], "foreign # two"]
    rows = [f'they said {n} {n % 7},"{label[n % 2]}",' + ",".join("1" for _ in columns) for n in range(90)]
    app = open_page("sentiment")
    app.file_uploader(key="sentiment:uploader").upload(
        "![x](www.foreign.example).csv", "\n".join([head, *rows]).encode()
    )
    app.run()
    check(app, "a file")
    table = app.dataframe[0].value
    assert {"text", "label"} <= {str(name).partition(" ")[0] for name in table.columns}
    app = open_page("sentiment")
    app.file_uploader(key="sentiment:uploader").upload("a@foreign.example # b.csv", b"text,label\n" + b"\x00\xff" * 90)
    app.run()
    assert not app.exception
    for error in app.error:
        assert not made_of(error.value)[0] - {"heading"}


def test_columns_of_a_series_and_what_is_wrong_with_a_choice_are_text(open_page):
    names = [WORDS[name] for name in ("link at once", "www", "mail")]
    days = [f"2024-{1 + n // 28:02}-{1 + n % 28:02};{n % 7};{n % 5};{n % 3}" for n in range(112)]
    app = open_page("forecasting")
    content = "\n".join([";".join(["day", *names]), *days]).encode()
    app.file_uploader(key="forecasting:uploader").upload("series.csv", content)
    app.run()
    check(app, "a series")
    app.session_state["forecasting:page"].choices = {"target_columns": WORDS["image"]}
    app.run()
    assert app.error
    check(app, "a choice")
