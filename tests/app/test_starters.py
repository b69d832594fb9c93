"""A page opens with the network that ships for it, which nobody may change, and without loading the network."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.applications import describe
from core.config.experiment import Experiment
from core.data import catalog
from core.jobs import starters as places
from core.jobs.folders import create_run
from core.resolve import resolve_data, with_built_in_data
from ui import services

ROOT = Path(__file__).resolve().parents[2]
STEPS = [f"{1700 + step}-01-01" for step in range(60)]
NEXT = [["t", 0.5], ["[x](https://foreign.example)", 0.25]]
WRITTEN = "Utopia\n# <b>no heading</b> :material/home: https://foreign.example"
JUDGED = {"text": "The beautiful view outweighs the weak bed.", "words": ["the", "*beautiful*", "view"],
          "classes": ["negative", "neutral", "positive"], "unknown": [],
          "probabilities": [[0.2, 0.7, 0.1], [0.1, 0.2, 0.7], [0.05, 0.05, 0.9]]}  # fmt: skip
TRANSLATED = {"src": "ninety-nine", "trg": "quatre-vingt-dix-neuf", "score": -0.01, "src_tokens": ["ninety", "<eos>"],
              "trg_tokens": ["quatre", "<eos>"], "weights": [[0.9, 0.1], [0.2, 0.8]], "unknown": []}  # fmt: skip
RECALLED = {"text": "c 4 1 7 7 2 5 8 3 6 1 ?", "steps": ["c", "4", "?"], "answers": [None, None, "a"], "right": [None, None, "c"],
            "probabilities": [None, None, 0.9]}  # fmt: skip
NAMED = {"text": "We were talking about Jordan , who plays the violin .", "words": ["about", "Jordan", "."],
         "tags": ["O", "B-person", "O"], "probabilities": [0.9, 0.9, 1.0], "unknown": [], "num_cut": 0, "named": [0.1, 0.9, 0.0],
         "entities": [{"kind": "person", "text": "Jordan", "start": 1, "end": 2, "probability": 0.9}]}  # fmt: skip
FORECAST = {"time": STEPS[40:52], "network": [5.0] * 12, "truth": [6.0] * 12, "lower": [4.0] * 12, "upper": [6.5] * 12,
            "baselines": {"mean": [3.0] * 12}}  # fmt: skip
DETAILS = {
    "forecasting": {
        "time": STEPS, "targets": ["sunspots"], "num_targets": 1, "units": {"sunspots": "number"}, "season": 11,
        "values": {"sunspots": [float(step % 11) for step in range(60)]}, "train_end": 30, "validation_end": 40,
        "horizon": 12, "interval": 0.8, "origins": [40], "test": {"sunspots": FORECAST},
        "future": {"time": STEPS[:12], "sunspots": FORECAST},
    },
    "generation": {"prompt": "", "sample": WRITTEN, "answers": [
        {"prompt": prompt, "next": NEXT, "unknown": []} for prompt in ("", "The assignment statement ")]},
    "sentiment": {"split": "test", "classes": JUDGED["classes"], "confusion": [[3, 0, 1], [0, 4, 0], [0, 0, 4]],
                  "per_class": {}, "examples": [], "answers": [JUDGED]},
    "translation": {"split": "test", "examples": [], "answers": [TRANSLATED]},
    "tagging": {"split": "test", "classes": ["B-person", "O"], "confusion": [[3, 0], [0, 5]], "per_class": {},
                "per_type": {"person": {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 3}}, "examples": [],
                "answers": [NAMED]},
    "memory": {"split": "test", "classes": ["a", "c"], "by_step": {"steps": [3], "accuracy": [1.0]}, "examples": [RECALLED],
               "answers": [RECALLED]},
}  # fmt: skip
FIGURES = {
    "forecasting": ("mase", 1.3, {"mean": 1.4}), "generation": ("bits_per_char", 1.9, {"ngram_6": 1.7}),
    "sentiment": ("accuracy", 0.98, {"tfidf_logistic": 0.75}), "translation": ("exact_match", 0.99, {"copy_source": 0}),
    "memory": ("accuracy", 1.0, {"usual_answer": 0.12}), "tagging": ("entity_f1", 0.97, {"feature_regression": 0.94}),
}  # fmt: skip
NAMES = {"generation.data": "country_names"}  # small, so that nothing is prepared for long
STARTER = "**A starter:** trained for 12 min on"


def make_starter(task: str, data_id: str, root: Path) -> str:
    """The folder of a starter as it ships, but for the weights, which nobody reads here; returns its id."""
    run_id = f"{with_built_in_data().index(task):032x}"
    experiment = Experiment(task=task, data=resolve_data(task, {"data.id": data_id}))
    root.mkdir(parents=True, exist_ok=True)
    create_run(root / run_id, experiment, versions={}, state="launched")
    metric, value, baselines = FIGURES[task]
    result = {"task": task, "seconds": 720.0, "steps": 900, "parameters": 4_840, "test": {metric: value},
              "baselines": {name: {metric: figure} for name, figure in baselines.items()}}  # fmt: skip
    status = {"state": "succeeded", "step": 900, "total_steps": 900, "best": None, "device": "cpu", "error": None,
              "seconds": 720.0, "heartbeat": 1.0, "attempt": 1}  # fmt: skip
    for name, content in (("result", result), ("details", DETAILS[task]), ("status", status)):
        (root / run_id / f"{name}.json").write_text(json.dumps(content))
    (root / run_id / "metrics.jsonl").write_text('{"event": "metrics", "split": "train", "step": 900, "loss": 0.5}\n')
    (root / run_id / "best.safetensors").write_bytes(b"weights")
    return run_id


@pytest.fixture
def starter():
    """The starter of generation, on a small set."""
    return make_starter("generation", "country_names", places.STARTERS_DIR)


def said(app):
    return "\n".join(one.value for one in (*app.markdown, *app.caption))


def codes(app):
    return [one.value for one in app.code]


def keys(app):
    return {button.key for button in app.button}


def test_a_page_opens_with_its_starter_and_with_train_beside_it(open_page, starter):
    app = open_page("generation", NAMES)
    assert not app.exception
    assert f"{STARTER} Country names, English, before you came." in said(app).replace("\\", "")
    assert "4,840 parameters · 900 steps" in said(app).replace("\\", "")
    assert app.button(key="generation:train_on_page").disabled is False
    assert [tab.label for tab in app.tabs] == ["Use it", "Look inside", "Take it away"]
    assert "run" not in app.query_params
    assert "This result belongs" not in "".join(one.value for one in app.info)


@pytest.mark.parametrize("task", list(DETAILS))
def test_before_a_run_nothing_of_plotly_is_on_the_page_until_it_is_asked_for(open_page, task):
    data = catalog.find(describe(task).kind, None).id if task != "generation" else "country_names"
    make_starter(task, data, places.STARTERS_DIR)
    app = open_page(task, NAMES if task == "generation" else {})
    assert STARTER in said(app)
    assert not app.get("plotly_chart")
    app.session_state[f"{task}_compared"] = True  # the expander of all baselines
    app.run()
    assert app.get("plotly_chart")


@pytest.mark.parametrize("task", ["forecasting", "sentiment", "tagging", "translation"])
def test_data_is_drawn_without_plotly(open_page, task):
    app = open_page(task)
    assert "The data" in [heading.value for heading in app.subheader]
    assert app.get("arrow_vega_lite_chart") or app.get("vega_lite_chart")
    assert not app.get("plotly_chart")


def test_what_a_starter_wrote_grows_as_plain_text_and_is_whole_at_the_next_look_after_its_time(open_page, starter):
    app = open_page("generation", NAMES)
    (begun,) = [text for text in codes(app) if "\u00a0" in text]
    assert len(begun) == len(WRITTEN)
    assert all(shown in (sign, "\u00a0") for sign, shown in zip(WRITTEN, begun, strict=True))
    app.session_state[f"generation:{starter}:began"] -= 60.0
    app.run()
    assert WRITTEN in codes(app)
    assert "no heading" not in said(app)


def test_nobody_is_offered_to_change_a_starter(open_page, starter):
    for link in (NAMES, {"run": starter}):
        app = open_page("generation", link)
        if "run" in link:
            app.session_state["generation:more"] = True
            app.run()
        offered = keys(app)
        assert "generation:fork" in offered
        assert "generation:fork_to_continue" in offered
        assert not offered & {"generation:main", "generation:delete", "generation:continue_now"}
        assert not [box for box in app.text_input if box.label == "Name"]
        assert not [toggle for toggle in app.toggle if toggle.label == "Pinned"]


def test_the_link_of_a_starter_opens_it_as_a_run_and_says_what_it_is(open_page, starter):
    app = open_page("generation", {"run": starter})
    assert not app.exception
    assert "A starter, which comes with Unroll" in said(app)
    assert "somebody else" not in said(app)
    app.number_input(key="generation.model.hidden_size").set_value(19).run()
    assert not [note for note in app.info if "belongs to an earlier set-up" in note.value]


def test_on_other_data_the_starter_is_folded_away_until_it_is_asked_for(open_page, starter):
    app = open_page("generation", {"generation.data": "language_names"})
    assert "A starter is here too, trained for 12 min on Country names" in said(app).replace("\\", "")
    assert not app.tabs
    assert "The data" in [heading.value for heading in app.subheader]
    app.button(key="generation:starter").click().run()
    assert f"{STARTER} Country names" in said(app).replace("\\", "")
    assert app.tabs
    app.button(key="generation:starter").click().run()
    assert not app.tabs


def test_another_set_up_on_its_data_leaves_the_starter_there(open_page, starter):
    app = open_page("generation", {**NAMES, "generation.model.hidden_size": "19"})
    assert STARTER in said(app)


def test_a_run_takes_the_place_of_the_starter_and_leaving_it_brings_it_back(open_page, starter):
    app = open_page("generation", NAMES)
    app.button(key="generation:train_on_page").click().run()
    assert not app.exception
    assert STARTER not in said(app)
    assert not app.tabs, "the run has left nothing yet"
    app.button(key="generation:main").click().run()
    app.session_state["generation:more"] = True
    app.run()
    app.button(key="generation:delete").click().run()
    app.button(key="generation:delete_now").click().run()
    assert STARTER in said(app)


def test_a_fork_turns_the_set_up_to_the_starters_and_its_run_comes_from_it(open_page, starter):
    app = open_page("generation", {**NAMES, "generation.model.hidden_size": "19"})
    app.button(key="generation:fork").click().run()
    assert app.number_input(key="generation.model.hidden_size").value == Experiment(task="generation").model.hidden_size
    assert "Set-up copied from this run" in app.info[0].value
    app.button(key="generation:train").click().run()
    run = app.query_params["run"]
    found = services.status(run if isinstance(run, str) else run[0])
    assert found.run_id != starter
    assert found.parent == starter


def test_a_starter_that_cannot_be_read_is_none(open_page, starter):
    (places.STARTERS_DIR / starter / "details.json").write_text("{")
    app = open_page("generation", NAMES)
    assert not app.exception
    assert "Nothing trained yet" in said(app)


def test_home_shows_all_at_work_with_their_figures_also_where_one_loses(open_page):
    for task in with_built_in_data():
        make_starter(task, catalog.find(describe(task).kind, None).id, places.STARTERS_DIR)
    app = open_page("home")
    assert not app.exception
    found = said(app).replace("\\", "")
    assert "MASE **1.30**; mean 1.40" in found
    assert "Bits per character **1.90 bits**; 6-gram 1.70 bits" in found
    assert ":green-background[:green[***beautiful***]]" in found
    assert ":red-background[? → a ✗ c]" in found
    assert "Entity F1 **97.0%**; feature regression 94.0%" in found
    assert "about :blue-background[Jordan :small[person 90%]] ." in found
    assert found.count("A starter, trained for 12 min on") == len(with_built_in_data()) == 6
    app.button(key="home:start").click().run()
    assert len(services.store().list()) == 1


def test_home_says_in_words_what_no_starter_shows(open_page):
    app = open_page("home")
    assert "see which word decides" in said(app)


def test_home_and_the_pages_show_their_starters_without_torch(tmp_path):
    for task in with_built_in_data():
        make_starter(task, catalog.find(describe(task).kind, None).id, tmp_path / "own starters")
    code = f"""
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from core.jobs import starters
from ui import background, services
starters.STARTERS_DIR = Path({str(tmp_path / "own starters")!r})
background.warm.start = lambda settings: None
app = AppTest.from_file("streamlit_app.py", default_timeout=120).run()
for page in ["home", *{list(with_built_in_data())}]:
    app.switch_page(f"pages/{{page}}.py").run()
    assert not app.exception, (page, app.exception)
    assert page == "home" or len(app.tabs) == 3, page
    assert not set(sys.modules) & {{"torch", "safetensors", "sklearn", "statsmodels"}}, page
services.close()
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stderr
