"""The records of a run arrive in pieces, and the chart is made from them."""

import json

import pytest

from core.jobs.status import RunStatus
from ui.curves import Curve, latest, points
from ui.live_chart import (
    best_value,
    curve_alt,
    curve_chart,
    curve_frame,
    first_metric,
    last_step,
    series_names,
    shown_baseline,
)


def line(**record):
    return json.dumps(record) + "\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text(
        line(event="metrics", split="train", step=1, loss=3.0)
        + line(event="baseline", name="ngram_4", split="validation", loss=1.4, bits_per_char=2.0)
        + line(event="metrics", split="train", step=20, loss=2.0)
        + line(event="metrics", split="validation", step=20, loss=2.5, bits_per_char=3.6)
    )
    return path


def test_only_what_was_added_is_read_and_half_a_line_waits(file):
    curve = Curve(file)
    curve.update()
    assert [record["step"] for record in curve.train] == [1, 20]
    with file.open("a") as stream:
        stream.write('{"event": "metrics", "split": "train", "st')
    curve.update()
    assert len(curve.train) == 2
    with file.open("a") as stream:
        stream.write('ep": 40, "loss": 1.5}\n')
    curve.update()
    assert [record["step"] for record in curve.train] == [1, 20, 40]


def test_a_run_without_records_is_empty(tmp_path):
    curve = Curve(tmp_path / "metrics.jsonl")
    curve.update()
    assert curve.train == []
    assert curve_frame(curve, "loss").empty


def test_a_file_begun_anew_is_read_anew(file):
    curve = Curve(file)
    curve.update()
    file.write_text(line(event="metrics", split="train", step=3, loss=9.0))
    curve.update()
    assert [record["step"] for record in curve.train] == [3]
    assert curve.baselines == {}


def test_thinning_keeps_the_first_and_the_last_point():
    records = [{"step": step, "loss": float(step)} for step in range(1_001)]
    thin = points(records, "loss", most=7)
    assert len(thin) == 7
    assert (thin[0], thin[-1]) == ((0, 0.0), (1_000, 1_000.0))


def test_points_without_a_value_are_left_out():
    assert points([{"step": 1, "loss": None}, {"step": 2, "loss": 4.0}], "loss") == [(2, 4.0)]
    assert latest([{"a": 1}, {"a": None}], "a") == 1


def test_the_chart_has_training_validation_the_baseline_and_the_run_before(file):
    curve = Curve(file)
    curve.update()
    frame = curve_frame(curve, "loss", curve, "ngram_4")
    assert set(frame["series"]) == {"training", "validation", "baseline", "earlier"}
    assert set(curve_frame(curve, "bits_per_char", baseline="ngram_4")["series"]) == {"validation", "baseline"}
    assert set(curve_frame(curve, "bits_per_char", baseline="ngram_1")["series"]) == {"validation"}


def test_the_baseline_of_a_page_is_the_best_by_the_headline_and_then_the_verdicts(file):
    curve = Curve(file)
    curve.update()
    curve.baselines["ngram_3"] = {"loss": 1.2, "bits_per_char": 2.1}
    assert shown_baseline(curve, "bits_per_char", None) == "ngram_4", "also where the loss is drawn"
    assert shown_baseline(curve, "bits_per_char", "ngram_3") == "ngram_3"
    curve.baselines.clear()
    assert shown_baseline(curve, "bits_per_char", None) is None


def test_the_best_evaluation_is_marked_with_its_figure_and_step(file):
    curve = Curve(file)
    curve.update()
    curve.validation += [
        {"step": 25, "loss": 2.0, "bits_per_char": 3.0},
        {"step": 30, "loss": 2.2, "bits_per_char": 3.2},
    ]
    assert best_value(curve, "bits_per_char", 25) == 3.0
    assert best_value(curve, "bits_per_char", 26) is None and best_value(curve, "bits_per_char", None) is None
    frame = curve_frame(curve, "bits_per_char", best=25)
    assert frame[frame["series"] == "best"][["step", "value"]].to_numpy().tolist() == [[25, 3.0]]
    chart = curve_chart(frame, "bits_per_char", task="generation").to_dict()
    (rows,) = chart["datasets"].values()  # one, so that the chart stays when a better one comes
    marked = next(row["kept"] for row in rows if row["series"] == "best")
    assert marked == "best validation, 3.00 bits at training step 25"
    alt = curve_alt(curve, "bits_per_char", "generation", best=25)
    assert (
        "best, marked with a diamond, 3.00 bits at training step 25" in alt
        and "last 3.20 bits at training step 30" in alt
    )


def test_a_better_evaluation_changes_the_data_of_the_chart_and_nothing_else(file):
    curve = Curve(file)
    curve.update()
    curve.validation.insert(0, {"step": 10, "loss": 2.8, "bits_per_char": 4.0})
    before = curve_chart(curve_frame(curve, "loss", best=10), "loss", task="generation", total_steps=40).to_dict()
    after = curve_chart(curve_frame(curve, "loss", best=20), "loss", task="generation", total_steps=40).to_dict()
    for spec in (before, after):
        del spec["datasets"], spec["data"]
    assert before == after


def test_a_curve_without_an_evaluation_has_no_layer_of_nothing(file):
    curve = Curve(file)
    curve.update()
    chart = curve_chart(curve_frame(curve, "loss"), "loss", task="generation", total_steps=40).to_dict()
    assert len(chart["layer"]) == 1, "the browser would warn of its infinite extent"


def test_the_axis_names_the_unit_and_the_legend_the_baseline(file):
    curve = Curve(file)
    curve.update()
    frame = curve_frame(curve, "loss", baseline="ngram_4")
    spec = curve_chart(frame, "loss", task="generation", total_steps=40, baseline="ngram_4").to_dict()
    encoding = spec["layer"][0]["encoding"]
    assert encoding["y"]["title"] == "Loss, nats per token"
    assert "validation, 4-gram (baseline)" in encoding["color"]["scale"]["domain"]
    assert encoding["x"]["scale"]["domain"] == [0, 40]


def test_a_log_scale_leaves_out_what_it_cannot_show(file):
    curve = Curve(file)
    curve.train.append({"step": 30, "loss": 0.0})
    frame = curve_frame(curve, "loss")
    spec = curve_chart(frame, "loss", task="generation", log_scale=True).to_dict()
    assert all(row["value"] > 0 for row in next(iter(spec["datasets"].values())))
    assert spec["layer"][0]["encoding"]["y"]["scale"]["type"] == "log"


def test_the_alt_text_says_where_it_stands(file):
    curve = Curve(file)
    assert "no evaluation yet" in curve_alt(curve, "loss")
    curve.update()
    assert "2.500 nats at training step 20" in curve_alt(curve, "loss", "generation")
    assert "the baseline 4-gram 1.400 nats" in curve_alt(curve, "loss", "generation", "ngram_4")


def test_the_chart_begins_with_the_metric_that_has_a_baseline(file):
    curve = Curve(file)
    curve.update()
    assert first_metric(curve, ["loss", "bits_per_char"]) == "loss"
    del curve.baselines["ngram_4"]["loss"]
    assert first_metric(curve, ["loss", "bits_per_char"]) == "bits_per_char"


def test_the_axis_ends_where_training_does_and_holds_the_run_before(file):
    curve = Curve(file)
    frame = curve_frame(curve, "loss")
    running = RunStatus("0" * 32, "running", step=12, total_steps=50)
    assert last_step(running, frame, 50) == 50
    assert last_step(RunStatus("0" * 32, "running"), frame, None) is None
    for state in ("succeeded", "stopped"):  # its time was up, or somebody pressed Stop
        assert last_step(RunStatus("0" * 32, state, step=20, total_steps=50), frame, 50) == 20
    longer = Curve(file)
    longer.validation = [{"step": 5, "loss": 3.0}, {"step": 90, "loss": 2.0}]
    assert last_step(running, curve_frame(curve, "loss", earlier=longer), 50) == 90


@pytest.mark.parametrize("narrow", [False, True])
def test_nothing_beside_the_curve_takes_room_that_it_did_not_take_at_the_beginning(file, narrow):
    curve = Curve(file)
    empty = curve_chart(curve_frame(curve, "loss"), "loss", task="generation", narrow=narrow).to_dict()
    curve.update()
    frame = curve_frame(curve, "loss", baseline="ngram_4", best=20)
    full = curve_chart(frame, "loss", task="generation", narrow=narrow, baseline="ngram_4").to_dict()
    assert full["padding"] == empty["padding"] and full["height"] == empty["height"]
    lines, mark = full["layer"][0]["encoding"], full["layer"][1]["encoding"]
    places = [lines["color"]["legend"], mark["shape"]["legend"]]
    assert all(legend["orient"] == "none" for legend in places), "a legend in the flow moves the curve"
    assert all(-full["padding"]["top"] <= legend["legendY"] < 0 for legend in places)
    assert lines["y"]["axis"]["minExtent"] == empty["layer"][0]["encoding"]["y"]["axis"]["minExtent"] > 0


def test_a_phone_names_the_baseline_shortly_because_the_whole_would_be_cut_off(file):
    assert series_names("seasonal_naive")["baseline"] == "validation, seasonal naive (baseline)"
    assert series_names("seasonal_naive", narrow=True)["baseline"] == "seasonal naive (baseline)"


@pytest.mark.parametrize("total_steps", [1, 3, 400])
def test_steps_are_whole_numbers_on_the_axis(tmp_path, total_steps):
    chart = curve_chart(
        curve_frame(Curve(tmp_path / "none"), "loss"), "loss", task="generation", total_steps=total_steps
    )
    axis = chart.to_dict()["layer"][0]["encoding"]["x"]["axis"]
    assert (axis["tickMinStep"], axis["format"]) == (1, ",d")
