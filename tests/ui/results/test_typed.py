"""The box for a text of one's own: nothing that is typed goes away without a word."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from ui.results.typed import text_box

    long = text_box("generation", "prompt", "Prompt", "Once", "What it continues.", height=90, most=2_000)
    short = text_box("generation", "inside", "Text", "Once", "What it reads.", height=90, most=600)
    st.json({"long": len(long), "short": len(short), "end": long[-1]})


def test_of_a_text_that_is_too_long_the_beginning_is_kept_and_that_is_said():
    app = AppTest.from_function(page).run()
    assert not app.warning
    box = app.text_area(key="prompt")
    assert box.proto.max_chars == 0, "a limit of the field drops what is too long, silently"
    box.set_value("a" * 1_999 + "b" + "c" * 345).run()
    assert app.text_area(key="prompt").value == "a" * 1_999 + "b"
    assert app.json[0].value == '{"long": 2000, "short": 600, "end": "b"}'
    assert [warning.value for warning in app.warning] == [
        "Too long: the first 2,000 of 2,345 characters are kept and read.",
        "Too long: the first 600 of 2,345 characters are kept and read.",
    ]
    app.text_area(key="prompt").set_value("short again").run()
    assert not app.warning
    assert app.text_area(key="inside").value == "short again"


def continued():
    import streamlit as st

    from ui.results.typed import text_box

    st.json({"end": text_box("generation", "prompt", "Prompt", "Once", "Goes on.", height=90, most=5, at_end=True)})


def test_of_a_prompt_that_is_too_long_the_end_is_kept_because_it_is_what_is_continued():
    app = AppTest.from_function(continued).run()
    app.text_area(key="prompt").set_value("abcdefgh").run()
    assert app.text_area(key="prompt").value == "defgh"
    assert app.json[0].value == '{"end": "defgh"}'
    assert [one.value for one in app.warning] == ["Too long: the last 5 of 8 characters are kept and read."]


def test_no_field_for_typing_has_a_limit_of_its_own_which_would_drop_a_paste_silently():
    import ast
    from pathlib import Path

    root, fields = Path(__file__).resolve().parents[3], 0
    for path in (file for room in ("ui", "pages") for file in (root / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
                "text_input",
                "text_area",
                "chat_input",
            ):
                fields += 1
                assert "max_chars" not in {word.arg for word in node.keywords}, (
                    f"{path.relative_to(root)}:{node.lineno}"
                )
    assert fields > 5
