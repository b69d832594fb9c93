"""What of an earlier run, or of other data, may stand beside the run of the page."""

SET = {"data.path": (), "data.source": "builtin", "data.id": "nile"}


def drawn(app):
    return "".join(str(one.proto) for one in app.main if "vega" in one.type)


def with_previous(open_page, run, previous):
    app = open_page("forecasting", {"run": run.name})
    app.session_state["forecasting:page"].previous = previous.name
    return app.run()


def test_only_a_run_on_the_same_data_and_target_is_drawn_as_the_one_before(open_page, trained):
    run, alike = trained("forecasting", SET), trained("forecasting", {**SET, "training.seed": 1})
    assert "run before" in drawn(with_previous(open_page, run, alike))
    other = trained("forecasting", {**SET, "data.id": "elnino"})
    assert "run before" not in drawn(with_previous(open_page, run, other))


def test_the_data_below_a_result_is_called_the_set_ups_where_it_is_not_the_runs(open_page, trained):
    app = open_page("forecasting", {"run": trained("forecasting", SET).name})
    page = app.session_state["forecasting:page"]

    def label():
        (found,) = [one.label for one in app.expander if one.label.startswith("The data")]
        return found

    assert label() == "The data"
    page.stands_in = (page.run, str(page.data))  # what stood in for data is the run's after all
    app.run()
    assert label() == "The data"
    app.selectbox(key="forecasting:data_choice").set_value("elnino").run()
    assert label() == "The data of the set-up, not the run's"
