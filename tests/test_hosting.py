"""What docs/hosting.md and the Dockerfile promise is what the code does, as far as that can be seen without docker."""

import importlib.util
import json
import re
import tomllib
from pathlib import Path

import pytest

from core.config.limits import Limits, Settings
from core.jobs.events import EVENTS

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "hosting.md"


def instructions(name):
    """What the Dockerfile says after an instruction, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    return [line.removeprefix(f"{name} ") for line in text.splitlines() if line.startswith(f"{name} ")]


def environment():
    return dict(pair.split("=", 1) for line in instructions("ENV") for pair in line.split())


def test_the_guide_lists_every_limit_with_its_value_in_both_profiles():
    spec = importlib.util.spec_from_file_location("write_limits", ROOT / "docs" / "write_limits.py")
    write_limits = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(write_limits)
    page = GUIDE.read_text(encoding="utf-8")
    assert write_limits.page_with_limits(page) == page, "run: python docs/write_limits.py"
    assert all(f"`UNROLL_{name.upper()}`" in page for name in Limits.model_fields)


def test_every_variable_of_the_guide_and_the_image_exists():
    known = {f"UNROLL_{name.upper()}" for model in (Settings, Limits) for name in model.model_fields}
    named = set(re.findall(r"UNROLL_[A-Z_]+", GUIDE.read_text(encoding="utf-8")))
    assert named and named <= known
    assert {name for name in environment() if name.startswith("UNROLL_")} <= known


def test_the_guide_names_every_event_of_the_log():
    listed = re.search(r"Events: `([a-z ]+)`", GUIDE.read_text(encoding="utf-8"))
    assert set(listed.group(1).split()) == set(EVENTS)


def test_the_app_listens_on_this_machine_only_unless_told():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "localhost"


def test_what_the_image_copies_exists_and_is_let_through():
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in instructions("COPY"):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source in let_through, source


def test_the_image_holds_every_package_that_the_app_imports():
    copied = {source for line in instructions("COPY") for source in line.split()[:-1]}
    assert {"streamlit_app.py", "pages", "ui", "core", "datasets", "starters", "requirements.txt"} <= copied


def test_the_image_has_the_torch_that_the_requirements_pin():
    pinned = re.search(r"^torch==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE).group()
    assert any(pinned in line for line in instructions("RUN"))


def test_the_image_runs_for_strangers_without_root_on_every_address_and_keeps_its_data_in_volumes():
    found = environment()
    assert found["UNROLL_PROFILE"] == "hosted"
    assert found["STREAMLIT_SERVER_ADDRESS"] == "0.0.0.0"
    assert instructions("USER")[-1] not in ("root", "0")
    folders = {found[f"UNROLL_{name}_DIR"] for name in ("RUNS", "STATE", "DATA")}
    assert set(json.loads(instructions("VOLUME")[0])) == folders
    made = " ".join(instructions("RUN"))
    assert all(folder in made for folder in folders)


@pytest.mark.parametrize("name", ["CMD", "HEALTHCHECK"])
def test_commands_of_the_image_are_lists_so_that_signals_reach_them(name):
    text = instructions(name)[-1]
    command = json.loads(text[text.index("[") :])
    assert command[0] == "python"
    if name == "CMD":
        assert command[1:] == ["-m", "streamlit", "run", "streamlit_app.py"]
    else:
        compile(command[2], "health check", "exec")
        assert "/_stcore/health" in command[2]
