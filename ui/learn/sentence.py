"""The page of a sentence's probability: two hearings of one utterance, summed word by word until one wins."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.claims.store import stored
from core.config.errors import ConfigError
from core.insight.edits import Edits
from ui.foreign import foreign, one_line
from ui.learn.figure import set_figure
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.scene import Equation, Scene, slider
from ui.results.typed import kept_of

if TYPE_CHECKING:
    from core.baselines.ngram import NGrams

NAME = "sentence"
ORDERS = {"6": "6-gram", "5": "5-gram", "4": "4-gram", "3": "3-gram", "2": "2-gram"}
OF = {"ours": "Our 40 pairs", "own": "Your own two"}
USUAL = (
    "The gardener looked around and spoke of the flower once more.",
    "The gardener looked around and spoke of the flour once more.",
)
MOST_TYPED = (
    2_000  # characters that a field keeps, more than are read, so that the figure says which words are too many
)
TIE = 1e-9  # of log-probabilities
STYLES = {"first": ("var(--blue)", "line"), "second": ("var(--red)", "dashed")}
Words = tuple[str, ...]
LESSON = Lesson(
    NAME,
    "A language model gives every next word a probability; their product is the probability of the sentence. So it can choose "
    "between two hearings that sound alike.",
    (
        Statement("A skipper means a sail. The skipper stands more words back than any n-gram model looks: all are wrong, and "
                  "the network still knows.", {"mark": "first.total", "edits": {"pair": 17}}, {"of": "ours"}),
        Statement("Up to the place where they part both hearings have the same words, so the same sum.",
                  {"step": 3, "mark": "first.total", "edits": {"pair": 1}}, {"of": "ours"}),
        Statement("Where the deciding words stand beside the choice, an n-gram model chooses as well as the network.",
                  {"mark": "first.total", "edits": {"pair": 21}}, {"of": "ours"}),
        Statement("Type hearings of your own. A word that the models do not know counts as <unk>, like all such words.",
                  {"mark": "first.total"}, {"of": "own"}),
    ),
    Question(
        "Why does every sum fall with every word?",
        ("Later words are rarer.", "The logarithm of a probability below 1 is negative.", "The network forgets."),
        1,
        "Every factor is below 1. So longer sentences are less probable, and only hearings of much the same length can be "
        "compared like this.",
    ),
)  # fmt: skip


@cache
def _ngrams() -> NGrams:
    """Counted here once, in the corpus that the shipped network was trained on."""
    from core.insight.hearings import fit_ngrams

    return fit_ngrams(0)


def scene_of(order: int, edits: Edits, own: tuple[Words, Words] | None = None) -> Scene:
    """The figure: two hearings, read by the network and by n-gram models.

    Args:
        order: Of the n-gram model whose sums are drawn.
        edits: Which of our pairs.
        own: A visitor's two hearings, of one word each at least; without them one of our pairs.
    """
    from core.insight.hearings import END, is_known, pairs, scored

    number = edits.whole("pair", 1, 1, len(pairs()))
    pair = pairs()[number - 1]
    texts = ((*own[0], END), (*own[1], END)) if own else pair.hearings
    place = next((at for at, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), None)
    parted = [words[place:] for words in texts]
    is_one = place is not None and parted[0][1:] == parted[1][1:]  # more than one word is not named by one
    told = [f"“{one_line(words[0], 20)}”" for words in parted] if is_one else ["the first", "the second"]
    told = told if len(set(told)) == 2 else ["the first", "the second"]
    names = dict(zip(STYLES, told, strict=True))
    found = _by_model([scored(words[:-1]) for words in texts])
    steps = max(map(len, texts))
    labels = [_label(*(one_line(words[at], 20) if at < len(words) else "–" for words in texts)) for at in range(steps)]
    scene = Scene("sentence-own-" + " ".join(labels) if own else "sentence",
                  "Two hearings of one utterance and the probability of each, word by word", labels, 1, "word",
                  {"step": place or 0, "mark": "first.total"})  # fmt: skip
    # After its end nothing is added to a hearing that is shorter than the other.
    drawn = {name: [np.pad(scores, (0, steps - len(scores))) for scores in both] for name, both in found.items()}
    for key, scores, counted in zip(names, drawn["LSTM"], drawn[ORDERS[str(order)]], strict=True):
        _add_values(scene, key, names[key], scores)
        scene.value(f"{key}.counted", f"{order}-gram, {names[key]}, sum", counted.cumsum()[:, None])
    if not own:
        scene.row({"kind": "sliders", "sliders": [
            slider("pair", "Pair of hearings", number, 1, len(pairs()), 1,
                   "In the first half what decides stands far from the choice, in the second beside it.")]})  # fmt: skip
    notes = [{"label": "here they part", "at": ["▲ here they part" if at == place else "" for at in range(steps)]}]
    unknown = [any(not is_known(words[at]) for words in texts if at < len(words) - 1) for at in range(steps)]
    if any(unknown):
        notes.append({"label": "not known", "at": ["read as <unk>" * one for one in unknown]})
    title = f"What is heard: {told[0]} or {told[1]}?" if place is not None else "What is heard: twice the same"
    scene.row({"kind": "sequence", "title": title, "values": [], "notes": notes, "wrap": True})
    scene.row(*(
        _lines(f"{title}, summed log-probability", {key: f"{key}.{value}" for key in names}, names)
        for title, value in (("Network", "total"), (f"{order}-gram", "counted"))
    ))  # fmt: skip
    scene.row(
        {"kind": "equations", "title": "This word in numbers", "names": ["first.total", "second.total"], "least": 300},
        _winners(found, told, None if own else pair.far),
    )
    scene.row(_measured_panel(), statements_panel(LESSON))
    return scene


def _by_model(read: list[Words]) -> dict[str, list[np.ndarray]]:
    """Log-probabilities of the words of some hearings under each model."""
    from core.insight.hearings import by_network, by_ngrams, shipped

    models = {"LSTM": partial(by_network, shipped())}
    models |= {name: partial(by_ngrams, _ngrams(), order=int(order)) for order, name in ORDERS.items()}
    return {name: [score(words) for words in read] for name, score in models.items()}


def _label(one: str, other: str) -> str:
    return one if one == other else f"{one} / {other}"


def _add_values(scene: Scene, key: str, word: str, scores: np.ndarray) -> None:
    scene.value(f"{key}.log", f"log p of this word, {word}", scores[:, None])
    scene.value(f"{key}.p", f"p of this word, {word}", np.exp(scores)[:, None])
    scene.value(f"{key}.total", f"log p so far, {word}", scores.cumsum()[:, None], before=[0.0], equation=Equation(
        "log P(w₁ … wₜ) = log P(w₁ … wₜ₋₁) + log p(wₜ | w₁ … wₜ₋₁)",
        [{"v": f"{key}.total", "back": 1}, " + log ", {"v": f"{key}.p"}, " = ", {"v": f"{key}.total", "result": True}],
        ["Natural logarithms; log of this word is ", {"v": f"{key}.log"}, "."]))  # fmt: skip


def _lines(title: str, values: dict[str, str], names: dict[str, str]) -> dict[str, Any]:
    series = [
        {"label": names[key], "color": STYLES[key][0], "style": STYLES[key][1], "value": value}
        for key, value in values.items()
    ]
    return {"kind": "lines", "title": title, "follow": True, "series": series, "x_title": "words", "y_title": "log P",
            "least": 300}  # fmt: skip


def _winners(found: dict[str, list[np.ndarray]], told: list[str], far: bool | None) -> dict[str, Any]:
    """The probability of both hearings under every model, and which is more probable.

    Args:
        found: Log-probabilities by model.
        told: What the hearings are called.
        far: Of one of our pairs, whose first hearing is right: whether what decides is far. None for a visitor's own.
    """
    rows, lengths = [], {len(scores) for scores in found["LSTM"]}
    for name, both in found.items():
        sums = [float(scores.sum()) for scores in both]
        means = [float(scores.mean()) for scores in both]
        is_told = far is not None and abs(sums[0] - sums[1]) >= TIE
        right = (", right" if sums[0] > sums[1] else ", wrong") if is_told else ""
        rows.append([name, *(float(np.exp(total)) for total in sums), _winner(sums, told) + right,
                     *([_winner(means, told)] if len(lengths) > 1 else [])])  # fmt: skip
    note = "P is the product of all words' probabilities, the end among them."
    if far:
        note += " No n-gram model sees what decides here: right or wrong, its answer is chance."
    if len(lengths) > 1:
        note += " A longer hearing has more factors below 1; the mean log-probability of a word favours neither length. After " \
            "its end nothing is added to the shorter one."  # fmt: skip
    return {"kind": "table", "title": "Which hearing is more probable, by model", "note": note, "rows": rows, "least": 340,
            "columns": ["", *(f"P, {one}" for one in told), "more probable", *["per word"] * (len(lengths) > 1)]}  # fmt: skip


def _winner(pair: list[float], told: list[str]) -> str:
    return "neither: a tie" if abs(pair[0] - pair[1]) < TIE else told[int(pair[1] > pair[0])]


def _measured_panel() -> dict[str, Any]:
    """F9 as it is stored."""
    found = stored("F9")
    figures = found.figures if found else ()
    source = found.measurements[-1].source if found else "Not measured yet."
    networks = list(dict.fromkeys(figure.network for figure in figures))
    by = {(figure.network, figure.metric): figure.said for figure in figures}
    metrics = ("hit rate, far", "hit rate, near")
    return {
        "kind": "table", "title": "Measured: 40 pairs of hearings (F9)",
        "columns": ["", "decided from afar", "decided nearby"],
        "rows": [[name, *(by[name, metric] for metric in metrics)] for name in networks],
        "note": f"Chance is 0.5. {source}",
    }  # fmt: skip


def _own() -> tuple[Words, Words]:
    """A visitor's two hearings, typed above the figure; the examples where they cannot be read."""
    from core.insight.hearings import is_known, read, vocabulary

    texts = [_typed(name, label, usual) for name, label, usual in
             zip(STYLES, ("First hearing", "Second hearing"), USUAL, strict=True)]  # fmt: skip
    heard, problems = [], []
    for name, text in zip(STYLES, texts, strict=True):
        try:
            heard.append(read(f"{name} hearing", text))
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        st.warning(foreign(f"{' '.join(problems)} What follows is about the two examples.", 400))
        heard = [read("example", text) for text in USUAL]
    first, second = heard
    unknown = list(dict.fromkeys(word for word in (*first, *second) if not is_known(word)))
    if unknown:
        said = ", ".join(one_line(word, 30) for word in unknown)
        st.warning(
            f"Not known: {foreign(said, 400)}. Both models read and score each as {foreign('<unk>')}, which stands for all "
            "words that they do not know: nothing tells two such words apart."
        )
    with st.expander(f"The {len(vocabulary()) - 2} words that both models know"):
        st.markdown(foreign(", ".join(vocabulary()[2:]), 4_000))
    return first, second


def _typed(name: str, label: str, usual: str) -> str:
    found = st.text_input(label, usual, key=f"{NAME}.{name}", bind="query-params",
                          on_change=set_figure, args=(NAME, {}))  # fmt: skip
    return kept_of(str(found), MOST_TYPED)  # the figure goes to where the hearings part now


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        of = pick(NAME, "of", "Hearings", tuple(OF), OF, "Pairs of ours with a right answer, or two that you type.")
        order = pick(NAME, "order", "n-gram model", tuple(ORDERS), ORDERS,
                     "How many words it sees, the one it predicts counted.", wide=True)  # fmt: skip
    draw_lesson(LESSON, lambda edits: scene_of(int(order), edits, _own() if of == "own" else None))
