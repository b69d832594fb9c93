import pytest

from core.data import catalog
from ui.cards import EVERYTHING, matching
from ui.words import DATA_GROUPS, licence_line, progress_line


def test_the_cards_of_a_kind_are_its_sets_and_every_kind_of_the_catalogue_has_a_heading():
    assert list(DATA_GROUPS) == list(dict.fromkeys(entry.kind for entry in catalog.entries()))
    for kind in DATA_GROUPS:
        assert matching(kind, "  ") == list(catalog.entries(kind))
    assert matching(EVERYTHING, "") == list(catalog.entries())


@pytest.mark.parametrize(
    ("words", "found"),
    [("dna", {"uci_splice"}), ("Stanford FIVE", {"sst5"}), ("abc nottingham", {"nottingham_abc"}), ("[", set())],
)
def test_every_word_that_is_looked_for_stands_on_the_card_whatever_the_task(words, found):
    ids = {entry.id for entry in matching("pairs", words)}
    assert ids == found if words != "dna" else found <= ids


@pytest.mark.parametrize(
    ("licence", "line"),
    [
        ("CC BY 4.0", "Licence: CC BY 4.0."),
        ("Public domain.", "Licence: Public domain."),
        ("None stated", "Licence: None stated. Look at the source before you pass it on."),
    ],
)
def test_a_licence_is_one_plain_line_with_advice_where_there_is_none(licence, line):
    assert licence_line(licence) == line


@pytest.mark.parametrize(
    ("figures", "line"),
    [
        ((1_200_000, 2_590_000, 0, 1, None), "1.2 MB of 2.59 MB"),
        ((1_200_000, 2_590_000, 3, 22, 14.0), "1.2 MB of 2.59 MB · 3 of 22 files · about 15 s left"),
        ((2_590_000, 2_590_000, 21, 22, 0.0), "2.59 MB of 2.59 MB · 21 of 22 files · a few seconds left"),
        ((2_590_000, 2_590_000, 22, 22, 0.0), "2.59 MB · checking what has come"),
    ],
)
def test_a_download_says_how_far_it_is(figures, line):
    assert progress_line(*figures) == line
