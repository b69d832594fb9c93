"""The training that breaks and heals, from its page: two ordinary runs that differ in clipping alone."""

from ui import services


def test_both_trainings_are_queued_and_differ_in_clipping_alone(open_page):
    app = open_page("gradients")
    app.button(key="gradients.clipping:train").click().run()
    assert not app.exception and not app.error
    value = app.query_params["gradients.clipping.runs"]
    ids = (value if isinstance(value, str) else value[0]).split(",")
    found = [services.store().experiment(run_id).values() for run_id in ids]
    differ = {name for name in found[0] if found[0][name] != found[1][name]}
    assert differ == {"training.max_grad_norm"} and found[0]["training.max_grad_norm"] is None
    assert [services.status(run_id).name for run_id in ids] == ["without clipping", "clipped to norm 1"]
