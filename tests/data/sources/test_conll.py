"""Sentences with a tag a word: both formats, the column that is asked for, parts, and the public treebank."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import TaggedSet
from core.data.sources.conll import MAX_TAGS, parse_conll
from core.data.sources.files import read_files

LIMITS = Limits(max_upload_bytes=1_000_000, max_rows=500, max_columns=20)
NAMES = "-DOCSTART- -X- O O\n\n" + "".join(f"Ann{k} NNP B-NP B-PER\nsleeps VBZ B-VP O\n. . O O\n\n" for k in range(11))
CONLLU = "".join(
    f"# sent_id = {k}\n# text = du ch{k}\n"
    "1-2\tdu\t_\t_\t_\t_\t_\t_\t_\t_\n"
    "1\tde\tde\tADP\tIN\t_\t3\tcase\t_\t_\n"
    "2\tle\tle\tDET\tDT\tGender=Masc\t3\tdet\t_\t_\n"
    f"2.1\tgone\tgone\tVERB\tVB\t_\t_\t_\t_\t_\n"
    f"3\tch at{k}\tchat\tNOUN\tNN\t_\t0\troot\t_\tSpaceAfter=No\n\n"
    for k in range(12)
)


def read(folder: Path, *contents: str, names: tuple[str, ...] = ("mine.txt",), **choices: object) -> TaggedSet:
    paths = []
    for number, content in enumerate(contents):
        paths.append(folder / f"{number}.txt")
        paths[-1].write_text(content, encoding="utf-8")
    result = read_files("tagged", paths, DataConfig(**choices), LIMITS, names=names)
    assert isinstance(result, TaggedSet)
    return result


def refusal(folder: Path, *contents: str, **choices: object) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, *contents, **choices)
    return str(caught.value)


def test_the_last_column_of_conll_is_the_tag(tmp_path: Path) -> None:
    tagged = read(tmp_path, NAMES)
    assert len(tagged.sentences) == 11
    assert tagged.sentences[1] == ("Ann1", "sleeps", ".")
    assert tagged.tags[1] == ("B-PER", "O", "O")
    assert tagged.classes == ("B-PER", "O")


def test_another_column_can_be_asked_for(tmp_path: Path) -> None:
    assert read(tmp_path, NAMES, label_column="column 2").tags[0] == ("NNP", "VBZ", ".")
    assert read(tmp_path, CONLLU, label_column="xpos").classes == ("DT", "IN", "NN")
    assert "'column 2', 'column 3', 'column 4'" in refusal(tmp_path, NAMES, label_column="upos")
    assert "data.label_column" in refusal(tmp_path, CONLLU, label_column="form")


def test_conllu_gives_words_and_universal_tags(tmp_path: Path) -> None:
    tagged = read(tmp_path, CONLLU)
    assert tagged.sentences[5] == ("de", "le", "ch at5")
    assert tagged.tags[5] == ("ADP", "DET", "NOUN")
    assert len(tagged.sentences) == 12


def test_tabs_divide_columns_where_there_are_any(tmp_path: Path) -> None:
    assert read(tmp_path, "New York\tPLACE\nis\tO\n\n" * 10).sentences[0] == ("New York", "is")


def test_a_hash_can_be_a_word(tmp_path: Path) -> None:
    assert read(tmp_path, "#\tSYM\n1\tNUM\n\n" * 10).sentences[0] == ("#", "1")


def test_the_last_sentence_needs_no_blank_line() -> None:
    assert list(parse_conll("a X\nb Y")) == [(("a", "b"), ("X", "Y"))]


def test_parts_keep_their_sentences_and_strange_tags_are_dropped(tmp_path: Path) -> None:
    names = ("train.conll", "dev.conll", "test.conll")
    odd = "b X\n\nc NEW\n\nd Y\n"
    tagged = read(tmp_path, "a X\nb Y\n\n" * 10, odd, "e X\n", names=names)
    assert {split: len(rows) for split, rows in tagged.parts.items()} == {"train": 10, "validation": 2, "test": 1}
    assert [tagged.sentences[row] for row in tagged.parts["validation"]] == [("b",), ("d",)]
    assert tagged.notes == ("1 sentence dropped with a tag that training does not have",)
    assert tagged.rows is not None
    assert tagged.rows.dropped == (("with a tag that training does not have", 1),)
    assert tagged.rows.kept == len(tagged.sentences)


def test_a_missing_validation_part_is_cut_off_training(tmp_path: Path) -> None:
    train = "".join(f"a{k} X\nb Y\n\n" for k in range(40))
    tagged = read(tmp_path, train, "e X\n", names=("train.conll", "test.conll"))
    assert sorted(row for rows in tagged.parts.values() for row in rows) == list(range(41))
    assert 0 < len(tagged.parts["validation"]) < len(tagged.parts["train"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a X\nb Y\n\n" * 9, "9 sentences"),
        ("a X\n\n" * 20, "2 to 500 different tags"),
        ("".join(f"a T{k}\n\n" for k in range(MAX_TAGS - 100)) + "a X Y\n", "in line 801"),
        ("a\n\n" * 20, "lines of one column"),
        ("a X\nb Y\n\n" * 300, "at most 500 rows"),
        ("a X\n" * 10_001, "a blank line between two sentences"),
        ("a X\n\n" * 20 + "b " * 6_000, "a line of 12,000 characters"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(tmp_path: Path, content: str, words: str) -> None:
    assert words in refusal(tmp_path, content)


@pytest.mark.parametrize(
    ("name", "sentences", "words"), [("train", 12_544, 204_577), ("dev", 2_001, 25_147), ("test", 2_077, 25_094)]
)
def test_the_public_treebank_is_read_whole(name: str, sentences: int, words: int) -> None:
    path = Path(os.environ.get("UNROLL_DATA_DIR", "")) / "ud_english_ewt" / f"en_ewt-ud-{name}.conllu"
    if not path.is_absolute() or not path.exists():
        pytest.skip(f"{path.name} is not in UNROLL_DATA_DIR")
    tagged = read_files("tagged", [path], DataConfig(), Limits())
    assert isinstance(tagged, TaggedSet)
    assert (len(tagged.sentences), sum(map(len, tagged.sentences)), len(tagged.classes)) == (sentences, words, 17)


def test_tags_that_are_texts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="labels of at most 1,000 characters"):
        read(tmp_path, "".join(f"w{row} {'T' * 1_001}{row % 2}\n\n" for row in range(30)))


@pytest.mark.parametrize(
    ("tags", "bio", "scheme"),
    [
        ("I-PER I-PER O I-LOC B-LOC", "B-PER I-PER O B-LOC B-LOC", "IOB1"),
        ("B-PER E-PER O S-LOC S-LOC", "B-PER I-PER O B-LOC B-LOC", "IOBES"),
        ("B-PER L-PER O U-LOC U-LOC", "B-PER I-PER O B-LOC B-LOC", "BILOU"),
        ("B-PER I-PER O B-LOC B-LOC", "B-PER I-PER O B-LOC B-LOC", "BIO"),
    ],
)
def test_entities_are_trained_on_in_bio_whatever_scheme_a_file_has(
    tmp_path: Path, tags: str, bio: str, scheme: str
) -> None:
    rows = "".join(f"word{k} {tag}\n" for k, tag in enumerate(tags.split()))
    tagged = read(tmp_path, f"{rows}\n" * 12)
    assert tagged.tags[0] == tuple(bio.split())
    assert tagged.classes == ("B-LOC", "B-PER", "I-PER", "O")
    trained = "" if scheme == "BIO" else "; they are trained on in BIO"
    assert tagged.notes == (f"Tags mark entities in the scheme {scheme}, 36 of them{trained}",)


def test_tags_without_a_beginning_are_repaired_and_counted(tmp_path: Path) -> None:
    tagged = read(tmp_path, "a B-X\nb I-X\n\n" * 10 + "c O\nd I-X\ne I-Y\n\n")
    assert tagged.tags[-1] == ("O", "B-X", "B-Y")
    assert tagged.notes[0] == "Tags mark entities in the scheme BIO, 12 of them"
    assert tagged.notes[1].startswith("2 tags repaired as conlleval reads them")


def test_tags_of_words_are_left_as_they_are(tmp_path: Path) -> None:
    assert read(tmp_path, CONLLU).notes == ()
    assert read(tmp_path, "a I-X\nb NOUN\n\n" * 10).classes == ("I-X", "NOUN")


def test_a_file_of_one_tag_is_refused(tmp_path: Path) -> None:
    assert "2 to 500 different tags" in refusal(tmp_path, "a O\nb O\n\n" * 12)


def test_words_of_any_script_and_pictures_stay_words(tmp_path: Path) -> None:
    tagged = read(tmp_path, "שלום NOUN\n👩‍🚀 SYM\nمرحبا INTJ\n\n" * 10)
    assert tagged.sentences[0] == ("שלום", "👩‍🚀", "مرحبا")
