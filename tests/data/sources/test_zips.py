"""Packed files: a zip stands for what is in it, a gzip file for its content, and nothing is written anywhere."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet, PairSet, SeriesSet, TaggedSet, TextSet
from core.data.sources.files import preview, read_files
from core.data.sources.upload_storing import save_upload
from core.data.sources.uploads import find_upload
from core.data.sources.zips import MAX_MEMBERS, zip_members

LIMITS = Limits(max_upload_bytes=100_000, max_rows=5_000, max_columns=50)
PROSE = "The quick brown fox jumps over the lazy dog. " * 6
REVIEWS = "text,label\n" + "".join(f"a film {k},{'good' if k % 2 else 'bad'}\n" for k in range(20))
SERIES = "date,value\n" + "".join(f"2021-01-{day:02d},{day * day % 17}\n" for day in range(1, 31))


def pack(folder: Path, members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "mine.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def read_text(path: Path) -> TextSet:
    result = read_files("text", [path], DataConfig(), LIMITS)
    assert isinstance(result, TextSet)
    return result


def refusal(kind: str, path: Path, limits: Limits = LIMITS) -> str:
    with pytest.raises(ConfigError) as caught:
        read_files(kind, [path], DataConfig(), limits, names=["mine.zip"])
    assert str(path.parent) not in str(caught.value)
    return str(caught.value)


class TestZip:
    def test_several_texts_are_joined_in_the_order_of_their_names(self, tmp_path: Path) -> None:
        path = pack(
            tmp_path, {"book/2.txt": "Second.", "book/1.txt": PROSE, "book/": "", "__MACOSX/._1.txt": b"\x00\x05"}
        )
        assert read_text(path).text == PROSE + "\n\nSecond.\n"

    def test_what_only_describes_the_texts_is_left_out_and_said(self, tmp_path: Path) -> None:
        text = read_text(pack(tmp_path, {"README.md": "About.", "LICENSE": "Yours.", "a.txt": PROSE}))
        assert text.text == PROSE
        assert text.notes == ("left out of the archive: 'LICENSE', 'README.md'",)

    def test_a_file_called_readme_alone_is_read(self, tmp_path: Path) -> None:
        assert read_text(pack(tmp_path, {"readme.txt": PROSE})).text == PROSE

    def test_train_and_test_files_divide_themselves(self, tmp_path: Path) -> None:
        members = {"set/train.txt": PROSE, "set/dev.txt": "held out", "set/test.txt": "last", "set/notes.txt": "x"}
        text = read_text(pack(tmp_path, members))
        assert text.parts == {"train": PROSE, "validation": "held out", "test": "last"}
        assert text.notes == ("left out of the archive: 'notes.txt'",)

    def test_one_table_is_found_among_other_files(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"d/data.csv": SERIES, "d/readme.txt": "About.", "d/picture.png": b"\x89PNG"})
        series = read_files("series", [path], DataConfig(), LIMITS)
        assert isinstance(series, SeriesSet)
        assert len(series.frame) == 30
        assert preview("series", [path], DataConfig(), LIMITS).columns == ("date", "value")

    def test_two_tables_are_too_many_and_named(self, tmp_path: Path) -> None:
        assert "'a.csv', 'b.csv'" in refusal("series", pack(tmp_path, {"a.csv": SERIES, "b.csv": SERIES}))

    def test_parts_of_labelled_texts_and_of_tags_are_read(self, tmp_path: Path) -> None:
        labelled = read_files(
            "labelled", [pack(tmp_path, {"train.csv": REVIEWS, "test.csv": REVIEWS})], DataConfig(), LIMITS
        )
        assert isinstance(labelled, LabelledSet)
        assert len(labelled.parts["test"]) == 20
        tags = "".join(f"a{k} X\nb Y\n\n" for k in range(20))
        tagged = read_files("tagged", [pack(tmp_path, {"train.conll": tags, "dev.conll": tags})], DataConfig(), LIMITS)
        assert isinstance(tagged, TaggedSet)
        assert len(tagged.parts["validation"]) == 20

    def test_two_parallel_texts_follow_the_languages(self, tmp_path: Path) -> None:
        sides = {f"all.{code}": "".join(f"{code} {k}\n" for k in range(12)) for code in ("de", "en")}
        path = pack(tmp_path, dict(sides))
        pairs = read_files("pairs", [path], DataConfig(src_language="en"), LIMITS)
        assert isinstance(pairs, PairSet)
        assert (pairs.src[3], pairs.trg[3]) == ("en 3", "de 3")

    def test_a_parquet_file_in_a_zip_is_read(self, tmp_path: Path) -> None:
        buffer = io.BytesIO()
        pd.DataFrame({"text": [f"film {k}" for k in range(20)], "label": ["a", "b"] * 10}).to_parquet(buffer)
        path = pack(tmp_path, {"data.parquet": buffer.getvalue()}, zipfile.ZIP_STORED)
        result = read_files("labelled", [path], DataConfig(), LIMITS)
        assert isinstance(result, LabelledSet)
        assert len(result.texts) == 20

    def test_an_uploaded_zip_is_read_and_nothing_is_written_beside_it(self, tmp_path: Path) -> None:
        content = pack(tmp_path, {"a.txt": PROSE, "b.txt": PROSE}).read_bytes()
        upload = find_upload(save_upload([("mine.ZIP", content)], tmp_path, LIMITS), tmp_path)
        before = sorted(tmp_path.rglob("*"))
        result = read_files("text", upload.paths, DataConfig(), LIMITS, names=upload.names)
        assert isinstance(result, TextSet)
        assert sorted(tmp_path.rglob("*")) == before


class TestRefusedZips:
    @pytest.mark.parametrize(
        "name", ["../up.txt", "a/../../up.txt", "/etc/passwd", "C:\\boot.ini", "..\\up.txt", "\\\\host\\share"]
    )
    def test_a_name_that_leads_out_is_refused(self, tmp_path: Path, name: str) -> None:
        assert "names that lead out of it" in refusal("text", pack(tmp_path, {name: PROSE, "a.txt": PROSE}))

    def test_two_dots_within_a_name_are_no_way_out(self, tmp_path: Path) -> None:
        assert read_text(pack(tmp_path, {"and so on...txt": PROSE})).text == PROSE

    def test_a_link_is_refused(self, tmp_path: Path) -> None:
        link = zipfile.ZipInfo("a.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
            archive.writestr(link, "/etc/passwd")
        assert "links" in refusal("text", tmp_path / "mine.zip")

    def test_an_encrypted_file_is_refused(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"a.txt": PROSE})
        raw = bytearray(path.read_bytes())
        raw[6] |= 1
        raw[raw.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(raw)
        assert "password" in refusal("text", path)

    def test_one_name_twice_is_refused(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"a.txt": PROSE, "b.txt": "another"})
        path.write_bytes(path.read_bytes().replace(b"b.txt", b"a.txt"))
        assert "occurs twice" in refusal("text", tmp_path / "mine.zip")

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_a_rare_method_is_refused_unread(self, tmp_path: Path, method: int) -> None:
        assert "another method" in refusal("text", pack(tmp_path, {"a.txt": PROSE}, method))

    def test_too_many_members_are_refused(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {f"{k}.txt": "a" for k in range(MAX_MEMBERS + 1)})
        assert f"at most {MAX_MEMBERS:,} files" in refusal("text", path)

    def test_a_huge_directory_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {f"{k:060d}.txt": "" for k in range(10_000)})
        assert f"at most {MAX_MEMBERS:,} files" in refusal("text", path, Limits(max_upload_bytes=10_000_000))

    def test_the_sum_of_the_members_is_bounded(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {f"{k}.txt": "a" * 30_000 for k in range(4)})
        assert "120,000 bytes" in refusal("text", path)
        assert path.stat().st_size < 2_000

    def test_a_zip_in_a_zip_is_not_opened(self, tmp_path: Path) -> None:
        inner = pack(tmp_path, {"a.txt": PROSE}).read_bytes()
        assert "Unpack it first." in refusal("text", pack(tmp_path, {"inner.zip": inner}))

    def test_an_office_file_is_told_apart(self, tmp_path: Path) -> None:
        assert "an Office file" in refusal("series", pack(tmp_path, {"[Content_Types].xml": "<x/>", "a.xml": "<x/>"}))

    def test_changed_content_is_found_out(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"a.txt": PROSE}, zipfile.ZIP_STORED)
        path.write_bytes(path.read_bytes().replace(b"lazy", b"busy"))
        assert "broken" in refusal("text", path)

    def test_members_are_listed_with_their_sizes(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"b.txt": "four", "a/": "", "a/c.txt": "seven..", ".hidden": "x", "empty.txt": ""})
        assert zip_members(path, "mine.zip", 100) == [("a/c.txt", 7), ("b.txt", 4)]


class TestGzip:
    def test_a_packed_table_is_a_table(self, tmp_path: Path) -> None:
        (tmp_path / "data.csv.gz").write_bytes(gzip.compress(SERIES.encode()))
        series = read_files("series", [tmp_path / "data.csv.gz"], DataConfig(), LIMITS)
        assert isinstance(series, SeriesSet)
        assert len(series.frame) == 30

    def test_the_name_under_the_packing_decides(self, tmp_path: Path) -> None:
        lines = "".join(f'{{"word": "w{k} {PROSE[:20]}"}}\n' for k in range(20))
        (tmp_path / "0.gz").write_bytes(gzip.compress(lines.encode()))
        text = read_files("text", [tmp_path / "0.gz"], DataConfig(), LIMITS, names=["mine.jsonl.gz"])
        assert isinstance(text, TextSet)
        assert text.items[2] == f"w2 {PROSE[:20].strip()}"

    def test_parts_in_a_folder_may_be_packed(self, tmp_path: Path) -> None:
        (tmp_path / "train.txt.gz").write_bytes(gzip.compress(PROSE.encode()))
        (tmp_path / "test.txt").write_text("last")
        assert set(read_text(tmp_path).parts) == {"train", "validation", "test"}

    def test_what_it_unpacks_to_is_counted(self, tmp_path: Path) -> None:
        path = tmp_path / "0.gz"
        path.write_bytes(gzip.compress(b"a" * 100_001))
        assert "at most 100,000 bytes" in refusal("text", path)

    def test_several_packed_files_are_bounded_together(self, tmp_path: Path) -> None:
        for number in range(3):
            (tmp_path / f"{number}.gz").write_bytes(gzip.compress(PROSE.encode() * 150))
        with pytest.raises(ConfigError, match="at most 100,000 bytes"):
            read_files("text", sorted(tmp_path.glob("*.gz")), DataConfig(), LIMITS)
