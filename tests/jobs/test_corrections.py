"""What a visitor puts down to correct a network with: checked, kept for them alone, bounded; and whose a corrected run is."""

import json
import os

import pytest

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs import drafts
from core.jobs.corrections import CORRECTIONS_FILE, Correction, check_corrections, refuse_corrected
from core.jobs.drafts import add_to_draft, delete_drafts, read_draft, write_draft
from tests.jobs.common import ANN, BOB

CLASSES = ("bad", "good")
RUN = "a" * 32
ZEBRA, LION = Correction("zebras", "good"), Correction("lions", "bad")


def test_a_text_is_kept_once_and_without_blanks_around_it():
    found = check_corrections([Correction(" zebras\n", "good"), LION, ZEBRA], CLASSES)
    assert found == [ZEBRA, LION]


def test_every_wrong_row_is_named_with_its_number():
    with pytest.raises(ConfigError) as error:
        check_corrections(
            [ZEBRA, Correction("", "good"), Correction("zebras", "bad"), Correction("x", "fine")], CLASSES
        )
    assert [problem.field for problem in error.value.problems] == [f"corrections, row {row}" for row in (2, 3, 4)]


def test_a_list_is_found_again_by_its_visitor_alone(tmp_path):
    assert read_draft(tmp_path, ANN, RUN) == []
    add_to_draft(tmp_path, ANN, RUN, [ZEBRA], CLASSES)
    assert add_to_draft(tmp_path, ANN, RUN, [LION], CLASSES) == read_draft(tmp_path, ANN, RUN) == [ZEBRA, LION]
    assert read_draft(tmp_path, BOB, RUN) == read_draft(tmp_path, ANN, "b" * 32) == []


def test_what_cannot_be_put_down_leaves_the_list_as_it_was(tmp_path):
    add_to_draft(tmp_path, ANN, RUN, [ZEBRA], CLASSES)
    with pytest.raises(ConfigError, match="one label for one text"):
        add_to_draft(tmp_path, ANN, RUN, [Correction("zebras", "bad")], CLASSES)
    assert read_draft(tmp_path, ANN, RUN) == [ZEBRA]


def test_an_empty_list_is_no_file_and_a_damaged_one_is_empty(tmp_path):
    write_draft(tmp_path, ANN, RUN, [ZEBRA])
    (file,) = tmp_path.rglob("*.json")
    for content in ("{", '{"rows": 3}', '{"rows": [{"text": 1}]}', "[]"):
        file.write_text(content)
        assert read_draft(tmp_path, ANN, RUN) == []
    write_draft(tmp_path, ANN, RUN, [])
    assert not list(tmp_path.rglob("*.json"))


def test_the_oldest_lists_of_a_visitor_and_of_all_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_OF_VISITOR", 2)
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 3)
    for age, (owner, run) in enumerate([(ANN, "a"), (ANN, "b"), (ANN, "c"), (BOB, "a"), (BOB, "b")]):
        write_draft(tmp_path, owner, run, [ZEBRA])
        os.utime(tmp_path / "corrections" / owner / f"{run}.json", (age, age))
    kept = [(owner, run) for owner in (ANN, BOB) for run in "abc" if read_draft(tmp_path, owner, run)]
    assert kept == [(ANN, "c"), (BOB, "a"), (BOB, "b")]


def test_deleting_everything_forgets_a_visitor_s_lists_alone(tmp_path):
    for owner in (ANN, BOB):
        write_draft(tmp_path, owner, RUN, [ZEBRA])
    delete_drafts(tmp_path, ANN)
    assert read_draft(tmp_path, ANN, RUN) == [] and read_draft(tmp_path, BOB, RUN) == [ZEBRA]


@pytest.mark.parametrize("run", ["../x", "", "A", "a/b"])
def test_no_name_leads_out_of_the_folder(tmp_path, run):
    with pytest.raises(ConfigError):
        write_draft(tmp_path, ANN, run, [ZEBRA])


def test_a_run_on_public_data_with_corrections_shows_rows_to_its_owner_alone(store):
    experiment = Experiment.parse({"task": "sentiment", "data": {"source": "builtin", "id": "reviews"}})

    def lay(folder):
        (folder / CORRECTIONS_FILE).write_text(json.dumps({"rows": []}))

    plain = store.create(experiment, versions={}, owner=ANN)
    corrected = store.create(experiment, versions={}, owner=ANN, lay=lay)
    assert store.sees_rows(plain, BOB)
    assert store.sees_rows(corrected, ANN) and not store.sees_rows(corrected, BOB)
    refuse_corrected(store.path(plain))
    with pytest.raises(ConfigError, match="learned from corrections"):
        refuse_corrected(store.path(corrected))
