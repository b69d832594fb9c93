"""Texts to classify that lie a file each in folders called by their labels, on disk and in archives."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources import parts as parts_module
from core.data.sources.files import preview, read_files
from core.data.sources.uploads import fingerprint_files
from tests.data.sources.common import LIMITS, read_labelled, refusal

LABELS = ("calm", "wild")


def fill(folder: Path, places: tuple[str, ...] = ("",), count: int = 9, ending: str = ".txt") -> Path:
    """So many texts for each label in each place."""
    for place in places:
        for label in LABELS:
            (folder / place / label).mkdir(parents=True, exist_ok=True)
            for k in range(count):
                text = f"a {label} sea, the {k}th of {place or 'all'}\n"
                (folder / place / label / f"{k}{ending}").write_text(text, encoding="utf-8")
    return folder


def packed(folder: Path, root: str = "") -> Path:
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                target.write(path, root + path.relative_to(folder).as_posix())
    return archive


@pytest.mark.parametrize("form", ["folder", "zip", "zip of a folder"])
def test_folders_without_parts_are_labels(tmp_path: Path, form: str) -> None:
    place = fill(tmp_path / "seas")
    found = read_labelled(place if form == "folder" else packed(place, "seas/" if form == "zip of a folder" else ""))
    assert found.classes == LABELS
    assert (len(found.texts), found.parts) == (18, {})
    assert (found.texts[0], found.labels[0]) == ("a calm sea, the 0th of all", "calm")
    assert found.notes == ("labels from the names of 2 folders, a text from each of 18 files",)
    assert found.rows is not None and (found.rows.read, found.rows.dropped) == (18, ())


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize(
    "names", [("train", "test"), ("training", "dev", "test"), ("seas-bydate-train", "seas-bydate-test")]
)
def test_folders_of_parts_hold_folders_of_labels(tmp_path: Path, form: str, names: tuple[str, ...]) -> None:
    place = fill(tmp_path / "seas", names)
    found = read_labelled(place if form == "folder" else packed(place))
    assert set(found.parts) == {"train", "validation", "test"}
    assert {found.texts[row].rsplit(" ", 1)[-1] for row in found.parts["test"]} == {names[-1]}
    assert len(found.parts["test"]) == 18
    for rows in found.parts.values():
        assert {found.labels[row] for row in rows} == set(LABELS)
    assert any("no validation file" in note for note in found.notes) == (len(names) == 2)


def test_what_is_hidden_linked_or_no_text_is_not_read(tmp_path: Path) -> None:
    place = fill(tmp_path / "seas", ("train",))
    fill(tmp_path / "other", count=3)
    (place / "README.md").write_text("about seas", encoding="utf-8")
    (place / "train" / "calm" / ".hidden.txt").write_text("hidden", encoding="utf-8")
    (place / "train" / "calm" / "picture.png").write_bytes(b"\x89PNG")
    (place / "train" / "calm" / "link.txt").symlink_to(tmp_path / "other" / "calm" / "0.txt")
    (place / "train" / "linked").symlink_to(tmp_path / "other" / "wild")
    (place / ".git" / "calm").mkdir(parents=True)
    (place / ".git" / "calm" / "0.txt").write_text("hidden", encoding="utf-8")
    (place / "train" / "unsup").mkdir()
    (place / "train" / "unsup" / "0.txt").write_text("nobody knows", encoding="utf-8")
    found = read_labelled(place)
    assert (len(found.texts), found.classes) == (18, LABELS)
    assert "1 text in folders of texts without a label left out" in found.notes
    assert "2 other files in the folder left out" in found.notes


def test_each_text_has_its_own_encoding(tmp_path: Path) -> None:
    place = fill(tmp_path / "seas")
    (place / "calm" / "one.txt").write_bytes("une mer calme, très étendue".encode("cp1252"))
    (place / "calm" / "two.txt").write_bytes("спокойное море сегодня утром".encode("cp1251"))
    (place / "wild" / "six.txt").write_bytes("бурное море вечером и ночью".encode("cp1251"))
    (place / "wild" / "three.txt").write_bytes("море".encode("utf-16"))
    (place / "wild" / "blank.txt").write_text(" \n", encoding="utf-8")
    (place / "wild" / "empty.txt").write_bytes(b"")
    found = read_labelled(place)
    for text in ("une mer calme, très étendue", "спокойное море сегодня утром", "бурное море вечером и ночью", "море"):
        assert text in found.texts
    assert {"1 file read as windows-1252", "2 files read as windows-1251", "2 rows without a text dropped"} < set(
        found.notes
    )
    assert found.rows is not None and found.rows.dropped == (("without a text", 2),)


def test_files_without_an_ending_are_texts_too(tmp_path: Path) -> None:
    assert len(read_labelled(fill(tmp_path / "seas", ending="")).texts) == 18


@pytest.mark.parametrize(
    ("places", "received"),
    [
        (("train", "others"), "'others', 'train'"),
        (("a/b", "c/d"), "'a', 'c'"),
        (("train/deep", "test/deep"), "'test', 'train'"),
    ],
)
def test_a_layout_that_is_not_clear_is_refused_by_what_it_is(
    tmp_path: Path, places: tuple[str, ...], received: str
) -> None:
    error = refusal("labelled", [fill(tmp_path / "seas", places)])
    (problem,) = error.problems
    assert problem.field == "data.path"
    assert "train/pos/1.txt" in problem.expected
    assert received in problem.received


def test_a_folder_that_holds_something_else_says_what(tmp_path: Path) -> None:
    fill(tmp_path / "seas")
    error = refusal("pairs", [tmp_path / "seas"])
    assert "'calm/', 'wild/'" in error.problems[0].received
    (tmp_path / "none").mkdir()
    assert "an empty folder" in refusal("labelled", [tmp_path / "none"]).problems[0].received
    one = fill(tmp_path / "one")
    for path in (one / "wild").iterdir():
        path.unlink()
    assert refusal("labelled", [one]).problems[0].field == "data.path"


def test_tables_in_a_folder_come_before_folders_in_it(tmp_path: Path) -> None:
    place = fill(tmp_path / "seas")
    for name in ("train", "test"):
        rows = "".join(f"the {k}th {label} {name} sea,{label}\n" for k in range(12) for label in LABELS)
        (place / f"{name}.csv").write_text("text,label\n" + rows, encoding="utf-8")
    assert len(read_labelled(place).texts) == 48


def test_how_many_and_how_large_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = fill(tmp_path / "seas")
    for limits in (LIMITS.model_copy(update={"max_rows": 17}), LIMITS.model_copy(update={"max_upload_bytes": 300})):
        with pytest.raises(ValueError, match=r"at most (17 texts|300 bytes)"):
            read_files("labelled", [place], DataConfig(), limits)
    monkeypatch.setattr(parts_module, "MAX_FILES", 17)
    assert "at most 17 files" in refusal("labelled", [place]).problems[0].expected


def test_choices_that_only_tables_have_are_refused(tmp_path: Path) -> None:
    place = fill(tmp_path / "seas")
    for choices in ({"delimiter": "comma"}, {"header": True}, {"text_column": "text"}, {"label_column": "label"}):
        assert refusal("labelled", [place], **choices).problems[0].field == f"data.{next(iter(choices))}"
    assert read_labelled(place, encoding="utf-8").classes == LABELS


def test_the_fingerprint_is_that_of_every_text(tmp_path: Path) -> None:
    place = fill(tmp_path / "seas", ("train", "test"))
    before = fingerprint_files([place])
    assert before == fingerprint_files([place])
    (place / "train" / "wild" / "0.txt").write_text("another sea", encoding="utf-8")
    changed = fingerprint_files([place])
    assert changed != before
    (place / "train" / "wild" / "0.txt").rename(place / "train" / "calm" / "90.txt")
    assert fingerprint_files([place]) not in (before, changed)


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_page_shows_a_text_of_each_label_in_turn(tmp_path: Path, form: str) -> None:
    place = fill(tmp_path / "seas", ("train", "test"))
    found = preview("labelled", [place if form == "folder" else packed(place)], DataConfig(), Limits())
    assert (found.kind, found.columns) == ("table", ("text", "label"))
    assert [label for _, label in found.rows[:4]] == ["calm", "wild", "calm", "wild"]
    assert found.found == {"encoding": "utf-8"}
    assert len(found.files) == 36 and not found.is_whole
