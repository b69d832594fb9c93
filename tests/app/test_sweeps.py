"""The page's search of the settings: one menu starts it, its owner finds it again, and its end says what the best is worth."""

import json
import time

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.jobs.identity import owner_of
from core.jobs.status import RunStatus
from core.resolve import resolve
from core.sweeps.driver import STOPPED
from core.sweeps.folder import Plan, create, is_stop_requested, read_plan, read_progress, read_start, write_progress
from core.sweeps.space import Space, space_of, trial_of
from core.sweeps.study import Study, Trial
from ui import runs, services, sweeps, visitor
from ui.sweep_panel import trials_frame

ANN, BOB = owner_of("ann"), owner_of("bob")
STEPS = {"forecasting.training.max_steps": "90"}


def lines(elements):
    return "\n".join(element.value for element in elements).replace("\\", "")


def sweep_of(app):
    value = app.query_params["sweep"]
    return value if isinstance(value, str) else value[0]


@pytest.fixture
def nobody_drives(monkeypatch):
    """Sweeps are begun and stay as they are; all pages are Ann's."""
    monkeypatch.setattr(visitor, "owner", lambda: ANN)
    monkeypatch.setattr("core.sweeps.serving.SweepServer.tick", lambda self: False)


@pytest.fixture
def started(open_page, nobody_drives):
    def start(link=STEPS):
        app = open_page("forecasting", link)
        app.session_state["forecasting:sweep_menu"] = True
        app.run()
        app.text_input(key="forecasting:sweep_trials").set_value("4").run()
        app.button(key="forecasting:sweep_start").click().run()
        assert not app.exception
        return app

    return start


def end(sweep, scores=(0.9, 0.7, 0.8, 0.6), tests=None):
    """Let a sweep be over: four trials that did all their steps, the best trained again over two seeds."""
    folder = services.sweeps().find(sweep, None)
    start = read_start(folder)
    plan, store, size = read_plan(folder), services.store(), "model.hidden_size"
    study = Study(folder, start.training.max_steps, plan.trials)
    sizes = iter((20, 40, 60))
    space = Space(start, {size: (start.model.hidden_size, 20, 40, 60)})
    for number, score in enumerate(scores):
        trial = study.ask(space)
        study._open(trial.number).set_user_attr(
            "values", {size: start.model.hidden_size if not number else next(sizes)}
        )
        tried = space.with_drawn(study.trials()[number].values)
        name = f"Trial {number}"
        study.note_run(number, store.create(tried, versions={}, owner=plan.owner, sweep=sweep, name=name))
        study.end(trial.number, 90, score, "mase")
    checks = {}
    for who, figures in (tests or {}).items():
        checks[who] = []
        for figure in figures:
            run = store.create(start, versions={}, owner=plan.owner, sweep=sweep)
            (store.path(run) / "result.json").write_text(json.dumps({"attempt": 1, "test": {"mase": figure}}))
            checks[who].append(run)
    winner = min(range(len(scores)), key=scores.__getitem__)
    write_progress(folder, read_progress(folder), state="done", winner=winner, checks=checks)
    return [trial.run for trial in study.trials()]


def test_one_menu_starts_a_search_around_the_set_up_of_the_page(started):
    app = started()
    folder = services.sweeps().find(sweep_of(app), None)
    plan, start = read_plan(folder), read_start(folder)
    assert (plan.trials, plan.seeds, plan.max_seconds, plan.task) == (4, 3, None, "forecasting")
    assert {"model.hidden_size", "training.learning_rate"} <= set(plan.fields)
    assert (start.training.max_steps, start.training.max_seconds) == (90, None)
    assert plan.owner and plan.fingerprint
    assert "**A search of the settings** · 0 of 4 trials" in lines(app.markdown)


@pytest.fixture
def menu(open_page, nobody_drives):
    app = open_page("forecasting", STEPS)
    app.session_state["forecasting:sweep_menu"] = True
    return app.run()


@pytest.mark.parametrize(
    ("trials", "said"),
    [("2.5", "a whole number from 1 to 1,000. Found: 2.5"), ("abc", "a number. Found: 'abc'"), ("0", "Found: 0"),
     ("", "Found: nothing")],
)  # fmt: skip
def test_a_bad_number_is_named_below_its_box_and_start_does_not_act(menu, trials, said):
    menu.text_input(key="forecasting:sweep_trials").set_value(trials).run()
    assert not menu.exception
    assert said in lines(menu.markdown)
    start = menu.button(key="forecasting:sweep_start")
    assert start.disabled and ":violet[" not in start.label  # which nobody could read
    assert "on a quiet machine" not in lines(menu.caption)
    menu.text_input(key="forecasting:sweep_trials").set_value(" 6 ").run()
    assert not menu.button(key="forecasting:sweep_start").disabled


def test_both_numbers_are_named_at_once_and_a_click_before_the_page_knows_starts_nothing(menu):
    menu.text_input(key="forecasting:sweep_trials").set_value("abc")
    menu.text_input(key="forecasting:sweep_seconds").set_value("-3")
    menu.button(key="forecasting:sweep_start").click().run()
    assert "The search did not start." in lines(menu.error)
    assert "'abc'" in lines(menu.error) and "seconds above 0" in lines(menu.error)
    assert sweeps.mine("forecasting") == []


def test_a_number_that_was_typed_just_before_the_click_is_the_one_that_counts(menu):
    menu.text_input(key="forecasting:sweep_trials").set_value("3")
    menu.text_input(key="forecasting:sweep_seconds").set_value("120")
    menu.button(key="forecasting:sweep_start").click().run()
    plan = read_plan(services.sweeps().find(sweep_of(menu), None))
    assert (plan.trials, plan.max_seconds) == (3, 120)


def test_the_menu_tells_a_guess_from_what_ends_the_search_for_sure(menu):
    said = lines(menu.caption)
    assert "on a quiet machine, longer on a busy one" in said and "At most" not in said
    assert "No number of seconds ends it earlier." in said
    menu.text_input(key="forecasting:sweep_seconds").set_value("90").run()
    assert "It ends after 90 s, with the best so far." in lines(menu.caption)


def test_a_closed_tab_and_another_page_lose_nothing(started, open_page, monkeypatch):
    app = started()
    sweep = sweep_of(app)
    again = open_page("forecasting")  # a new visit, without a link
    assert sweep_of(again) == sweep
    del again.query_params["sweep"]  # as the menu leaves it out
    again.switch_page("pages/sentiment.py").run()
    assert "sweep" not in again.query_params
    again.switch_page("pages/forecasting.py").run()
    assert sweep_of(again) == sweep
    again.button(key="forecasting:sweep_close").click().run()
    assert "sweep" not in again.query_params and "**A search of the settings**" not in lines(again.markdown)
    again.session_state["forecasting:sweep_menu"] = True
    again.run()
    again.selectbox(key="forecasting:sweep_earlier").select(sweep).run()
    assert sweep_of(again) == sweep and "**A search of the settings**" in lines(again.markdown)


def test_a_link_to_somebody_elses_search_is_as_one_to_none(started, open_page, monkeypatch):
    sweep = sweep_of(started())
    monkeypatch.setattr(visitor, "owner", lambda: BOB)
    for name in (sweep, "0" * 32, "../x"):
        other = open_page("forecasting", {"sweep": name})
        assert not other.exception
        assert "**A search of the settings**" not in lines(other.markdown)
        assert "sweep" not in other.run().query_params
    assert sweeps.mine("forecasting") == []


def test_stop_asks_the_search_to_end(started):
    app = started()
    app.button(key="forecasting:sweep_stop").click().run()
    assert is_stop_requested(services.sweeps().find(sweep_of(app), None))
    assert "stopping" in lines(app.markdown)


def test_a_search_that_was_stopped_has_stopped_trials_and_the_failed_say_why():
    trials = [Trial(0, "failed", {}, reason=STOPPED), Trial(1, "failed", {}, reason="The loss is no longer a number.")]
    found = trials_frame(trials, "", "forecasting", [None, None])
    assert list(found["State"]) == ["Failed: The loss is no longer a number.", "Stopped"]


def test_a_trial_between_two_stretches_is_paused_at_its_rung_and_does_not_start_or_wait():
    at = {
        "Waiting": RunStatus("a", "queued"),
        "Starting": RunStatus("a", "starting"),
        "Training, step 7": RunStatus("a", "running", step=7, total_steps=90),
        "Paused at rung 1, step 10": RunStatus("a", "starting", step=10, total_steps=90, attempt=2),
        "Paused at rung 2, step 30": RunStatus("a", "queued", step=30, total_steps=90, attempt=3),
        "Paused at step 15": RunStatus("a", "stopped", step=15, total_steps=90),
        "All steps done": RunStatus("a", "stopped", step=90, total_steps=90),
    }
    trials = [Trial(number, "open", {}, "a") for number in range(len(at))]
    frame = trials_frame(trials, "", "forecasting", list(at.values()))
    assert list(frame["State"])[::-1] == list(at)
    assert "Training, s" in frame and "Seconds" not in frame


def test_a_search_that_was_stopped_says_in_a_sentence_what_was_done_and_what_to_do(started):
    app = started()
    folder = services.sweeps().find(sweep_of(app), None)
    write_progress(folder, read_progress(folder), state="stopped")
    app.run()
    said = lines(app.info)
    assert "It was stopped. Of 4 trials: 4 not begun." in said
    assert "What to do now: search again with fewer trials or more time." in said


def test_an_open_trial_is_called_what_it_is_and_one_button_takes_its_settings_over(started):
    app = started()
    end(sweep_of(app))
    app.run()
    app.button(key="forecasting:sweep_open").click().run()
    said = lines(app.info)
    assert "This is trial 3 of the search, and the set-up is another" in said and "earlier set-up" not in said
    app.button(key="forecasting:take_over").click().run()
    assert not app.exception
    assert app.session_state["forecasting.model.hidden_size"] == 60
    assert "Set-up copied from this run." in lines(app.info)
    assert "forecasting:take_over" not in [button.key for button in app.button]


def test_what_is_more_than_a_visitor_may_have_is_refused_in_words(started, open_page, monkeypatch):
    monkeypatch.setattr(services, "limits", lambda: Limits(max_sweeps_per_visitor=1, max_sweep_trials=30))
    app = started()
    app.button(key="forecasting:sweep_close").click().run()
    app.session_state["forecasting:sweep_menu"] = True
    app.run()
    app.button(key="forecasting:sweep_start").click().run()
    assert "The search did not start." in lines(app.error)
    assert len(sweeps.mine("forecasting")) == 1


def test_the_end_shows_trials_and_pictures_and_names_a_winner_outside_the_spread_only(started):
    app = started()
    sweep = sweep_of(app)
    trained = end(sweep, tests={"winner": [0.61, 0.62], "start": [0.60, 0.65]})
    app.run()
    assert not app.exception
    said = lines(app.markdown)
    assert "4 of 4 trials" in said and "Best validation MASE **0.60**, trial 3" in said
    assert "differ by no more than chance: there is no winner" in said
    (seeded,) = [one.value for one in app.table]
    assert [row.replace("\\", "") for row in seeded.iloc[:, 0]] == ["Best trial", "Start: the set-up as it was"]
    (trials,) = [one.value for one in app.dataframe]
    assert list(trials["Validation MASE"]) == ["0.60", "0.80", "0.70", "0.90"]
    assert list(trials["State"]) == ["Done"] * 4 and list(trials["Hidden size"])[:3] == ["60", "40", "20"]
    assert [tab.label for tab in app.tabs][:4] == ["Trials", "History", "What matters", "Side by side"]
    app.button(key="forecasting:sweep_open").click().run()
    assert app.query_params["run"] in (trained[3], [trained[3]])


def test_a_winner_that_is_better_by_more_than_chance_is_named(started):
    app = started()
    end(sweep_of(app), tests={"winner": [0.50, 0.51], "start": [0.90, 0.91]})
    app.run()
    assert "the best trial is better than the start by more than chance: it is the winner" in lines(app.markdown)


def test_where_the_set_up_itself_was_best_that_is_said(started):
    app = started()
    end(sweep_of(app), scores=(0.5, 0.7, 0.8, 0.6))
    app.run()
    assert "No trial was better on validation than the set-up that it began from." in lines(app.markdown)


def test_trouble_and_failure_are_shown_in_the_search(started, monkeypatch):
    app = started()
    monkeypatch.setattr("core.sweeps.serving.SweepServer.trouble", lambda self, sweep: "It is tried again. no *room*")
    app.run()
    assert "no *room*" in lines(app.warning)
    folder = services.sweeps().find(sweep_of(app), None)
    write_progress(folder, read_progress(folder), state="failed", error="The data is gone.")
    app.run()
    assert "The data is gone." in lines(app.error)


def test_deleting_everything_of_ones_own_removes_searches(started):
    app = started()
    runs.delete_everything()
    app.run()
    assert not app.exception and sweeps.mine("forecasting") == []


def test_the_server_has_the_data_of_a_search_read_and_finds_what_reading_it_here_finds(nobody_drives):
    found = resolve("forecasting", "quick", {"data.id": "nile"})
    start, names = (
        trial_of(found.experiment),
        ["data.window_size", "model.cell", "model.dropout", "training.learning_rate"],
    )
    folder = create(services.store().root, start, Plan(names, 1, time.time(), owner=ANN))
    data = sweeps.data_of(folder)
    space, summary = data.space(start, names)
    assert space == space_of(start, found.prepared, Limits(), names)
    assert type(space.choices["data.window_size"].low) is int
    assert summary == found.summary
    data.check(start)
    with pytest.raises(ConfigError):
        data.check(start.with_values({"data.window_size": 500}))
