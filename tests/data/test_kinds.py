"""Every kind of data is whole: read from its files, shown, prepared, kept, looked at and told in words."""

import json

import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data import cache, catalog
from core.data.kinds import KINDS, kind_of
from core.data.prepare import is_prepared, prepare
from core.data.report import look_at, overview, reading_of
from core.data.sources.files import preview, read_as_file, read_files, read_pasted
from core.data.sources.reading import CHOICES
from tests.data.test_prepare import plain

CONTENT = {
    "series": ("a.csv", "year,rain\n" + "".join(f"{1900 + k},{k * k % 17}\n" for k in range(41))),
    "text": ("a.txt", "".join(f"The {k}th cat sleeps on the mat.\n" for k in range(41))),
    "labelled": ("a.csv", "text,label\n" + "".join(f"a film {k},{'good' if k % 2 else 'bad'}\n" for k in range(41))),
    "pairs": ("a.tsv", "".join(f"the cat {k}\tle chat {k}\n" for k in range(41))),
    "tagged": ("a.conll", "".join(f"The DET\ncat{k} NOUN\nsleeps VERB\n. PUNCT\n\n" for k in range(41))),
}


@pytest.fixture(params=CONTENT)
def own(request, tmp_path):
    """A kind, with a file of it and a data section that names it."""
    name, content = CONTENT[request.param]
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return KINDS[request.param], path, DataConfig(source="file", path=(str(path),), unit="word")


def test_a_kind_is_read_and_told_in_words(own):
    kind, path, data = own
    dataset = read_files(kind.name, [path], data, Limits())
    assert isinstance(dataset, kind.content)
    number, noun = kind.count(dataset)
    assert (number > 40, noun.endswith("s")) == (True, True)
    assert read_as_file(kind.name, path.name, path.read_text(), Limits()).understood
    assert isinstance(read_pasted(kind.name, path.read_text(), Limits()).dataset, kind.content)
    look = look_at(dataset, (0.8, 0.1, 0.1))
    assert sum(bool(part) for part in (look.series, look.text, look.columns)) == 1


def test_a_kind_shows_what_it_finds_at_the_beginning_of_a_file(own):
    kind, path, data = own
    assert set(kind.column_fields) <= set(DataConfig.model_fields)
    shown = preview(kind.name, [path], data, Limits())
    assert shown.rows or shown.text
    assert set(shown.found) <= {*CHOICES, *kind.column_fields}


def test_a_kind_is_prepared_and_kept_as_it_is(own, tmp_path):
    kind, _, data = own
    settings = Settings(state_dir=tmp_path / "state")
    prepared = prepare(kind.name, data, settings)
    assert isinstance(prepared, kind.numbers)
    assert prepared.summary.kind == kind.name
    assert is_prepared(kind.name, data, settings)
    if kind.is_kept:
        (folder,) = (settings.state_dir / "prepared").iterdir()
        assert plain(cache.load(kind.numbers, folder)) == plain(prepared)
    found = overview(prepared, data)
    assert min(found.report.parts.values()) > 0
    assert sum(bool(part) for part in (found.look.series, found.look.text, found.look.columns)) == 1
    assert json.loads(json.dumps(reading_of(prepared)))["rows"]


def test_every_kind_is_in_the_catalogue_and_says_what_it_is_read_from():
    assert list(KINDS) == [*CONTENT, "sequences"], "give a new kind a file here, unless it is only made"
    for kind in KINDS.values():
        assert catalog.entries(kind.name)
        assert kind.formats
        with pytest.raises(ConfigError) as caught:
            read_files(kind.name, [], DataConfig(), Limits())
        assert caught.value.problems[0].expected == kind.formats


@pytest.mark.parametrize("name", ["clips", "sentiment", ""])
def test_what_is_no_kind_or_has_no_module_yet_is_an_error_everywhere(name, tmp_path):
    data = DataConfig(source="file", path=(str(tmp_path),))
    for ask in (
        lambda: kind_of(name),
        lambda: prepare(name, data, Settings()),
        lambda: is_prepared(name, data, Settings()),
        lambda: read_files(name, [tmp_path], data, Limits()),
        lambda: preview(name, [tmp_path], data, Limits()),
    ):
        with pytest.raises(
            ValueError, match="kind must be one of series, text, labelled, pairs, tagged, sequences, got"
        ):
            ask()


def test_of_a_kind_without_sets_the_catalogue_finds_none():
    with pytest.raises(ValueError, match="no data set is of the kind 'sentiment'"):
        catalog.find("sentiment", None)
