"""The tab "Take it away": everything that a run leaves, to be used without this page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from ui import services
from ui.problems import show_problems
from ui.results.written import offer_rows
from ui.run_words import own_data
from ui.share import start_of
from ui.uploads import readable_upload

_WITHHELD = (
    "Set-up, figures and a short README in one archive; of a network of numbers also its weights. Its owner has not shared "
    "the data, so neither rows nor a vocabulary are in it."
)

# By format: what it is called, its sign, the ending of its file, and what it makes.
_FORMATS = {
    "script": (
        "script",
        ":material/code:",
        "zip",
        "Writes the network as a short script of torch's own modules that needs nothing of Unroll.",
    ),
    "html": (
        "web page",
        ":material/web:",
        "html",
        "Writes one HTML file that runs the network in any browser, without a server.",
    ),
    "onnx": (
        "graph in ONNX",
        ":material/schema:",
        "zip",
        "Writes the network as ONNX, which many runtimes read, with a short script that uses it; takes some ten seconds.",
    ),
    "hub": (
        "Hub folder",
        ":material/folder_zip:",
        "zip",
        "Writes the script with a model card for the Hugging Face Hub; nothing is sent there.",
    ),
    "tensorboard": (
        "file of curves for TensorBoard",
        ":material/show_chart:",
        "tfevents.0",
        "Writes the metrics of training and validation by step, which `tensorboard --logdir FOLDER` draws.",
    ),
}
_MIMES = {"html": "text/html", "zip": "application/zip"}


def take_away(run_id: str) -> None:
    """Draw the tab: the archive, the command line, the script that loads the network, the experiment."""
    from core.jobs.takeaway import load_script

    try:
        experiment = services.experiment(run_id)
    except ConfigError as error:
        show_problems("The set-up of this run cannot be read.", error.problems)
        return
    rows = services.sees_rows(run_id)
    st.markdown("Weights, set-up, figures and a short README in one archive." if rows else _WITHHELD)
    st.download_button(
        "Download this run",
        _archive(run_id, rows),
        file_name=f"unroll-{experiment.task}-{run_id[:8]}.zip",
        mime="application/zip",
        icon=":material/download:",
        key=f"{experiment.task}:download",
        on_click="ignore",
    )
    if rows:
        _exports(run_id, experiment)
    st.subheader("Its curves", anchor=False)
    with st.container(horizontal=True):
        offer_rows(
            "Curves", "curves", partial(_curves, run_id), f"{experiment.task}:curves",
            "Every metric of training and validation by step, a row each time it was measured.",
        )  # fmt: skip
    st.subheader("The same training from a shell", anchor=False)
    st.code(_command(experiment), language="bash", wrap_lines=True)
    if experiment.data.source == "upload" or experiment.model.vectors_upload:
        st.caption("Files of your own stand here by their names: run it where they lie.")
    if rows:
        st.subheader("Load it in Python", anchor=False)
        st.code(load_script(experiment), language="python")
    with st.expander("experiment.yaml"):
        st.code(experiment.to_yaml(), language="yaml")


def _exports(run_id: str, experiment: Experiment) -> None:
    """Buttons that make the run's files without Unroll; below them a download of each that was made, or why there is none."""
    from core.exports.onnx import can_make

    key, can = f"{experiment.task}:exports", can_make()
    with st.container(horizontal=True):
        pressed = [
            format_
            for format_, (label, icon, _, help_) in _FORMATS.items()
            if (format_ != "onnx" or can)
            and st.button(f"Make a {label}", icon=icon, key=f"{experiment.task}:export_{format_}", help=help_)
        ]
    if not can:
        st.caption("A graph in ONNX needs more on this server: `pip install onnx onnxscript`.")
    st.caption("TensorBoard draws the file of curves on a machine of yours: `pip install tensorboard`.")
    kept = _kept(run_id)
    made = made if (made := st.session_state.get(key)) and made[0] == kept else (kept, ())
    for format_ in pressed:
        try:
            with st.spinner("Writing it"):
                _packed(*kept, format_)
            made = (kept, (*made[1], format_))
        except ConfigError as error:
            show_problems(f"This network cannot be said as a {_FORMATS[format_][0]}.", error.problems)
    st.session_state[key] = made
    with st.container(horizontal=True):
        for format_, (label, _, ending, _) in _FORMATS.items():
            if format_ in made[1]:
                st.download_button(
                    f"Download the {label}",
                    partial(_packed, *kept, format_),
                    file_name=f"unroll-{experiment.task}-{run_id[:8]}-{format_}.{ending}",
                    mime=_MIMES.get(ending, "application/octet-stream"),
                    icon=":material/download:",
                    key=f"{experiment.task}:export_{format_}:download",
                    on_click="ignore",
                )


def _kept(run_id: str) -> tuple[str, int]:
    """A run, and when its weights and metrics were last written: what is made of it holds until then."""
    files = [services.store().path(run_id) / name for name in ("best.safetensors", "metrics.jsonl")]
    return run_id, max((file.stat().st_mtime_ns for file in files if file.exists()), default=0)


@st.cache_data(max_entries=8, show_spinner=False)
def _packed(run_id: str, changed: int, format_: str) -> bytes:
    """A run in a format, for who may see its rows; kept for a while, and made again where it has gone since."""
    from core.exports.folder import packed_export

    return packed_export(services.store().path(run_id), format_, rows=True)


def _curves(run_id: str) -> list[dict[str, Any]]:
    from core.exports.tensorboard import curve_rows

    return curve_rows(services.store().path(run_id))


def _archive(run_id: str, rows: bool) -> Callable[[], bytes]:
    """Packs the archive only when it is asked for."""

    def pack() -> bytes:
        from core.jobs.takeaway import zip_run

        status = services.status(run_id)
        own = own_data(status, services.store().experiment(run_id)) if status is not None else None
        return zip_run(services.store().path(run_id), rows=rows, own_data=own)

    return pack


def _command(experiment: Experiment) -> str:
    from core.resolve import command_line

    uploads = [experiment.data.id if experiment.data.source == "upload" else None, experiment.model.vectors_upload]
    known = {upload.id: upload.names for one in uploads if one and (upload := readable_upload(one))}
    return command_line(experiment, start_of(experiment), known)
