"""The readers of public sets, on files of their kind in miniature."""

import gzip
import io
import wave
import zipfile

import numpy as np
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.sources.public import clips, labelled, pairs, reading, series, text


def write(folder, **files):
    """A folder with these files; a double underscore is a dot."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("__", ".")).write_bytes(raw)
    return folder


def zipped(**members):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", ".").replace("_in_", "/"), content)
    return raw.getvalue()


def test_what_is_packed_is_read_up_to_a_size_and_no_further(tmp_path):
    folder = write(tmp_path / "set", a__gz=gzip.compress(b"abcdefg"), a__zip=zipped(inner__txt="abcdefg"))
    assert reading.read_gzip(folder / "a.gz", 7) == "abcdefg"
    assert reading.read_member(folder / "a.zip", "inner.txt", 7) == "abcdefg"
    for read in (
        lambda: reading.read_gzip(folder / "a.gz", 6),
        lambda: reading.read_member(folder / "a.zip", "inner.txt", 6),
    ):
        with pytest.raises(ConfigError, match="at most 6 bytes"):
            read()


def test_a_bomb_takes_no_more_than_its_limit(tmp_path):
    bomb = gzip.compress(bytes(300_000_000), compresslevel=1)
    folder = write(tmp_path / "set", a__gz=bomb)
    with pytest.raises(ConfigError, match="at most 1,000,000 bytes"):
        reading.read_gzip(folder / "a.gz", 1_000_000)


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", gzip.compress(b"abc" * 999)[:30], zipped(other="x")[:40]],
    ids=["empty", "no archive", "half a gzip", "half a zip"],  # archives hold the time, and so would their names
)
def test_a_broken_archive_is_named_and_nothing_else_is_raised(tmp_path, content):
    folder = write(tmp_path / "set", a__gz=content, a__zip=content)
    with pytest.raises(ConfigError, match=r"a\.gz of set"):
        reading.read_gzip(folder / "a.gz")
    with pytest.raises(ConfigError, match=r"a\.zip of set"):
        reading.read_member(folder / "a.zip", "inner.txt")


def test_an_archive_without_the_member_and_bytes_of_another_encoding_are_refused(tmp_path):
    folder = write(tmp_path / "set", a__zip=zipped(other="x"), a__txt=b"caf\xe9")
    with pytest.raises(ConfigError, match=r"inner\.txt in it"):
        reading.read_member(folder / "a.zip", "inner.txt")
    with pytest.raises(ConfigError, match="UTF-8 text"):
        reading.read_plain(folder / "a.txt")
    assert reading.read_plain(folder / "a.txt", "latin-1") == "café"
    with pytest.raises(ConfigError, match=r"none\.txt"):
        reading.read_plain(folder / "none.txt")


def test_tunes_are_cut_at_their_number_and_keep_their_lines(tmp_path):
    folder = write(tmp_path, b__abc="\nX: 1\nT:One\nabc|\n\nX: 2\nT:Two\n X:no\ndef|\n", a__abc="X: 1\nT:None\ng|\n")
    tunes = text.load_nottingham_abc(folder, DataConfig())
    assert tunes.items == ("X: 1\nT:None\ng|\n", "X: 1\nT:One\nabc|\n", "X: 2\nT:Two\n X:no\ndef|\n")
    with pytest.raises(ConfigError, match=r"b\.abc"):
        text.load_nottingham_abc(write(tmp_path, b__abc="T:no number\n"), DataConfig())


def test_replies_follow_what_was_said(tmp_path):
    folder = write(
        tmp_path, a__yml="conversations:\n- - Hi\n  - Hello\n  - |\n    How\n    are you?\n- - Bye\n  - Bye\n"
    )
    talk = pairs.load_chatterbot_english(folder, DataConfig())
    assert list(zip(talk.src, talk.trg, strict=True)) == [("Hi", "Hello"), ("Hello", "How are you?"), ("Bye", "Bye")]
    assert talk.count == 2
    alone = pairs.load_chatterbot_english(
        write(tmp_path, a__yml="conversations:\n- Who? - Me\n- - Hi\n  - Hello\n"), DataConfig()
    )
    assert (alone.src, alone.trg, alone.count) == (("Hi",), ("Hello",), 2)
    for content in ("conversations:\n- - 1\n  - 2\n", "conversations: 3", "[", "- a"):
        with pytest.raises(ConfigError, match=r"a\.yml"):
            pairs.load_chatterbot_english(write(tmp_path, a__yml=content), DataConfig())


def test_words_become_small_letters_and_phonemes(tmp_path):
    folder = write(tmp_path, cmudict__zip=zipped(cmudict_in_cmudict="CAT 1 K AE1 T\nTHE 1 DH AH0\nTHE 2 DH IY0\n"))
    words = pairs.load_cmudict(folder, DataConfig())
    assert (words.src, words.trg) == (("cat", "the", "the"), ("K AE1 T", "DH AH0", "DH IY0"))
    assert words.notes == ("1 entries are further pronunciations of a word",)


def test_both_directions_of_a_pair_are_one_file(tmp_path):
    folder = write(tmp_path, fra_eng__zip=b"")
    (folder / "fra-eng.zip").write_bytes(zipped(fra__txt="Go.\tVa\u202f!\nRun!\tCours\u00a0!\n"))
    there = pairs.load_tatoeba_fra_eng(folder, DataConfig(src_language="en", trg_language="fr"))
    back = pairs.load_tatoeba_fra_eng(folder, DataConfig(src_language="fr", trg_language="en"))
    assert (there.src, there.trg) == (back.trg, back.src) == (("Go.", "Run!"), ("Va !", "Cours !"))


@pytest.mark.parametrize(
    ("languages", "field"), [(("en", "en"), "trg_language"), (("de", "en"), "src_language"), ((None, "fr"), "src_l")]
)
def test_languages_that_a_set_has_not_are_refused(tmp_path, languages, field):
    with pytest.raises(ConfigError, match=f"data.{field}"):
        pairs.load_tatoeba_fra_eng(tmp_path, DataConfig(src_language=languages[0], trg_language=languages[1]))


def test_parallel_files_of_different_length_are_refused(tmp_path):
    for name in ("train", "val", "test_2016_flickr"):
        (tmp_path / f"{name}.en.gz").write_bytes(gzip.compress(b"a man\na dog\n"))
        (tmp_path / f"{name}.de.gz").write_bytes(
            gzip.compress(b"ein Mann\n" + (b"ein Hund\n" if name != "val" else b""))
        )
    with pytest.raises(ConfigError, match=r"2 lines, as in val\.en\.gz"):
        pairs.load_multi30k_task1(tmp_path, DataConfig(src_language="en", trg_language="de"))


def test_a_label_that_there_is_not_is_refused(tmp_path):
    parts = dict.fromkeys(("train__tsv", "dev__tsv", "test__tsv"), "a fine film\t1\nno fun\t0\n")
    found = labelled.load_sst2(write(tmp_path, **parts), DataConfig())
    assert found.labels == ("positive", "negative") * 3
    with pytest.raises(ConfigError, match="a number below 2"):
        labelled.load_sst2(write(tmp_path, **(parts | {"dev__tsv": "a fine film\t2\n"})), DataConfig())
    with pytest.raises(ConfigError, match=r"splice\.csv"):
        labelled.load_uci_splice(write(tmp_path, splice__csv="Class,Donor,Sequence\nXX,a,ACGT\n"), DataConfig())


@pytest.mark.parametrize(
    ("load", "name"),
    [
        (series.load_airline_passengers, "airline-passengers.csv"),
        (series.load_daily_min_temperatures, "daily-min-temperatures.csv"),
        (series.load_etth1, "ETTh1.csv"),
        (series.load_beijing_pm25, "pollution.csv"),
    ],
)
@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "Month,Date,date\nx,y,z\n", '"a\n'])
def test_a_table_of_another_kind_is_refused_by_its_name(tmp_path, load, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match=name):
        load(tmp_path, DataConfig())


def test_the_target_of_a_public_series_can_be_chosen(tmp_path):
    (tmp_path / "ETTh1.csv").write_text(
        "date,HUFL,OT\n" + "".join(f"2020-01-01 {hour:02}:00:00,{hour}.5,{-hour}\n" for hour in range(20))
    )
    assert series.load_etth1(tmp_path, DataConfig()).target_columns == ("OT",)
    assert series.load_etth1(tmp_path, DataConfig(target_columns=("HUFL",))).target_columns == ("HUFL",)
    with pytest.raises(ConfigError, match=r"data\.target_columns"):
        series.load_etth1(tmp_path, DataConfig(target_columns=("rain",)))


def test_sentences_have_words_and_no_ranges_or_empty_nodes(tmp_path):
    def row(number, word, tag):
        return "\t".join([number, word, "_", tag, *"______"])

    sentence = "\n".join(
        ["# text = It won't", row("1", "It", "PRON"), row("2-3", "won't", "_"), row("2", "wo", "AUX"),
         row("3", "n't", "PART"), row("3.1", "go", "VERB")]
    )  # fmt: skip
    for part in ("train", "dev", "test"):
        (tmp_path / f"en_ewt-ud-{part}.conllu").write_text(sentence + "\n\n" + sentence + "\n\n")
    found = labelled.load_ud_english_ewt(tmp_path, DataConfig())
    assert found.sentences == (("It", "wo", "n't"),) * 6
    assert found.tags == (("PRON", "AUX", "PART"),) * 6
    assert found.parts == {"train": (0, 1), "validation": (2, 3), "test": (4, 5)}
    (tmp_path / "en_ewt-ud-dev.conllu").write_text("1\tIt\tPRON\n")
    with pytest.raises(ConfigError, match="upos"):
        labelled.load_ud_english_ewt(tmp_path, DataConfig())


def test_recordings_are_read_with_their_digit_and_part(tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()

    def record(name, rate=8_000):
        with wave.open(str(folder / name), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(np.array([1, -2, 300], dtype="<i2").tobytes())

    record("3_anna_4.wav")
    record("7_anna_5.wav")
    found = clips.load_fsdd(tmp_path, DataConfig())
    assert found.labels == ("3", "7")
    assert found.parts == {"train": (1,), "test": (0,)}
    assert found.clips[0].tolist() == [1, -2, 300]
    record("7_anna_6.wav", rate=16_000)
    with pytest.raises(ConfigError, match="8,000 Hz"):
        clips.load_fsdd(tmp_path, DataConfig())
    (folder / "7_anna_6.wav").write_bytes(b"RIFF")
    with pytest.raises(ConfigError, match="a recording"):
        clips.load_fsdd(tmp_path, DataConfig())
