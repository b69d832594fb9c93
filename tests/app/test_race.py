"""The race of cells: one control starts it, the address finds it again, and the queue is asked for all or nothing."""

from core.config.limits import Limits
from ui import services

NAMES = {"generation.data": "country_names"}


def value_of(app, name):
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def opened(open_page, link=NAMES):
    app = open_page("generation", link)
    app.session_state["generation:race_menu"] = True
    return app.run()


def test_one_control_starts_rnn_lstm_and_gru_with_the_page_s_set_up(open_page):
    app = opened(open_page, {**NAMES, "generation.training.max_steps": "37"})
    app.button(key="generation:race_start").click().run()
    assert not app.exception
    ids = value_of(app, "race").split(",")
    experiments = [services.store().experiment(run_id) for run_id in ids]
    assert [one.model.cell for one in experiments] == ["rnn", "lstm", "gru"]
    assert {one.training.max_steps for one in experiments} == {37}
    assert [services.status(run_id).name for run_id in ids] == ["RNN, seed 0", "LSTM, seed 0", "GRU, seed 0"]
    assert "**A race of RNN, LSTM and GRU** at equal parameters" in [text.value for text in app.markdown]


def test_the_address_finds_the_race_again_until_it_is_closed(open_page):
    app = opened(open_page)
    app.button(key="generation:race_start").click().run()
    again = open_page("generation", {**NAMES, "race": value_of(app, "race")})
    assert "A race of RNN, LSTM and GRU" in "".join(text.value for text in again.markdown)
    again.button(key="generation:race_close").click().run()
    assert "race" not in again.query_params
    assert "Nothing trained yet" in "".join(text.value for text in again.markdown)
    assert not open_page("generation", {**NAMES, "race": f"../x,{'0' * 32}"}).exception


def test_a_race_that_the_queue_cannot_take_starts_nothing_and_says_what_to_do(open_page, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_QUEUED_PER_VISITOR", "1")
    assert Limits().max_queued_per_visitor == 1
    app = opened(open_page)
    app.button(key="generation:race_start").click().run()
    (message,) = [element.value for element in app.error]
    assert message.startswith("The race did not start, and nothing was queued.")
    assert "a race of 3 runs" in message and "Choose fewer cells or seeds" in message
    assert services.store().list() == []
    assert "race" not in app.query_params
