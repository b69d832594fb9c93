"""Texts, labelled texts and pairs as visitors bring them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet, TextSet
from core.data.sources.files import read_files
from tests.data.sources.common import (
    LIMITS,
    PROSE,
    Write,
    pairs,
    read_labelled,
    read_pairs,
    read_text,
    refusal,
    reviews,
)


class TestText:
    def test_files_are_joined_by_a_blank_line(self, write: Write) -> None:
        result = read_text(write(PROSE, "a.txt"), write("Second.\r\n", "b.txt"))
        assert result.text == PROSE + "\n\nSecond.\n"

    def test_line_ends_and_control_characters_are_cleaned(self, write: Write) -> None:
        result = read_text(write("\ufeff" + PROSE + "a\r\nb\rc\td\x07\x7f\x85", "a.txt"))
        assert result.text == PROSE + "a\nb\nc\td"

    def test_a_folder_divides_itself(self, write: Write) -> None:
        write(PROSE + "train", "set/train.txt")
        write("held out", "set/dev.txt")
        path = write("last", "set/test.txt")
        write("read me", "set/README.md")
        assert read_text(path.parent).parts == {"train": PROSE + "train", "validation": "held out", "test": "last"}

    def test_a_missing_validation_file_is_cut_off_training(self, write: Write) -> None:
        write(PROSE, "set/train.txt")
        folder = write("last", "set/test.txt").parent
        result = read_text(folder, split=(0.6, 0.3, 0.1))
        assert result.parts["train"] + result.parts["validation"] == PROSE
        assert len(result.parts["train"]) == 180

    def test_uploads_named_after_parts_divide_themselves(self, write: Write) -> None:
        paths = [write(PROSE, "0.txt"), write("held out", "1.txt")]
        result = read_files("text", paths, DataConfig(), LIMITS, names=["train.txt", "valid.txt"])
        assert isinstance(result, TextSet)
        assert set(result.parts) == {"train", "validation"}

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
    def test_encodings_give_the_same_text(self, write: Write, encoding: str) -> None:
        text = PROSE + "Café déjà vu, ß and ½."
        result = read_text(write(text.encode(encoding), "a.txt"))
        assert result.text == text
        assert bool(result.notes) == (encoding in ("cp1252", "latin-1"))

    def test_a_few_broken_bytes_do_not_change_the_encoding(self, write: Write) -> None:
        result = read_text(write(("é" * 300).encode() + b"\xff" + PROSE.encode(), "a.txt"))
        assert result.text.startswith("é" * 300 + "\ufffd")
        assert "1 broken character replaced" in result.notes[0]

    def test_utf_16_without_its_mark_is_read_and_said(self, write: Write) -> None:
        for encoding in ("utf-16-le", "utf-16-be"):
            result = read_text(write((PROSE + "é").encode(encoding), "a.txt"))
            assert result.text == PROSE + "é"
            assert "read as UTF-16" in result.notes[0]

    def test_short_texts_of_json_lines_and_parquet_are_items(self, write: Write, tmp_path: Path) -> None:
        names = [f"Name{k} of several letters" for k in range(12)]
        pd.DataFrame({"id": range(12), "name": names}).to_parquet(tmp_path / "a.parquet")
        lines = "".join(json.dumps({"name": name}) + "\n" for name in names)
        assert read_text(write(lines, "a.jsonl")).items == tuple(names)
        assert read_text(tmp_path / "a.parquet").items == tuple(names)

    def test_long_texts_of_json_lines_are_joined_like_files(self, write: Write) -> None:
        lines = "".join(json.dumps({"text": f"Title {k}\n{PROSE}"}) + "\n" for k in range(12))
        result = read_text(write(lines, "a.jsonl"))
        assert result.items == ()
        assert result.text.startswith(f"Title 0\n{PROSE.strip()}\n\nTitle 1\n")

    def test_a_csv_is_plain_text_until_its_column_is_named(self, write: Write) -> None:
        path = write(reviews(20), "a.csv")
        assert read_text(path).text == reviews(20)
        assert read_text(path, text_column="text").items[3] == "a film, number 3"
        assert refusal("text", [path], text_column="body").problems[0].field == "data.text_column"


class TestLabelled:
    def test_text_and_label_are_found_by_name(self, write: Write) -> None:
        rows = "".join(f'{k},"It was ""fine"", {k}",{k % 3 + 1}\n' for k in range(12))
        result = read_labelled(write("id,review,stars\n" + rows))
        assert result.texts[0] == 'It was "fine", 0'
        assert result.classes == ("1", "2", "3")

    def test_a_file_without_header_keeps_its_first_row(self, write: Write) -> None:
        result = read_labelled(write("".join(f'a "film {k}\t{k % 2}\n' for k in range(12)), "train.tsv"))
        assert len(result.texts) == 12
        assert result.texts[0] == 'a "film 0'

    def test_words_as_labels_without_header_are_seen(self, write: Write) -> None:
        result = read_labelled(write(reviews(12, header="")))
        assert len(result.texts) == 12
        assert result.classes == ("bad", "good")

    def test_an_unknown_header_is_seen(self, write: Write) -> None:
        result = read_labelled(write(reviews(12, header="utt,mood\n")))
        assert len(result.texts) == 12

    def test_classes_are_sorted_by_number(self, write: Write) -> None:
        rows = "".join(f"film {k},{k % 3 * 5 + 1}.0\n" for k in range(12))
        assert read_labelled(write("text,label\n" + rows)).classes == ("1", "6", "11")

    def test_empty_rows_and_lonely_labels_are_dropped_and_counted(self, write: Write) -> None:
        text = reviews(12) + "no label,\n,good\n\nalone,odd\n"
        result = read_labelled(write(text))
        assert len(result.texts) == len(result.labels) == 12
        assert "2 rows without a label dropped" in result.notes
        assert "1 row without a text dropped" in result.notes
        assert any("'odd'" in note for note in result.notes)

    def test_json_lines_and_parquet_give_what_csv_gives(self, write: Write, tmp_path: Path) -> None:
        expected = read_labelled(write(reviews(12)))
        records = [{"text": t, "label": x} for t, x in zip(expected.texts, expected.labels, strict=True)]
        pd.DataFrame(records).to_parquet(tmp_path / "data.parquet")
        assert read_labelled(write("\n".join(map(json.dumps, records)), "data.jsonl")) == expected
        assert read_labelled(write(json.dumps(records), "data.json")) == expected
        assert read_labelled(tmp_path / "data.parquet") == expected

    def test_a_long_list_of_objects_is_read_whole(self, write: Write) -> None:
        limits = Limits(max_upload_bytes=10_000_000, max_rows=5_000)
        records = [{"text": f"{k} " + "x" * 2_000, "label": k % 2, "odd": [{}]} for k in range(3_000)]
        result = read_files("labelled", [write(json.dumps(records, indent=1), "a.json")], DataConfig(), limits)
        assert isinstance(result, LabelledSet)
        assert [text.split()[0] for text in result.texts] == [str(k) for k in range(3_000)]

    def test_objects_may_lack_keys(self, write: Write) -> None:
        records = [{"text": f"film {k}", "label": k % 2} for k in range(12)]
        lines = [{"late": 1}, *records, {"text": "no label"}, {"label": 1, "text": "last"}]
        result = read_labelled(write("\n".join(map(json.dumps, lines)), "a.jsonl"))
        assert result.texts == (*(f"film {k}" for k in range(12)), "last")
        assert result.labels[-1] == "1"

    def test_a_folder_gives_rows_by_part(self, write: Write) -> None:
        write(reviews(20), "set/train.csv")
        write(reviews(4), "set/valid.csv")
        folder = write(reviews(6), "set/test.csv").parent
        result = read_labelled(folder)
        assert {split: len(rows) for split, rows in result.parts.items()} == {"train": 20, "validation": 4, "test": 6}
        assert sorted(row for rows in result.parts.values() for row in rows) == list(range(30))

    def test_a_label_that_training_lacks_is_dropped(self, write: Write) -> None:
        write(reviews(20), "set/train.csv")
        folder = write(reviews(6) + "new,unseen\n", "set/valid.csv").parent
        result = read_labelled(folder)
        assert result.classes == ("bad", "good")
        assert len(result.texts) == 26

    def test_a_listed_column_can_be_chosen_without_a_header(self, write: Write) -> None:
        path = write("".join(f"{k % 2}\ta film {k}\n" for k in range(12)))
        result = read_labelled(path, text_column="column 2", label_column="column 1")
        assert len(result.texts) == 12


class TestPairs:
    def test_two_columns_without_header(self, write: Write) -> None:
        result = read_pairs(write(pairs(11), "fra.txt"))
        assert result.src[0] == "the cat 0"
        assert result.trg[10] == "le chat 10"

    def test_quotes_in_tabbed_text_stay(self, write: Write) -> None:
        result = read_pairs(write('"Go," he said.\t"Va", dit-il.\n' + pairs(10), "fra.txt"))
        assert result.src[0] == '"Go," he said.'

    @pytest.mark.parametrize("header", ["src\ttrg\tby\n", "English\tFrench\tby\n", "source\ttarget\tby\n"])
    def test_a_header_and_further_columns_are_left_out(self, write: Write, header: str) -> None:
        rows = "".join(f"{line}\tsomebody\n" for line in pairs(11).splitlines())
        result = read_pairs(write(header + rows, "fra.tsv"))
        assert len(result.src) == 11
        assert result.src[0] == "the cat 0"

    def test_parallel_files_are_paired_and_empty_lines_dropped(self, write: Write) -> None:
        src = write("".join(f"a {k}\n" for k in range(11)) + "\nb\n", "a.en")
        trg = write("".join(f"x {k}\u2028y\n" for k in range(11)) + "z\nw\n", "a.fr")
        result = read_pairs(src, trg)
        assert len(result.src) == len(result.trg) == 12
        assert "1 pair with an empty side dropped" in result.notes

    def test_unequal_files_are_refused_with_both_counts(self, write: Write) -> None:
        error = refusal("pairs", [write("a\n" * 11, "a.en"), write("b\n" * 13, "a.fr")])
        assert "11 lines" in str(error)
        assert "13" in str(error)

    def test_a_folder_of_parallel_files_follows_the_languages(self, write: Write) -> None:
        for split, count in (("train", 20), ("valid", 5), ("test", 6)):
            for language in ("de", "en"):
                path = write("".join(f"{language} {split} {k}\n" for k in range(count)), f"set/{split}.{language}")
        result = read_pairs(path.parent, src_language="en")
        assert result.src[0] == "en train 0"
        assert result.trg[-1] == "de test 5"
        assert {split: len(rows) for split, rows in result.parts.items()} == {"train": 20, "validation": 5, "test": 6}

    def test_more_than_two_languages_need_a_choice(self, write: Write) -> None:
        for language in ("de", "en", "fr"):
            path = write("a\n" * 12, f"set/train.{language}")
        assert refusal("pairs", [path.parent]).problems[0].field == "data.src_language"
        assert len(read_pairs(path.parent, src_language="fr", trg_language="de").src) == 12
