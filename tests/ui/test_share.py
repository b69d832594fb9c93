"""Links to copy open the set-up that they were made from, and carry nothing else."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from core.applications import APPLICATIONS
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.sections import DataConfig
from ui.forms import knobs, read_link
from ui.share import address, set_up_parameters

FINGERPRINT = "0123456789ab" + "c" * 52
CHANGES = {
    "model.cell": "gru", "model.hidden_size": 31, "model.num_layers": 2, "model.dropout": 0.25,
    "training.learning_rate": 0.00004, "training.max_grad_norm": None, "training.batch_size": 5,
}  # fmt: skip


def start_of(task, **data):
    return Experiment.parse({"task": task, "preset": "standard", "data": {"id": "some", **data}})


def opened(task, parameters):
    """What a page reads from a link with these parameters, through the address."""
    query = urlsplit(address(f"https://somewhere.org/unroll/{task}?visitor=secret", parameters)).query
    return read_link(task, dict(parse_qsl(query, keep_blank_values=True)))


@pytest.mark.parametrize("task", APPLICATIONS)
def test_a_link_opens_what_it_was_made_from(task):
    start = start_of(task)
    changed = start.with_values(CHANGES)
    link = opened(task, set_up_parameters(changed, start, start.data, FINGERPRINT))
    assert link.refused == ()
    assert link.values == CHANGES
    assert link.preset == "standard"
    assert link.data == {"data": "some"}
    assert link.fingerprint == "0123456789ab"


@pytest.mark.parametrize("task", APPLICATIONS)
def test_what_the_preset_says_stays_out_of_the_link(task):
    start = start_of(task)
    parameters = set_up_parameters(start, start, start.data, "")
    assert parameters == {f"{task}.preset": "Standard", f"{task}.data": "some"}


def test_every_number_of_the_form_survives_the_way_through_a_link():
    start = start_of("generation")
    for knob in knobs("generation"):
        if knob.kind in ("float", "share") and knob.maximum != knob.minimum:
            value = 1 / 3 if knob.maximum is None or knob.maximum > 1 / 3 else knob.maximum / 3
            raw = {**start.values(), "model.num_layers": 2, knob.name: value}
            link = opened("generation", {f"generation.{knob.name}": str(raw[knob.name])})
            assert link.values == {knob.name: value}


def test_languages_and_columns_travel_when_they_are_chosen():
    usual = start_of("translation", src_language="en", trg_language="de")
    chosen = start_of("translation", src_language="en", trg_language="fr")
    parameters = set_up_parameters(chosen, chosen, usual.data, "")
    assert "translation.src_language" not in parameters
    assert parameters["translation.trg_language"] == "fr"

    own = start_of("forecasting", source="upload", id="a1b2", target_columns=("price, net", "visits & more"))
    link = opened("forecasting", set_up_parameters(own, own, DataConfig(), ""))
    assert link.data == {"data": "upload:a1b2", "target_columns": "price, net|visits & more"}


def test_data_that_the_shell_named_is_in_no_link():
    start = start_of("generation", source="file", id=None, path=("/home/me/diary.txt",))
    with pytest.raises(ConfigError, match="a link can name") as raised:
        set_up_parameters(start, start, start.data, "")
    assert "diary" not in str(raised.value)


def test_a_link_is_absolute_and_leaves_the_visitors_key_behind():
    link = address("https://somewhere.org/unroll/generation?visitor=secret&run=1", {"run": "a" * 32})
    assert link == f"https://somewhere.org/unroll/generation?run={'a' * 32}"


def test_people_can_read_a_link():
    start = start_of("generation")
    parameters = set_up_parameters(start.with_values({"model.cell": "lstm_peephole"}), start, start.data, "")
    link = address("http://localhost:8501/generation", parameters)
    assert link.startswith("http://localhost:8501/generation?generation.preset=Standard&generation.data=some&")


@pytest.mark.parametrize("text", ["0123456789a", "0123456789abc", "not-hex-here", "", "０１２３４５６７８９ab"])
def test_what_is_no_fingerprint_is_named(text):
    link = read_link("generation", {"generation.fingerprint": text})
    assert link.fingerprint is None
    assert link.refused[0].startswith("fingerprint: ")
