import json

from core import train
from core.config.limits import Settings
from core.jobs.status import read_status
from core.jobs.store import RunStore
from tests.cli.lines import objects


def test_runs_are_listed_with_what_they_are_and_what_came_out(shell, tiny):
    first, second = train(tiny("sentiment")), train(tiny("generation"))
    _, text, _ = shell("runs", "--json")
    rows = objects(text)
    assert [(row["run"], row["task"], row["data"], row["state"], row["step"]) for row in rows] == [
        (second.name, "generation", "story.txt", "succeeded", 6),
        (first.name, "sentiment", "reviews.tsv", "succeeded", 6),
    ]
    assert all(row["best"]["metric"] and row["ended"] >= row["created"] for row in rows)
    RunStore(first.parent).update_manager(first.name, name="my first", pinned=True)
    _, text, _ = shell("runs")
    for words in (first.name, "reviews.tsv", "succeeded", "step 6 of 6", "my first", rows[1]["best"]["metric"]):
        assert words in text.splitlines()[1]


def test_a_list_goes_over_what_is_broken(shell, trained):
    directory = trained("sentiment")
    (directory / "experiment.yaml").write_text("task: [")
    (directory / "manager.json").write_text("{")
    code, text, _ = shell("runs", "--json")
    assert code == 0
    assert [(row["run"], row["data"], row["state"]) for row in objects(text)] == [(directory.name, "", "succeeded")]


def test_a_run_is_deleted_by_id_or_by_path_and_its_link_says_so(shell, trained, tiny, tmp_path):
    first, second = trained("sentiment"), train(tiny("sentiment"), out=tmp_path / "elsewhere")
    assert shell("runs", "delete", first.name) == (0, f"delete: {first.name}\n", "")
    assert not first.exists()
    assert shell("runs", "delete", second)[0] == 0
    assert not second.exists()
    code, _, err = shell("runs", "delete", first.name)
    assert code == 2
    assert "It was deleted on 20" in err
    assert shell("runs")[1] == ""


def test_an_active_run_is_not_deleted_but_can_be_stopped(shell, tiny):
    store = RunStore(Settings().runs_dir)
    run_id = store.create(tiny("sentiment"), versions={})
    code, out, err = shell("runs", "delete", run_id)
    assert (code, out) == (2, "")
    assert "queued. Stop it first" in err
    assert json.loads(shell("runs", "stop", run_id, "--json")[1]) == {"run": run_id, "action": "stop"}
    assert read_status(store.path(run_id)).state == "stopped"
    assert shell("runs", "delete", run_id)[0] == 0


def test_a_run_goes_on_by_steps_and_then_to_its_end(shell, tiny):
    store = RunStore(Settings().runs_dir)
    run_id = store.create(tiny("sentiment"), versions={})
    store.request_stop(run_id)
    code, text, err = shell("runs", "resume", run_id, "--steps", "2", "--json")
    assert code == 0, err
    paused = objects(text)[-1]
    assert paused == {"event": "paused", "run": run_id, "state": "stopped", "step": 2, "total_steps": 6}
    assert "step 4 of 6" in shell("runs", "resume", store.path(run_id), "--steps", "2")[1]
    *records, result = objects(shell("runs", "resume", run_id, "--json")[1])
    assert (result["event"], result["state"], result["steps"], result["attempt"]) == ("result", "succeeded", 6, 4)
    assert records
    on_disk = (store.path(run_id) / "metrics.jsonl").read_text(encoding="utf-8")
    assert [row["step"] for row in objects(on_disk) if row.get("split") == "train"] == [1, 2, 3, 4, 5, 6]
    code, _, err = shell("runs", "resume", run_id)
    assert code == 2
    assert err.startswith("run: ")
    assert "Traceback" not in err


def test_a_run_without_its_checkpoint_says_so_and_is_not_resumed_in_silence(shell, tiny):
    store = RunStore(Settings().runs_dir)
    run_id = store.create(tiny("sentiment"), versions={}, pause_at=2)
    store.request_stop(run_id)
    shell("runs", "resume", run_id, "--steps", "2")
    (store.path(run_id) / "last.pt").write_bytes(b"PK broken")
    code, _, err = shell("runs", "resume", run_id)
    assert code in (1, 2)
    assert "last.pt" in err
    assert "Traceback" not in err


def test_room_is_made_and_said(shell, tiny, monkeypatch):
    first, second = train(tiny("sentiment")), train(tiny("sentiment"))
    assert shell("runs", "gc")[1].startswith("0 runs removed")
    size = RunStore(first.parent).size(second.name)
    monkeypatch.setenv("UNROLL_MAX_RUN_BYTES", str(size + 100))
    swept = json.loads(shell("runs", "gc", "--json")[1])
    assert swept["removed"] == [first.name]
    assert swept["freed_bytes"] > 0
    assert "cleared away" in shell("runs", "stop", first.name)[2]
    assert second.name in shell("runs", "gc", "--max-bytes", "0")[1]
    assert shell("runs", "list")[1] == ""
