"""The tab "Take it away": everything that a run leaves, to be used without this page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from ui import services
from ui.problems import show_problems
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
}


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
    """Buttons that make the run's files without Unroll; below them the download of the one made, or why this run has none."""
    from core.exports.onnx import can_make

    with st.container(horizontal=True):
        pressed = [
            format_
            for format_, (label, icon, _, help_) in _FORMATS.items()
            if (format_ != "onnx" or can_make())
            and st.button(f"Make a {label}", icon=icon, key=f"{experiment.task}:export_{format_}", help=help_)
        ]
    if not pressed:
        return
    from core.exports.folder import packed_export

    (format_,) = pressed
    label, _, ending, _ = _FORMATS[format_]
    try:
        made = packed_export(services.store().path(run_id), format_, rows=services.sees_rows(run_id))
    except ConfigError as error:
        show_problems(f"This network cannot be said as a {label}.", error.problems)
        return
    st.download_button(
        f"Download the {label}",
        made,
        file_name=f"unroll-{experiment.task}-{run_id[:8]}-{format_}.{ending}",
        mime="text/html" if ending == "html" else "application/zip",
        icon=":material/download:",
        key=f"{experiment.task}:export_{format_}:download",
        on_click="ignore",
    )


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
