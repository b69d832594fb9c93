"""A visitor's own word vectors: the uploader of the set-up, and what a result says of how many words were found there.

The file is stored as any upload is, for its owner alone; the page keeps its id. Left out: reading it (core.data.vectors),
whether the embeddings are frozen, which is a knob.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import field_names
from core.data.vectors import UPLOAD, size_of_vectors, vectors_path
from ui import services, session, visitor
from ui.foreign import foreign_code
from ui.problems import problem_list
from ui.state import page_of
from ui.uploads import readable_upload

FIELD, _SIZE = "model.vectors", "model.embedding_dim"


def draw_vectors(task: str) -> None:
    """The uploader, folded away, where the networks of a page have embeddings of words."""
    if FIELD not in field_names(task):
        return
    with st.expander("Word vectors", icon=":material/scatter_plot:"):
        named = page_of(task).vectors
        upload = readable_upload(named.removeprefix(UPLOAD)) if named else None
        if upload is None:
            page_of(task).vectors = None
            _draw_uploader(task)
            return
        st.markdown(f"Embeddings start from {foreign_code(upload.names[0], 60)}.")
        st.caption("Only the words of the training set are taken from it; the result says how many were found.")
        st.button("Leave them out", key=f"{task}:no_vectors", on_click=_leave_out, args=(task,))


def vectors_of(task: str) -> dict[str, Any]:
    """The field and what the page has for it; nothing where its networks have no such field."""
    return {FIELD: page_of(task).vectors} if FIELD in field_names(task) else {}


def say_vectors(details: Mapping[str, Any] | None) -> None:
    """How many words of the vocabulary started from a file; nothing where none was given."""
    found = (details or {}).get("vectors")
    if found:
        share = found["found"] / max(1, found["words"])
        st.caption(
            f"{found['found']:,} of the {found['words']:,} words of its vocabulary ({share:.0%}) started from the word vectors "
            "that were brought."
        )


def _draw_uploader(task: str) -> None:
    given = st.file_uploader(
        "A file of word vectors", key=f"{task}:vectors",
        max_upload_size=max(1, services.limits().max_upload_bytes // 1_000_000),
        help="Text in the form of GloVe or fastText: a word and its numbers in each line. It stays on this server, and only "
        "you can read it.",
    )  # fmt: skip
    if given is not None and given.file_id != page_of(task).vectors_file:
        page_of(task).vectors_file = given.file_id
        _store(task, given)


def _store(task: str, given: Any) -> None:
    from core.data.sources.upload_storing import save_upload

    state_dir = services.settings().state_dir
    given.seek(0)
    try:
        upload_id = save_upload(
            [(given.name, given)], state_dir, services.limits(), owner=visitor.owner(), address=visitor.address()
        )
        size = size_of_vectors(vectors_path(UPLOAD + upload_id, state_dir))
    except ConfigError as error:
        page_of(task).refusal = f"These vectors cannot be used.\n\n{problem_list(error.problems)}"
        return
    page_of(task).vectors = UPLOAD + upload_id
    session.turn(task, _SIZE, size)  # the knobs are drawn below
    st.rerun()


def _leave_out(task: str) -> None:
    page_of(task).vectors = page_of(task).vectors_file = None
