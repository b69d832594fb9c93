"""Instructions and answers are pairs: what asks, with its context where there is one, and what answers it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config.experiment import DataConfig
from core.data.sources.files import preview
from core.data.sources.instructions import find_instructions
from tests.data.sources.common import LIMITS, read_labelled, read_pairs, read_text, reviews

K = range(24)


def jsonl(folder: Path, rows: list[dict[str, object]], name: str = "sets.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


LAYOUTS: dict[str, Callable[[int], dict[str, object]]] = {
    "instruction, context, response": lambda k: {
        "instruction": f"name tree {k}", "context": "" if k % 2 else f"of wood {k}", "response": f"oak {k}", "category": "x",
    },
    "instruction, input, output": lambda k: {
        "output": f"oak {k}", "instruction": f"name tree {k}", "input": "" if k % 2 else f"of wood {k}", "id": k,
    },
    "Question, Context, Answer": lambda k: {
        "Context": "" if k % 2 else f"of wood {k}", "Question": f"name tree {k}", "Answer": f"oak {k}",
    },
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_an_instruction_has_its_context_behind_it_and_is_answered(tmp_path: Path, layout: str, ending: str) -> None:
    rows = [LAYOUTS[layout](k) for k in K]
    path = jsonl(tmp_path, rows)
    if ending == "csv":
        path = tmp_path / "sets.csv"
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        path.write_text("\n".join(lines), encoding="utf-8")
    found = read_pairs(path)
    assert found.src == tuple(f"name tree {k}" if k % 2 else f"name tree {k} of wood {k}" for k in K)
    assert found.trg == tuple(f"oak {k}" for k in K)
    assert sorted(found.columns) == ["context_column", "src_column", "trg_column"]
    (note,) = found.notes
    assert all(repr(name) in note for name in found.columns.values())
    assert ("1 other column left out" in note) == (len(rows[0]) == 4)
    assert found.rows is not None and (found.rows.read, found.rows.dropped) == (24, ())


@pytest.mark.parametrize(
    ("ask", "answer"), [("prompt", "completion"), ("input", "output"), ("question", "answer"), ("problem", "solution")]
)
def test_without_a_context_there_are_two_columns(tmp_path: Path, ask: str, answer: str) -> None:
    path = jsonl(tmp_path, [{"topic": "trees", answer: f"oak {k}", ask: f"name tree {k}"} for k in K])
    found = read_pairs(path)
    assert (found.src[3], found.trg[3]) == ("name tree 3", "oak 3")
    assert found.columns == {"src_column": ask, "trg_column": answer}


@pytest.mark.parametrize(
    ("key", "role", "content", "roles"),
    [("messages", "role", "content", ("user", "assistant")), ("conversations", "from", "value", ("human", "gpt"))],
)
def test_of_a_conversation_the_first_exchange_is_read(
    tmp_path: Path, key: str, role: str, content: str, roles: tuple[str, str]
) -> None:
    def turns(k: int) -> list[dict[str, str]]:
        said = [(roles[0], f"name tree {k}"), (roles[1], f"oak {k}")]
        said = [("system", "be short"), *said] if k % 2 else [*said, (roles[0], "and?"), (roles[1], "elm")]
        return [{role: who, content: text} for who, text in said]

    found = read_pairs(jsonl(tmp_path, [{"id": k, key: turns(k)} for k in K]))
    assert found.src == tuple(f"name tree {k}" for k in K)
    assert found.trg == tuple(f"oak {k}" for k in K)
    assert any(f"{key} behind the first answer" in note for note in found.notes)


def test_columns_that_are_chosen_come_before_the_layout(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [LAYOUTS["instruction, context, response"](k) for k in K])
    found = read_pairs(path, src_column="instruction", trg_column="response")
    assert found.src[0] == "name tree 0", "without its context"
    found = read_pairs(path, src_column="response", trg_column="instruction")
    assert (found.src[1], found.trg[1]) == ("oak 1", "name tree 1")


def test_a_text_to_continue_is_the_instruction_and_below_it_the_answer(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [LAYOUTS["instruction, context, response"](k) for k in K])
    found = read_text(path)
    assert "name tree 2 of wood 2\noak 2\n\nname tree 3\noak 3\n\n" in found.text
    assert "'context' where there is one" in found.notes[0]
    assert read_text(path, text_column="instruction").items == tuple(f"name tree {k}" for k in K)


def test_a_page_shows_what_asks_and_what_answers_as_found(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [LAYOUTS["instruction, context, response"](k) for k in K])
    found = preview("pairs", [path], DataConfig(), LIMITS).found
    assert (found["src_column"], found["trg_column"]) == ("instruction", "response")
    assert preview("text", [path], DataConfig(), LIMITS).found["text_column"] is None


@pytest.mark.parametrize(
    "names", [("en", "fr"), ("src", "trg", "note"), ("context", "response"), ("text", "label"), ("question", "topic")]
)
def test_other_tables_are_no_instructions(names: tuple[str, ...]) -> None:
    assert find_instructions(names) is None


def test_lists_that_are_no_conversation_stay_out(tmp_path: Path) -> None:
    rows = [{"en": f"tree {k}", "fr": f"arbre {k}", "messages": [{"role": "user"}], "tags": ["a"]} for k in K]
    found = read_pairs(jsonl(tmp_path, rows))
    assert (found.src[0], found.trg[0]) == ("tree 0", "arbre 0")
    assert "'messages', 'tags'" in found.notes[0]


@pytest.mark.parametrize(
    ("header", "text", "label"), [("0,1", "0", "1"), ("1,0", "1", "0"), (",0,1", "0", "1"), ("7,8", "7", "8")]
)
def test_a_first_line_of_numbers_above_texts_names_the_columns(
    tmp_path: Path, header: str, text: str, label: str
) -> None:
    lines = [(f"a film, number {k}", "good" if k % 2 else "bad") for k in K]
    rows = [",".join(([str(k)] if header[0] == "," else []) + [f'"{cell}"' for cell in line])
            for k, line in enumerate(lines)]  # fmt: skip
    path = tmp_path / "films.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    for choices in ({}, {"label_column": label}, {"text_column": text, "label_column": label}):
        found = read_labelled(path, **choices)
        assert found.columns == {"text_column": text, "label_column": label}
        assert found.classes == ("bad", "good")
        assert len(found.texts) == len(K)


def test_a_first_line_of_numbers_that_stand_below_too_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "films.csv"
    rows = "".join(f'"a film, number {k}",{k % 2}\n' for k in K)
    path.write_text("1917,1\n" + rows, encoding="utf-8")
    found = read_labelled(path)
    assert (len(found.texts), found.texts[0], found.classes) == (25, "1917", ("0", "1"))
    path.write_text(reviews(24, header=""), encoding="utf-8")
    assert len(read_labelled(path).texts) == 24
