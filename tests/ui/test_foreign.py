"""Words from outside in Markdown: whatever they hold, a reader sees them letter by letter and nothing else happens."""

import re
import unicodedata

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from tests.hostile_words import OVERRIDE, words_with
from ui.foreign import cell, csv_of, foreign, foreign_code, one_line, table

WORDS = words_with()
BREAK = "\u2060"
# What the page looks for in the text that the parser gives: links, mail, icons, the logo, emoji by name, arrows.
FOUND_IN_TEXT = [
    r"(?i)https?://|www(?=\.)",
    r"(?<![^\W_])[-.\w+]+@[-\w]+(?:\.[-\w]+)+",
    r":material[/_]\w+:",
    r":streamlit:",
    r":(?:\+1|-1|[\w-]*[a-z][\w-]*|100|1234):",
    r"(?:^|\s)(?:<->|->|<-|--|>=|<=|~=)(?=\s|$)",
]


def parsed(markdown):
    """Names of the blocks and inlines that a Markdown parser finds, and the text in them."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    blocks, inlines, text = [], [], ""
    for token in parser.parse(markdown):
        blocks.append(token.type)
        for child in token.children or ():
            inlines.append(child.type)
            text += child.content
    return blocks, set(inlines), text


@pytest.mark.parametrize("name", WORDS)
def test_foreign_words_are_one_paragraph_of_text_that_reads_as_they_do(name):
    around = "**Before** {} after"
    blocks, inlines, text = parsed(around.format(foreign(WORDS[name])))
    assert blocks == ["paragraph_open", "inline", "paragraph_close"]
    assert inlines <= {"text", "text_special", "strong_open", "strong_close"}
    shown = one_line(WORDS[name])
    assert re.sub(" +", " ", text.replace(BREAK, "")) == re.sub(" +", " ", f"Before {shown} after")
    found = [pattern for pattern in FOUND_IN_TEXT if re.search(pattern, text)]
    assert not found, text


@pytest.mark.parametrize("name", WORDS)
def test_foreign_words_alone_and_in_a_list_stay_text_too(name):
    for before in ("", "- ", "Said:\n\n- ", "> "):
        blocks, inlines, _ = parsed(before + foreign(WORDS[name]))
        ours = {"bullet_list", "list_item", "blockquote", "paragraph"}
        assert {block.rpartition("_")[0] for block in blocks if block != "inline"} <= ours
        assert inlines <= {"text", "text_special"}


@pytest.mark.parametrize("name", WORDS)
def test_foreign_words_as_code_are_one_span_of_code(name):
    blocks, inlines, text = parsed(f"Before {foreign_code(WORDS[name], 300)} after")
    assert blocks == ["paragraph_open", "inline", "paragraph_close"]
    assert inlines <= {"text", "code_inline"}
    shown = one_line(WORDS[name], 300) or "(nothing)"
    assert text.replace(BREAK, "") == f"Before {shown} after"


@pytest.mark.parametrize("ticks", range(1, 6))
def test_no_number_of_back_ticks_ends_a_code_span(ticks):
    text = f"a{'`' * ticks}\n\n![x](http://foreign.example){'`' * (6 - ticks)}"
    _, inlines, shown = parsed(foreign_code(text))
    assert inlines == {"code_inline"}
    assert shown == " ".join(text.split())


def test_code_is_written_with_as_few_back_ticks_as_hold_it():
    assert [foreign_code(text) for text in ("a *b* <i>", "tick ` tick", "  \n ", "a\nb")] == [
        "`a *b* <i>`", "`` tick ` tick ``", "(nothing)", "`a b`",
    ]  # fmt: skip


def test_ordinary_words_get_no_sign_but_backslashes():
    text = '3 May 2026 at 12:30, 1,000 rows (94%): a\'s "b"; what? 5/6'
    assert foreign(text).replace("\\", "") == text


@pytest.mark.parametrize("text", ["👨\u200d👩\u200d👧", "👍🏽", "می\u200cخواهم", "שלום", "naïve", "क्ष", "❤️", "🇩🇪"])
def test_letters_and_emoji_keep_what_joins_them(text):
    assert one_line(text) == foreign(text) == cell(text) == text


def test_what_turns_or_hides_text_is_spelled_out():
    assert one_line(f"a{OVERRIDE}b\x00c") == "aU+202EbU+0000c"
    for name, text in WORDS.items():
        shown = one_line(text)
        assert not [sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cf", "Cs")], name


def test_a_pile_of_accents_does_not_paint_over_the_lines_around():
    assert len(one_line(WORDS["many marks"])) == 9


def test_long_words_end_with_an_ellipsis_and_cost_no_more_than_short_ones():
    assert len(one_line(WORDS["very long"], 90)) == 90
    assert one_line(WORDS["very long"], 90).endswith("…")
    assert one_line("\n" * 10**7 + "late", 9) == " …", "what comes after so much white space is not looked for"
    assert foreign_code("x" * 500, 40) == f"`{'x' * 39}…`"


def test_a_table_for_the_screen_keeps_numbers_and_holds_no_formula():
    frame = pd.DataFrame({"=x": ["=cmd()", "a\nb", None], "n": [-5.0, 2.5, float("nan")], "t": ["-5", "+1,5", "- so"]})
    shown = table(frame)
    assert list(shown.columns) == [f"{BREAK}=x", "n", "t"]
    assert shown.iloc[:2, 0].tolist() == [f"{BREAK}=cmd()", "a b"] and pd.isna(shown.iloc[2, 0])
    assert shown["n"].tolist()[:2] == [-5.0, 2.5]
    assert shown["t"].tolist() == ["-5", "+1,5", f"{BREAK}- so"]


def test_a_table_to_download_holds_no_formula():
    frame = pd.DataFrame({"Time": ["2024", "2025"], "=HYPERLINK(1)": [-5, 0.1], "Lower 80%": [None, -1e-9]})
    assert csv_of(frame) == "Time,'=HYPERLINK(1),Lower 80%\n2024,-5.0,\n2025,0.1,-1e-09\n"
