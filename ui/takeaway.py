"""The tab "Take it away": everything that a run leaves, to be used without this page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from ui import services
from ui.problems import show_problems
from ui.share import start_of


def take_away(run_id: str) -> None:
    """Draw the tab: the archive, the command line, the script that loads the network, the experiment."""
    from core.jobs.takeaway import load_script

    try:
        experiment = services.store().experiment(run_id)
    except ConfigError as error:
        show_problems("The set-up of this run cannot be read.", error.problems)
        return
    st.markdown("Weights, set-up, figures and a short README in one archive.")
    st.download_button(
        "Download this run",
        _archive(run_id),
        file_name=f"unroll-{experiment.task}-{run_id[:8]}.zip",
        mime="application/zip",
        icon=":material/download:",
        key=f"{experiment.task}:download",
        on_click="ignore",
    )
    st.subheader("The same training from a shell", anchor=False)
    st.code(_command(experiment), language="bash", wrap_lines=True)
    st.subheader("Load it in Python", anchor=False)
    st.code(load_script(experiment), language="python")
    with st.expander("experiment.yaml"):
        st.code(experiment.to_yaml(), language="yaml")


def _archive(run_id: str) -> Callable[[], bytes]:
    """Packs the archive only when it is asked for."""

    def pack() -> bytes:
        from core.jobs.takeaway import zip_run

        return zip_run(services.store().path(run_id))

    return pack


def _command(experiment: Experiment) -> str:
    from core.resolve import command_line

    return command_line(experiment, start_of(experiment))
