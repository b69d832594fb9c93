"""The page Data without a browser: cards by task, a search, and sets whose page comes later."""

from core.applications import NO_PAGE
from core.data import catalog


def cards(app):
    """Kind and id of the sets that are shown, told by their buttons."""
    keys = [button.key.split(":") for button in app.button if button.key and button.key.startswith("data:")]
    return {(parts[2], parts[3]) for parts in keys if len(parts) == 4}


def of(kind=None):
    return {(entry.kind, entry.id) for entry in catalog.entries(kind)}


def words_of(app):
    """What the page says, without the signs that keep Markdown from reading it."""
    return "\n".join(element.value for element in (*app.markdown, *app.caption)).replace("\\", "")


def test_the_sets_of_a_task_are_cards_and_the_choice_is_in_the_address(open_page):
    app = open_page("data")
    assert cards(app) == of("series")
    app.get_by_key("data:kind").set_value("labelled").run()
    assert cards(app) == of("labelled")
    assert "labelled" in app.query_params["kind"]
    assert "Licence: CC BY 4.0, as UCI states." in words_of(app)
    assert "None stated. Look at the source before you pass it on." in words_of(app)
    assert "built in, made" in words_of(app)


def test_a_link_chooses_the_task_and_one_that_cannot_be_is_the_first(open_page):
    assert cards(open_page("data", {"task": "sentiment"})) == of("labelled")
    assert cards(open_page("data", {"kind": "all"})) == of()
    app = open_page("data", {"kind": "<b>nothing</b>"})
    assert cards(app) == of("series")
    assert "no kind of data called `<b>nothing</b>`" in app.warning[0].value


def test_the_search_looks_through_all_tasks(open_page):
    app = open_page("data", {"task": "translation"})
    app.text_input(key="data:words").set_value("NAMES language").run()
    assert {("text", "country_names"), ("labelled", "names_by_nationality")} <= cards(app)
    assert ("pairs", "numbers") not in cards(app)
    app.text_input(key="data:words").set_value("<b>zzz</b> **").run()
    assert not app.exception
    assert not cards(app)
    assert "Nothing here is called that." in words_of(app)


def test_a_set_whose_page_comes_later_says_so_and_offers_no_training(open_page):
    app = open_page("data", {"kind": "clips"})
    assert NO_PAGE in words_of(app)
    assert not [button for button in app.button if button.label == "Train on it"]
