"""`data.encoding` takes any encoding of text that Python knows, and nothing else that Python calls a codec."""

import codecs

import pytest

from core.config.encodings import ENCODINGS, codec_of, name_of
from core.config.errors import ConfigError
from core.config.experiment import Experiment


@pytest.mark.parametrize(
    "name",
    [*ENCODINGS, "cp1251", "CP1251", "macroman", "utf8", "utf-8-sig", "utf-16-le", "gbk", "hz", "tis-620", "iso8859-5"],
)
def test_an_encoding_is_taken_under_any_of_its_names(name):
    assert codecs.decode(b"plain words", codec_of(name)) if not name.startswith("utf-16") else True
    experiment = Experiment.parse({"task": "sentiment", "data": {"encoding": name}})
    assert experiment.data.encoding == name
    assert Experiment.from_yaml(experiment.to_yaml()) == experiment


@pytest.mark.parametrize(
    "name",
    ["base64", "rot13", "zlib", "hex", "bz2", "uu", "quopri", "idna", "punycode", "unicode_escape", "raw_unicode_escape",
     "undefined", "charmap", "latin-99", "", " ", "../utf-8", "utf\x008", "x" * 99, "кодировка", "os", "aliases"],
)  # fmt: skip
def test_what_is_no_encoding_of_text_is_refused_by_its_field(name):
    with pytest.raises(ConfigError) as caught:
        Experiment.parse({"task": "generation", "data": {"encoding": name}})
    problem = caught.value.problems[0]
    assert problem.field == "data.encoding"
    assert "a text encoding that Python knows, such as windows-1251" in problem.expected


def test_the_usual_names_are_those_that_are_shown():
    assert [name_of(codec_of(name)) for name in ENCODINGS] == list(ENCODINGS)
    assert name_of(codec_of("cp1251")) == "windows-1251"
    assert name_of(codec_of("gb2312")) == "gb18030"
    assert name_of("utf-16-be") == "utf-16"
    assert name_of(codec_of("koi8_t")) == "koi8-t"
