"""Words to numbers: a visitor's sentence on its way into a batch, and two sentences of the same words in another order.

Left out: the numbers (core.insight.word_numbers, word_order), the two figures (words_scene.py).
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.bounded.work import VOCABULARIES
from core.claims.store import stored
from core.config.errors import ConfigError
from core.data import catalog
from core.insight.edits import Edits
from ui import asking, services
from ui.foreign import foreign, table
from ui.learn.claims import figure_table
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, is_lesson, pick, set_up
from ui.learn.scene import Scene
from ui.learn.training import Curves, Group, by_values, draw_group, finished, members_of
from ui.learn.words_scene import numbers_scene, order_scene
from ui.results.common import ask
from ui.run_group import Member
from ui.words import NONE

if TYPE_CHECKING:
    from core.insight.word_order import Reader

NAME = "words"
DATA = "everyday"
NUM_PAIRS = 200  # of the training set, among which a batch is drawn
SENTENCES = ("The teachers are eating a zebra in the kitchen.", "Les professeurs mangent un zèbre dans la cuisine.")
PAIRS = {
    "twins": ("They always kept their word and they never kept us waiting.",
              "They never kept their word and they always kept us waiting."),
    "moved": ("In the first week, the bus was annoying at the start and it was reliable at the end.",
              "The bus was annoying at the start and it was reliable at the end in the first week."),
    "question": ("The bus is late", "Is the bus late"),
}  # fmt: skip
VIEWS = {"numbers": "A sentence as numbers", "order": "Two sentences and their order"}
PAIR_WORDS = {
    "twins": "Same words, opposite meaning", "moved": "The same fact at another place", "question": "Statement and question",
    "own": "My own two",
}  # fmt: skip
CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
READERS = {"ships": "An LSTM trained on twins", **{cell: f"{name} before training" for cell, name in CELLS.items()}}
_TRAINED = {
    "data.id": "twins", "model.bidirectional": False, "model.pooling": "last", "training.learning_rate": 0.01,
    "training.max_steps": 800,
}  # fmt: skip
TWINS_TASK = "which twin praises"
_NUMBERS = {"view": "numbers", "source": SENTENCES[0], "target": SENTENCES[1]}

LESSON = Lesson(
    NAME,
    "A network reads numbers. Type a sentence and follow it from words to the very batch that training would see; then see "
    "why a network that reads in order knows more than one that counts words.",
    (
        Statement("Every word has its index in the vocabulary. Its one-hot vector is 0 everywhere but there.",
                  {"step": 1, "mark": "embedding"}, _NUMBERS),
        Statement("A word that training never had becomes <unk>, whatever it was: the network cannot tell such words apart.",
                  {"step": 5, "mark": "embedding"}, _NUMBERS),
        Statement("The embedding is the row of a table that the one-hot vector picks: no product is ever worked out.",
                  {"step": 7, "mark": "embedding"}, _NUMBERS),
        Statement("Batches of like length hold little padding. Drawn without sorting, the shorter ones are filled with <pad>.",
                  {"step": 0, "edits": {"sorted": 0}}, _NUMBERS),
        Statement("Turn two words round, and the meaning is the opposite. At the end both bags are the same vector; the states "
                  "are two, and so are the answers.",
                  {"step": 12, "mark": "apart"}, {"view": "order", "pair": "twins", "reader": "ships"}),
        Statement("The same fact in front or behind: every word stands at another place, the bags differ by a comma, and "
                  "a network that reads in order comes to the same answer.",
                  {"step": 20, "mark": "mood_first"}, {"view": "order", "pair": "moved", "reader": "ships"}),
        Statement("Without its sign a question has the words of the statement: only order tells them apart. The states differ "
                  "before any training.",
                  {"step": 4, "mark": "apart"}, {"view": "order", "pair": "question", "reader": "lstm"}),
    ),
    Question(
        "A classifier that counts words and pairs of neighbours is given both of two twin sentences. What does it get?",
        ("Both right.", "One of them right.", "None right."),
        1,
        "It sees the same in both, so it answers the same, and exactly one of the two labels fits. Over all twins that is "
        "one half, as chance.",
    ),
)  # fmt: skip


def _typed(name: str, label: str, usual: str) -> str:
    """A sentence that somebody types, bound to the address; in a lesson what the link says."""
    key = f"{NAME}.{name}"
    turned = st.session_state.pop(f"{key}:turned", None)
    if is_lesson():
        return str(turned or st.query_params.get(key, usual))
    if turned is not None:
        st.session_state[key] = turned
    # No `max_chars`: the field would drop what is too long without a word, and the figure says it.
    more: dict[str, Any] = {} if key in st.session_state else {"value": usual}
    return str(st.text_input(label, key=key, bind="query-params", **more))


def _two_typed(
    names: tuple[str, str], labels: tuple[str, str], usual: tuple[str, str], edits: Edits
) -> tuple[str, str]:
    """Two sentences beside each other, as one can read them; the usual ones, with a word on it, where one cannot be read."""
    from core.insight.word_numbers import check_sentence

    columns: Any = [nullcontext(), nullcontext()] if is_lesson() else st.columns(2)
    found = []
    for place, column in enumerate(columns):
        with column:
            found.append(_typed(names[place], labels[place], usual[place]))
    try:
        first, second = (check_sentence(label, text) for label, text in zip(labels, found, strict=True))
    except ConfigError as error:
        edits.problems.append(f"{error} The example stands instead.")
        return usual
    return first, second


def _build_numbers(source: str, target: str, edits: Edits) -> Scene:
    arguments = {"data_id": DATA, "num_pairs": NUM_PAIRS}
    entry = catalog.find("pairs", DATA)
    version = entry.fingerprint(catalog.usual_data(entry))
    found = asking.read_once(VOCABULARIES, arguments, version=version, own=False)
    return numbers_scene(found, entry.title, source, target, edits)


def _readers() -> dict[str, Member]:
    """Finished runs that tell praise from blame and read in one direction to the end, by id."""
    return {
        one.run_id: one for one in finished(members_of(NAME))
        if one.experiment.data.id == "twins" and not one.experiment.model.bidirectional and one.experiment.model.pooling == "last"
    }  # fmt: skip


def _reader(name: str, first: str, second: str) -> Reader:
    """The network of that name of the set-up; the one that ships where a run's has gone."""
    from core.insight import word_order

    if name in CELLS:
        return word_order.untrained(first, second, name)
    network = ask(lambda: services.predictor(name)) if name != "ships" else None
    if network is None:
        return word_order.trained()
    return word_order.Reader(network.model, network.tokenizer, network.classes)


def draw_reached(members: list[Member]) -> None:
    """What the networks and the simple method got of sentences whose twin was never seen either."""
    rows = []
    for one in finished(members):
        result = services.run_file(one.run_id, "result.json") or {}
        reached = result.get("test", {}).get("accuracy")
        simple = result.get("baselines", {}).get("tfidf_logistic", {}).get("accuracy")
        if reached is not None and simple is not None:
            shares = {"Right": reached, "Bag of words and pairs": simple, "Chance": 0.5}
            rows.append({"Network": one.name, **{name: f"{share:.1%}" for name, share in shares.items()}})
    if rows:
        st.dataframe(table(pd.DataFrame(rows)), hide_index=True, placeholder=NONE, alt="What each got of the test set.")
        st.caption(
            "Share of the test set's sentences with the right label. No pair of the test set stands in training."
        )


def draw() -> None:
    """The page."""
    begin(LESSON)
    runs = _readers()
    readers = READERS | {run_id: f"{one.name}, your training" for run_id, one in runs.items()}
    with set_up():
        view = pick(
            NAME, "view", "Shown", tuple(VIEWS), VIEWS, "The way of one sentence, or two beside each other.", wide=True
        )
        pair, reader = "twins", "ships"
        if view == "order":
            pair = pick(NAME, "pair", "Two sentences", tuple(PAIR_WORDS), PAIR_WORDS, "What is compared.", wide=True)
            reader = pick(NAME, "reader", "Read by", tuple(readers), readers, "Whose states they are.", wide=True)
    group = Group(
        NAME,
        by_values("sentiment", {name: {**_TRAINED, "model.cell": cell} for cell, name in CELLS.items()}),
        "Train three on twins",
        "**Order, learned.** 8,000 sentences, each with a twin of the same words and pairs of neighbours and the opposite label. "
        "An RNN, an LSTM and a GRU read them; beside them stands a bag of words and "
        "pairs. When they are trained, choose one of them in the set-up, and the figure shows its states.",
        (Curves("accuracy"), Curves("loss")),
    )

    def build(edits: Edits) -> Scene:
        if view == "numbers":
            labels = ("Your sentence (English)", "Its translation (French)")
            return _build_numbers(*_two_typed(("source", "target"), labels, SENTENCES, edits), edits)
        first, second = PAIRS.get(pair, PAIRS["twins"])
        if pair == "own":
            first, second = _two_typed(
                ("first", "second"), ("First sentence", "Second sentence"), (first, second), edits
            )
        return order_scene(first, second, reader, _reader(reader, first, second))

    draw_lesson(LESSON, build, lambda: _draw_below(group))


def _draw_below(group: Group) -> None:
    draw_reached(draw_group(group))
    found = stored("F1")
    figures = [figure for figure in found.figures if figure.task == TWINS_TASK] if found else []
    if found is None or not figures:
        return
    st.subheader("Twins, over seeds", anchor=False)
    st.dataframe(table(figure_table(figures)), hide_index=True, placeholder=NONE, alt="Accuracy on unseen twins (F1).")
    part = next(part for part in found.measurements if figures[0] in part.figures)
    st.caption(foreign(
        "Accuracy on twins whose clauses or adjectives never met in training. A window of 1 is a bag of words: it answers from "
        f"the mean over all words. One of 8 sees most of a sentence at once. {part.source}"
    ))  # fmt: skip
