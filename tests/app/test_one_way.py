"""A tagger of two directions beside the same network reading forwards alone: a button, then a sentence."""

import shutil

from core import compare
from core.config.limits import Settings
from core.jobs.record import read_record, update_record
from core.jobs.status import read_status
from core.jobs.store import read_experiment

TWO = {"training.max_steps": 2, "training.warmup_steps": 0, "model.bidirectional": True}


def children_of(run):
    records = [(one, read_record(one)) for one in Settings().runs_dir.iterdir() if one != run]
    return [one for one, record in records if record is not None and record.parent == run.name]


def test_one_click_trains_it_forwards_and_its_figure_stands_beside_this_one(trained, open_page):
    run = trained("tagging", TWO)
    app = open_page("tagging", {"run": run.name})
    app.button(key="tagging_use_one_way").click().run()
    assert not app.exception and not app.error
    (child,) = children_of(run)
    base = compare.as_trained(read_experiment(run), read_status(run).total_steps)
    assert read_experiment(child) == base.with_values({"model.bidirectional": False})
    assert any("is being trained" in caption.value for caption in app.caption)
    assert not [button for button in app.button if button.key == "tagging_use_one_way"]

    forwards = trained("tagging", {**TWO, "model.bidirectional": False})
    for file in ("status.json", "result.json", "details.json"):  # as if its training were over
        shutil.copyfile(forwards / file, child / file)
    update_record(child, state="launched")
    app.run()
    said = [line.value for line in app.markdown]
    assert any("Reading forwards alone, the same network reaches" in line for line in said)


def test_a_network_of_one_direction_is_offered_nothing(trained, open_page):
    run = trained("tagging", {**TWO, "model.bidirectional": False})
    app = open_page("tagging", {"run": run.name})
    assert not [button for button in app.button if button.key == "tagging_use_one_way"]
