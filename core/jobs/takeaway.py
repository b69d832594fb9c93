"""Take a run away: one zip with everything that a person needs to use the network elsewhere.

Left out: the resume state and the log, which only the server needs. No torch here.
"""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

from core.config.experiment import Experiment
from core.jobs.files import read_jsonl
from core.jobs.folders import METRICS_FILE, read_experiment
from core.spreadsheets import to_csv

# Of a run's folder, what prediction and reading need; a file that a stopped run has not is left out.
FILES = ("best.safetensors", "experiment.yaml", "tokenizer.json", "scaler.json", "result.json")

_CALLS = {
    "forecasting": 'for row in network.predict(horizon={horizon}):\n    print(row["series"], row["forecast"])',
    "generation": 'print(network.predict(["The "], temperature=0.8, length=200)[0]["text"])',
    "sentiment": 'print(network.predict(["Not bad at all."])[0])',
    "translation": 'print(network.predict(["{example}"])[0]["trg"])',
}

_README = """# A network trained with Unroll

{task} on {data}.

- `best.safetensors`: the weights, under torch's own names
- `experiment.yaml`: the whole set-up; `python -m core train {task} --config experiment.yaml` trains it again
- `tokenizer.json` or `scaler.json`: from text or numbers to what the network reads, and back
- `metrics.csv`: every point of the curves; `result.json`: the final figures beside the baselines
- `use_it.py`: loads this folder and uses the network; in a clone of Unroll: `.venv/bin/python FOLDER/use_it.py`
"""


def load_script(experiment: Experiment) -> str:
    """A short script that loads the unpacked folder and uses the network."""
    example = {"numbers": "ninety-nine", "dates": "14 July 2021"}.get(experiment.data.id or "", "I am happy.")
    call = _CALLS[experiment.task].format(horizon=experiment.data.horizon, example=example)
    return f'''"""Use this network. In a clone of Unroll: .venv/bin/python FOLDER/use_it.py"""

import sys
from pathlib import Path

sys.path.insert(0, ".")  # the clone
from core import load

network = load(Path(__file__).parent)
{call}
'''


def metrics_csv(directory: Path) -> str:
    """Every record of the run's curves as one table."""
    records, _ = read_jsonl(directory / METRICS_FILE)
    rows = [record for record in records if record.get("event") in ("metrics", "baseline")]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return to_csv(columns, rows)


def zip_run(directory: Path) -> bytes:
    """The zip of a run's folder.

    Raises:
        ConfigError: There is no run, or its experiment cannot be read.
    """
    experiment = read_experiment(directory)
    data = experiment.data.id or "your own data"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            with suppress(FileNotFoundError):
                archive.write(directory / name, name)
        archive.writestr("metrics.csv", metrics_csv(directory))
        archive.writestr("use_it.py", load_script(experiment))
        archive.writestr("README.md", _README.format(task=experiment.task, data=data))
    return content.getvalue()
