"""Look inside, of pairs: a text and its translation on the way into the batch that training sees.

The figure is that of the Learn page Words to numbers, with the vocabulary, the embedding and the pairs of this run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.bounded.work import Vocabularies
from core.insight.edits import Edits
from ui import services
from ui.foreign import one_line
from ui.learn.figure import draw_figure
from ui.learn.scene import Scene
from ui.learn.words_scene import SHOWN_NUMBERS, numbers_scene
from ui.results.common import ask
from ui.results.typed import kept_of

if TYPE_CHECKING:
    from torch import Tensor

BATCH = "From text to batch"
_MOST, _PAIRS = 300, 200


def preparation_view(app: str, run_id: str, network: Any, source: str) -> None:
    """The box of the translation, and the figure.

    Args:
        app: Prefix of the keys.
        run_id, network: The run and its predictor, which may write.
        source: What was typed.
    """
    details = services.run_file(run_id, "details.json") or {}
    rows = details.get("written") or details.get("examples") or []
    known = next((row["trg"] for row in rows if row["src"] == source), None)
    usual = known if known is not None else (ask(lambda: network.predict([source])) or [{"trg": ""}])[0]["trg"]
    target = kept_of(
        st.text_input(
            "Its translation", usual, key=f"{app}_inside_target_{hash(source)}",
            help="What the decoder would be trained to write; at first the reference, or what the network writes.",
        ),
        _MOST,
    )  # fmt: skip
    if not target.strip():
        st.caption("Type a translation to see both in a batch.")
        return
    found = Vocabularies(
        network.src_tokenizer.to_json(), network.trg_tokenizer.to_json(), (), network.experiment.data.max_length,
        tuple((row["src"], row["trg"]) for row in rows[:_PAIRS]),
    )  # fmt: skip
    title = one_line(network.experiment.data.id or "your data", 60)

    def build(edits: Edits) -> Scene:
        return numbers_scene(found, title, source[:_MOST], target, edits, _table(network))

    draw_figure(f"{app}_preparation", build, lambda statement: None)
    st.caption("Move over the tokens or use the arrow keys. The other pairs of the batch are texts of the test set.")


def _table(network: Any) -> Tensor:
    """(V, `SHOWN_NUMBERS`) the first columns of the trained embedding of the source, zeros where it has fewer."""
    import torch
    from torch.nn.functional import pad

    with torch.inference_mode():
        ids = torch.arange(network.src_tokenizer.vocab_size, device=network.device)[None]
        vectors = network.model.src_embedding(ids)[0, :, :SHOWN_NUMBERS].float().cpu()
    return pad(vectors, (0, SHOWN_NUMBERS - vectors.shape[1]))
