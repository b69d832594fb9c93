"""A file that is no Unicode is read in the encoding that it has, and says which; what is nearly plain stays plain."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources import detection
from core.data.sources.detection import SAMPLE_BYTES, HighLines, likely_codecs
from core.data.sources.encodings import read_text, scan
from core.data.sources.inputs import InputFile
from core.data.sources.reading import Reading
from tests.data.sources.common import read_labelled

LIMITS = Limits(max_upload_bytes=2_000_000)

RUSSIAN = "".join(f"Вечером мы долго гуляли у реки, строка {k}\n" for k in range(30))
UKRAINIAN = "".join(f"Їжак знайшов гриб і поніс його ґазді, рядок {k}\n" for k in range(30))
GREEK = "".join(f"Χθες το βράδυ περπατήσαμε δίπλα στη θάλασσα, {k}\n" for k in range(30))
HEBREW = "".join(f"אתמול בערב הלכנו לאורך הים {k}\n" for k in range(30))
ARABIC = "".join(f"مشينا مساء أمس على شاطئ البحر {k}\n" for k in range(30))
THAI = "".join(f"เมื่อวานเราเดินเล่นริมทะเล {k}\n" for k in range(30))
JAPANESE = "".join(f"昨日の夜は海のそばを歩きました{k}\n" for k in range(30))
KOREAN = "".join(f"어제 저녁에 바닷가를 걸었습니다 {k}\n" for k in range(30))
CHINESE = "".join(f"昨天晚上我们在海边散步{k}\n" for k in range(30))
TAIWANESE = "".join(f"昨天晚上我們在海邊散步{k}\n" for k in range(30))
POLISH = "".join(f"Wczoraj poszliśmy nad morze, później zjedliśmy świeże śledzie i pączki {k}\n" for k in range(30))
TURKISH = "".join(f"Dün akşam arkadaşımla sahilde yürüdük, çok eğlendik ve ışıkları gördük {k}\n" for k in range(30))
FRENCH = "".join(f"Hier soir, nous avons longé la mer, où l’été s’achève déjà {k}\n" for k in range(30))
GERMAN = "".join(f"Gestern Abend gingen wir übers Gelände, größer als früher {k}\n" for k in range(30))


def file_of(folder: Path, content: bytes, **choices: str) -> InputFile:
    path = folder / "text.txt"
    path.write_bytes(content)
    return InputFile(path, path.name, reading=Reading(**choices))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        ("длинный день\nхолодная зима сегодня", "koi8-r", "koi8-r"),
        (RUSSIAN, "cp866", "cp866"),
        (UKRAINIAN, "cp1251", "windows-1251"),
        (GREEK, "cp1253", "windows-1253"),
        (HEBREW, "cp1255", "windows-1255"),
        (ARABIC, "cp1256", "windows-1256"),
        (THAI, "cp874", "windows-874"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "euc-jp", "euc-jp"),
        (KOREAN, "euc-kr", "euc-kr"),
        (CHINESE, "gb2312", "gb18030"),
        (TAIWANESE, "big5", "big5"),
        (POLISH, "cp1250", "windows-1250"),
        (POLISH, "iso-8859-2", "iso-8859-2"),
        ("świetny film o miłości", "cp1250", "windows-1250"),
        (TURKISH, "cp1254", "windows-1254"),
        (FRENCH, "cp1252", "windows-1252"),
        (GERMAN, "latin-1", "windows-1252"),
        (GERMAN, "mac-roman", "mac-roman"),
    ],
)
def test_the_encoding_is_found_and_said(tmp_path: Path, text: str, codec: str, name: str) -> None:
    found, notes = read_text(file_of(tmp_path, text.encode(codec)), LIMITS)
    assert found == text
    assert len(notes) == 1
    assert f"read as {name} (confidence " in notes[0]
    assert "data.encoding" in notes[0]
    assert read_text(file_of(tmp_path, text.encode(codec), encoding=name), LIMITS) == (text, ())


@pytest.mark.parametrize(
    "text",
    ["café\n", "une mer calme, très étendue\n", "élève très gâté, où ça?\n", "Größe;Höhe\n7;8\n",
     "øre, ål, æble\n", "id;prénom\n1;Zoé\n2;Noël\n", "costs 7 €\n" * 9, "Temp °C\n21\n22\n", "3 µm, 5 µm\n",
     "“yes” – she said…\n",
     "plain words\n" * 300 + "naïve\n", "ÜBERGRÖSSE ÄÖÜ\n", "É\n", "señor\n", "£5 and £7\n" * 4],
)  # fmt: skip
def test_a_few_western_letters_or_signs_are_nothing_rare(tmp_path: Path, text: str) -> None:
    found, notes = read_text(file_of(tmp_path, text.encode("cp1252")), LIMITS)
    assert found == text
    assert "read as windows-1252" in notes[0]


def test_letters_far_behind_plain_lines_decide(tmp_path: Path) -> None:
    text = "nothing but plain words in this line\n" * 9_000 + RUSSIAN
    found, notes = read_text(file_of(tmp_path, text.encode("koi8-r")), LIMITS)
    assert found.endswith(RUSSIAN)
    assert "read as koi8-r" in notes[0]


def test_a_broken_byte_in_a_wide_encoding_does_not_make_noise_of_the_rest(tmp_path: Path) -> None:
    raw = CHINESE.encode("gb18030") + b"\xff\n" + CHINESE.encode("gb18030")
    found, notes = read_text(file_of(tmp_path, raw), LIMITS)
    assert found.count(CHINESE) == 2
    assert "read as gb18030" in notes[0]
    assert "1 broken character replaced" in notes[0]


def test_a_table_of_labels_is_read_in_its_encoding_or_in_the_one_that_is_chosen(tmp_path: Path) -> None:
    rows = "".join(f"очень хороший день {k};рад\nсовсем плохой день {k};зол\n" for k in range(12))
    path = tmp_path / "дни.csv"
    path.write_bytes(("текст;метка\n" + rows).encode("cp1251"))
    assert read_labelled(path).classes == ("зол", "рад")
    for name in ("cp1251", "windows-1251", "CP1251"):
        chosen = read_labelled(path, encoding=name)
        assert (chosen.classes, chosen.notes) == (("зол", "рад"), ())
    assert read_labelled(path, encoding="cp866").classes != ("зол", "рад")


def test_a_chosen_encoding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'shift_jis'"):
        read_text(file_of(tmp_path, b"\x82\x20 no such letters", encoding="shift_jis"), LIMITS)
    with pytest.raises(ConfigError, match="'ascii'"):
        read_text(file_of(tmp_path, "é".encode(), encoding="ascii"), LIMITS)


def test_a_wide_encoding_may_be_chosen_by_its_byte_order(tmp_path: Path) -> None:
    for name in ("utf-16-le", "utf-16-be", "utf-32"):
        assert read_text(file_of(tmp_path, GREEK.encode(name), encoding=name), LIMITS) == (GREEK, ())
    assert scan(file_of(tmp_path, GREEK.encode("utf-16-le"), encoding="utf-16-le"), LIMITS).encoding == "utf-16"


def test_what_is_looked_at_is_bounded_and_does_not_hang_on_pieces() -> None:
    raw = b"plain\n" * 5 + RUSSIAN.encode("cp1251") * 90
    for size in (7, 1_000, len(raw)):
        lines = HighLines()
        for start in range(0, len(raw), size):
            lines.add(raw[start : start + size])
        sample = lines.sample(is_cut=False)
        assert SAMPLE_BYTES / 2 < len(sample) <= SAMPLE_BYTES + 2_500, "and a line end for each"
        assert b"plain" not in sample
        assert sample.decode("cp1251").split("\n")[0] == RUSSIAN.split("\n")[0]


def test_one_endless_line_is_bounded_and_cut_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "SAMPLE_BYTES", 1_001)
    lines = HighLines()
    lines.add(JAPANESE.replace("\n", " ").encode("cp932") * 9)
    sample = lines.sample(is_cut=False)
    assert 900 < len(sample) <= 1_001
    assert sample.decode("cp932").endswith(" ")
    assert likely_codecs(sample)[0][0] == "cp932"
