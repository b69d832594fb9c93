import json

import numpy as np
import pandas as pd
import pytest

from core.jobs.files import read_json
from tests.cli.lines import objects


def test_over_the_test_set_it_gives_the_figures_of_the_result(shell, trained):
    directory = trained("forecasting")
    result = read_json(directory / "result.json")
    code, text, _ = shell("backtest", directory, "--json")
    assert code == 0
    rows = {row["method"]: row for row in objects(text)}
    for method, figures in {"network": result["test"], **result["baselines"]}.items():
        for name in ("mase", "rmsse", "mae", "mape"):
            assert rows[method]["over"][name] == pytest.approx(figures[name], rel=1e-5), (method, name)
    network = rows["network"]
    assert network["step"] == network["horizon"] and not network["refitted"]
    assert network["at_step"]["mae"] != network["over"]["mae"]
    assert set(network["held"]["80%"]) == {"over", "at_step"}


def test_every_forecast_goes_into_a_file(shell, trained, tmp_path):
    directory = trained("forecasting")
    for name, read in (("all.csv", pd.read_csv), ("all.parquet", pd.read_parquet)):
        code, text, _ = shell(
            "backtest", directory, "--stride", 2, "--horizon", 3, "--step", 2, "--out", tmp_path / name
        )
        assert code == 0 and "Step 2" in text
        frame = read(tmp_path / name)
        network = frame[frame["method"] == "network"]
        assert sorted(set(network["step"])) == [1, 2, 3]
        assert np.isfinite(network[["forecast", "truth"]]).all(axis=None)
        assert frame[frame["method"] == "drift"]["quantile_0.1"].isna().all()


def test_a_backtest_that_begins_inside_validation_says_who_was_chosen_there(shell, trained):
    directory = trained("forecasting")
    details = read_json(directory / "details.json")
    said = "The network and the feed-forward network were chosen on the validation set"
    first = details["time"][details["train_end"]]
    assert said in shell("backtest", directory, "--from", first)[1]
    assert said not in shell("backtest", directory)[1]


def test_with_networks_trained_anew_both_stand_beside_each_other(shell, trained):
    directory = trained("forecasting")
    code, text, _ = shell("backtest", directory, "--refit", 2, "--json")
    assert code == 0
    rows = objects(text)
    once, anew = (
        [row for row in rows if row["refitted"] is which and row["method"] == "network"] for which in (False, True)
    )
    assert len(once) == len(anew) == 1
    assert once[0]["origins"] == anew[0]["origins"]
    assert once[0]["over"]["mae"] != anew[0]["over"]["mae"]
    naive = [row["over"]["mae"] for row in rows if row["method"] == "last_value"]
    assert naive[0] == pytest.approx(naive[1]), "it learns nothing"


def test_the_run_s_own_network_is_not_trained_again_for_the_rows_that_it_was_trained_up_to(shell, trained, tmp_path):
    directory = trained("forecasting")
    file = tmp_path / "both.parquet"
    said = shell("backtest", directory, "--refit", 1, "--out", file)[1]
    table = pd.read_parquet(file)
    network = table[table["method"] == "network"].sort_values(["time", "step"])
    once, anew = (network[network["refitted"] == which]["forecast"].to_numpy() for which in (False, True))
    half = len(once) // 2
    assert np.array_equal(once[: half - 20], anew[: half - 20])
    assert not np.isclose(once[half + 20 :], anew[half + 20 :]).any()
    assert said.count("Trained anew before") == 1


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["--from", "soon"], "from"),
        (["--from", "1"], "from"),
        (["--from", "999999"], "from"),
        (["--stride", "0"], "stride"),
        (["--horizon", "0"], "horizon"),
        (["--step", "99"], "step"),
        (["--refit", "-1"], "refit"),
        (["--out", "all.xlsx"], "out"),
    ],
)
def test_what_cannot_be_is_bad_input(words, field, shell, trained):
    code, out, err = shell("backtest", trained("forecasting"), *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"{field}: ")


def test_only_a_run_that_forecasts_has_one(shell, trained):
    code, _, err = shell("backtest", trained("sentiment"))
    assert code == 2
    assert json.dumps(err) and err.startswith("run: ")
