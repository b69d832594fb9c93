"""Texts, labels and pairs in the layouts that people bring, through the shell: read right, or refused in words."""

import json
from pathlib import Path

import pytest

from tests.cli.lines import objects

K = range(60)
MOODS = ("glad", "sad")


def labelled(k):
    return f"a {'sunny' if k % 2 else 'rainy'} walk, the {k}th", MOODS[k % 2 == 0]


def write(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def numbered_columns(folder):
    return write(folder, "walks.csv", "0,1\n" + "".join('"{}",{}\n'.format(*labelled(k)) for k in K))


def quoted_line_ends(folder):
    rows = "".join('"{}\nand on,\r\nand on",{}\r\n'.format(*labelled(k)) for k in K)
    return write(folder, "walks.csv", "walk,mood\r\n" + rows.removesuffix("\r\n"))


def label_folders(folder):
    for k in K:
        text, label = labelled(k)
        write(folder, f"walks/{'test' if k % 5 == 0 else 'training'}/{label}/{k}.txt", text)
    return folder / "walks"


def cyrillic_labels(folder):
    rows = "".join(
        f"{'солнечная' if k % 2 else 'дождливая'} прогулка номер {k};{'рад' if k % 2 else 'грусть'}\n" for k in K
    )
    return write(folder, "walks.csv", "текст;метка\n" + rows, "koi8-r")


def long_walks(folder):
    rows = "".join('"{} {}",{}\n'.format("step by step " * 99, *labelled(k)) for k in K)
    return write(folder, "walks.csv", "walk,mood\n" + rows)


def instructions(folder):
    rows = ({"input": "" if k % 4 else f"in park {k}", "output": f"walk {k} it is", "instruction": f"plan walk {k}", "tag": "x"}
            for k in K)  # fmt: skip
    return write(folder, "walks.jsonl", "".join(json.dumps(row) + "\n" for row in rows))


def conversations(folder):
    rows = (
        [{"role": "user", "content": f"plan walk {k}"}, {"role": "assistant", "content": f"walk {k} it is"}] for k in K
    )
    return write(folder, "walks.jsonl", "".join(json.dumps({"messages": row}) + "\n" for row in rows))


def sorted_labels(folder):
    rows = sorted((labelled(k) for k in range(1_500)), key=lambda row: row[1])
    return write(folder, "walks.csv", "walk,mood\n" + "".join('"{}",{}\n'.format(*row) for row in rows))


def greek_prose(folder):
    return write(folder, "walk.txt", "".join(f"ένας μακρύς περίπατος στην πόλη, ο {k}ος\n" for k in K), "cp1253")


READ = [
    ("sentiment", numbered_columns, {}, {"columns": {"text_column": "0", "label_column": "1"}, "rows": 60}, ""),
    ("sentiment", numbered_columns, {"data.label_column": "1"}, {"columns": {"text_column": "0", "label_column": "1"}}, ""),
    ("sentiment", quoted_line_ends, {}, {"rows": 60, "classes": ["glad", "sad"]}, ""),
    ("sentiment", label_folders, {}, {"rows": 60, "classes": ["glad", "sad"]}, "labels from the names of 2 folders"),
    ("sentiment", cyrillic_labels, {}, {"rows": 60, "classes": ["грусть", "рад"]}, "read as koi8-r"),
    ("sentiment", cyrillic_labels, {"data.encoding": "KOI8_R"}, {"classes": ["грусть", "рад"], "notes": []}, ""),
    ("sentiment", long_walks, {"data.max_length": 128}, {"rows": 60}, "Warning: 100% of the texts are longer than data.max"),
    ("sentiment", sorted_labels, {}, {"rows": 1_500, "notes": []}, ""),
    ("translation", instructions, {}, {"rows": 60, "columns": {"src_column": "instruction", "context_column": "input",
                                                               "trg_column": "output"}}, "1 other column left out"),
    ("translation", conversations, {}, {"rows": 60, "columns": {"src_column": "messages.user",
                                                                "trg_column": "messages.assistant"}}, ""),
    ("generation", instructions, {}, {"rows": 60}, "answered by 'output'"),
    ("generation", greek_prose, {}, {"rows": 1, "dropped": {}}, "read as windows-1253"),
]  # fmt: skip


@pytest.mark.parametrize(("task", "make", "values", "reading", "told"), READ)
def test_a_layout_is_read_right_and_told(task, make, values, reading, told, shell, tmp_path):
    tiny = {
        "training.max_steps": 2,
        "model.hidden_size": 7,
        "model.embedding_dim": 5,
        "training.device": "cpu",
        **values,
    }
    words = [f"--set={name}={value}" for name, value in tiny.items()]
    code, out, err = shell("train", task, "--data", make(tmp_path), *words, "--out", tmp_path / "run", "--json")
    assert code == 0, err
    found = objects(out)[-1]["reading"]
    assert {key: found[key] for key in reading} == reading
    assert told in err
    lines = err.split("\n")
    assert all(any(line.endswith(f": {note}.") for line in lines) for note in found["notes"])
    assert found == json.loads((Path(tmp_path) / "run" / "result.json").read_text(encoding="utf-8"))["reading"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"data.encoding": "rot13"}, "data.encoding: expected a text encoding that Python knows"),
        ({"data.encoding": "utf-8"}, "data.encoding: expected an encoding that fits the file"),
        ({"data.label_column": "7"}, "data.label_column: expected one of"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_by_its_field(values, told, shell, tmp_path):
    words = [f"--set={name}={value}" for name, value in values.items()]
    code, out, err = shell("train", "sentiment", "--data", cyrillic_labels(tmp_path), *words)
    assert (code, out) == (2, "")
    assert told in err
