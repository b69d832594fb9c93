"""Using what was trained: the page, the shell and Python give the same answer, and it can be taken away."""

import json
import re
import shlex
import sys
import zipfile

import pandas as pd
import pytest
from playwright.sync_api import expect

from core.cli import main

TASKS = ("forecasting", "generation", "sentiment", "translation")


def _open(visitor, task, run):
    visitor.open(task, {"run": run})
    panel = visitor.page.get_by_role("tabpanel", name="Use it")
    expect(panel).to_be_visible()
    return panel


def _type(panel, label, text):
    box = panel.get_by_role("textbox", name=label, exact=True)
    box.fill(text)
    box.press("Control+Enter")


@pytest.fixture
def predict(server, capsys, monkeypatch):
    """What the shell prints, carried out in this process: `predict(run, "--text", "...")`."""
    monkeypatch.setenv("UNROLL_STATE_DIR", server.environment["UNROLL_STATE_DIR"])

    def run_it(run, *more):
        with pytest.raises(SystemExit) as end:
            main(["predict", str(server.store.path(run)), *more, "--json"])
        assert end.value.code == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run_it


def test_generated_text_streams_and_is_the_shell_s(visitor, trained, predict):
    run = trained("generation")
    answer = predict(run, "--text", "The class", "--set", "length=150", "--set", "seed=0")[0]
    use = _open(visitor, "generation", run)
    _type(use, "Prompt", "The class")
    code = use.get_by_test_id("stCode").first
    expect(code).to_be_visible()
    length = use.get_by_role("slider", name="Length")
    for _ in range(5):  # a key while the page is drawn anew can be lost
        for key in ("Home", "ArrowRight", "ArrowRight"):  # 150 characters, which take five seconds to read
            length.press(key)
            visitor.settle()
        if length.input_value() == "150":
            break
    expect(length).to_have_value("150")
    use.get_by_text("More ways to draw").click()
    slowly = use.get_by_role("checkbox", name="At reading speed", exact=True)
    for _ in range(5):  # a click while the page is drawn anew can be lost
        visitor.settle()
        if slowly.is_checked():
            break
        use.get_by_text("At reading speed", exact=True).click()
    expect(slowly).to_be_checked()
    visitor.page.evaluate(
        """() => { window.lengths = new Set(); const look = () => {
            for (const e of document.querySelectorAll('[data-testid=stCode]')) window.lengths.add(e.textContent.length);
            requestAnimationFrame(look); }; look(); }"""
    )
    use.get_by_role("button", name="Generate").click()
    expect(use.get_by_text("Written by the network at the end of training")).to_have_count(0)
    expect(code.locator("code")).to_have_text(answer["prompt"] + answer["text"], timeout=60_000)
    assert visitor.page.evaluate("window.lengths.size") >= 3, "the text has to grow while it is written"
    assert code.locator("code").inner_text().strip() == (answer["prompt"] + answer["text"]).strip()


def test_a_typed_sentence_gets_the_label_that_the_shell_gives(visitor, trained, predict):
    run = trained("sentiment")
    use = _open(visitor, "sentiment", run)
    text = "I would buy this awful thing again and again."
    _type(use, "Text", text)
    answer = predict(run, "--text", text)[0]
    sure = answer["probabilities"][answer["label"]]
    expect(use).to_contain_text(f"The network says {answer['label']} and is {sure:.0%} sure")
    expect(use.get_by_label(re.compile("^Bar chart of class probabilities"))).to_be_visible()


def test_a_translation_and_its_attention_are_shown_and_are_the_shell_s(visitor, trained, predict):
    run = trained("translation")
    use = _open(visitor, "translation", run)
    text = "seven hundred and thirty-one"
    _type(use, "Source", text)
    answer = predict(run, "--text", text)[0]
    expect(use.get_by_test_id("stCode").first).to_have_text(answer["trg"])
    expect(use.get_by_label(re.compile("attention|looked", re.IGNORECASE)).first).to_be_visible()


def test_a_forecast_goes_past_the_end_as_the_shell_says(visitor, trained, predict):
    run = trained("forecasting")
    use = _open(visitor, "forecasting", run)
    field = use.get_by_label("Steps past the end", exact=True)
    field.fill("30")
    field.press("Enter")
    visitor.settle()  # what is pressed while the page is drawn anew can be lost
    use.get_by_text("Forecast as a table").click()
    table = use.get_by_role("region", name=re.compile("The forecast of .*, 30 steps"))
    expect(table).to_be_visible()
    visitor.settle()
    lines = visitor.download(use.get_by_role("button", name="Download CSV")).read_text().splitlines()
    answer = predict(run, "--set", "horizon=30")[0]
    assert [line.split(",")[0] for line in lines[1:]] == [str(time) for time in answer["time"]]
    assert [float(line.split(",")[1]) for line in lines[1:]] == pytest.approx(answer["forecast"], rel=1e-3)
    read = pd.read_parquet(visitor.download(use.get_by_role("button", name="Download Parquet")))
    assert [float(line.split(",")[1]) for line in lines[1:]] == pytest.approx(read.iloc[:, 1].tolist())


def test_a_forecast_from_newer_rows_is_the_shell_s_and_nothing_of_them_is_kept(
    visitor, server, trained, predict, tmp_path
):
    run = trained("forecasting")
    rows = tmp_path / "newer.csv"
    rows.write_text("year,sunspots\n2009,3.1\n2010,16.5\n2011,55.7\n")
    use = _open(visitor, "forecasting", run)
    before = set((server.folder / "state").rglob("*"))
    use.get_by_text("Forecast from newer rows").click()
    use.get_by_test_id("stFileUploader").locator("input").set_input_files(str(rows))
    expect(use.get_by_role("figure", name=re.compile("3 newer rows from 2009-01-01 to 2011-01-01"))).to_be_visible()
    visitor.settle()
    lines = visitor.download(use.get_by_role("button", name="Download CSV").last).read_text().splitlines()
    answer = predict(run, "--input", str(rows))[0]
    assert [line.split(",")[0] for line in lines[1:]] == answer["time"]
    assert [float(line.split(",")[1]) for line in lines[1:]] == pytest.approx(answer["forecast"], rel=1e-3)
    assert set((server.folder / "state").rglob("*")) == before


def test_pasted_numbers_go_on_directly_and_what_cannot_be_is_said(visitor, trained):
    use = _open(visitor, "forecasting", trained("forecasting"))
    use.get_by_text("Forecast from newer rows").click()
    _type(use, "Or paste them", "3.1\n16.5\n55.7\n57.6")
    expect(use.get_by_role("figure", name=re.compile("4 newer rows from 2009-01-01 to 2012-01-01"))).to_be_visible()
    expect(use).to_contain_text("Rows without a time: they follow directly on the training data")
    _type(use, "Or paste them", "date,<b>spots</b>\n2009-01-01,7\n")
    expect(use).to_contain_text("without 'sunspots'")
    expect(use).to_contain_text("'<b>spots</b>'")  # as text


@pytest.mark.parametrize("task", [t if t == "forecasting" else pytest.param(t, marks=pytest.mark.long) for t in TASKS])
def test_a_run_can_be_taken_away_and_used_elsewhere(visitor, trained, shell, tmp_path, task):
    run = trained(task)
    _open(visitor, task, run)
    away = visitor.tab("Take it away")
    visitor.settle()
    content = visitor.download(away.get_by_role("button", name="Download this run"))
    folder = tmp_path / "away"
    with zipfile.ZipFile(content) as archive:
        archive.extractall(folder)
    needed = {"best.safetensors", "experiment.yaml", "metrics.csv", "result.json", "use_it.py", "README.md"}
    needed.add("scaler.json" if task == "forecasting" else "tokenizer.json")
    assert needed <= {path.name for path in folder.iterdir()}
    shown = away.get_by_test_id("stCode").filter(has_text="from core import load")
    expect(shown).to_contain_text("network = load(Path(__file__).parent)")
    printed = shell(sys.executable, str(folder / "use_it.py")).stdout
    assert printed.strip()


@pytest.mark.long
def test_the_command_line_of_a_run_trains_the_same_again(visitor, server, trained, shell, tmp_path):
    run = trained("forecasting")
    _open(visitor, "forecasting", run)
    away = visitor.tab("Take it away")
    line = away.get_by_test_id("stCode").filter(has_text="core train").locator("code").inner_text()
    command = shlex.split(line)
    assert command[0] == "python"
    out = tmp_path / "again"
    result = shell(sys.executable, *command[1:], "--out", str(out), "--json").stdout.splitlines()[-1]
    first = json.loads((server.store.path(run) / "result.json").read_text())
    again = json.loads(result)
    assert again["steps"] == first["steps"]
    assert again["parameters"] == first["parameters"]
    # Another number of threads adds up in another order, and training amplifies it.
    assert again["test"]["mase"] == pytest.approx(first["test"]["mase"], rel=0.2)
