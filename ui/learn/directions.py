"""Two directions: what forward, backward and both have read at every word, what each says there, and how two become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from core.config.errors import ConfigError
from core.figures import baseline_label, metric_label, metric_value
from core.insight.edits import Edits
from ui import services
from ui.foreign import foreign, table
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, is_lesson, pick, set_up, statements_panel
from ui.learn.measured import draw_measured
from ui.learn.scene import Equation, Scene, Token
from ui.learn.training import Curves, Group, by_values, draw_group, finished
from ui.results.typed import kept_of
from ui.run_group import Member
from ui.words import NONE

if TYPE_CHECKING:
    from core.insight.directions import Reading

NAME = "directions"
_MOST_TYPED = 300  # characters
SENTENCES = {
    "blank": "For lunch she cut the ___ , which was as yellow as butter .",
    "green": "For lunch she cut the ___ , which was as green as grass .",
    "plant": "We watered the ___ , which was as yellow as butter .",
    "name": "They wrote : Rose Miller sings well .",
    "thing": "They wrote : Rose petals smell good .",
    "far": "Ivy , as you know , grows fast .",
    "many": "The old sheep near the gate are asleep .",
    "one": "The old sheep near the gate is asleep .",
    "earlier": "That old sheep near the gate came back .",
}
OWN = "own"
WORDS = {
    "blank": "The blank: cut, yellow", "green": "The blank: cut, green", "plant": "The blank: watered, yellow",
    "name": "Name or thing: Rose Miller", "thing": "Name or thing: Rose petals", "far": "Name or thing: Ivy, far ahead",
    "many": "One or many: are", "one": "One or many: is", "earlier": "One or many: That", OWN: "My own sentence",
    "concat": "Concatenate", "sum": "Sum", "average": "Average", "max": "Maximum",
}  # fmt: skip
REACHED = ("macro_f1", "accuracy")
MERGES = ("concat", "sum", "average", "max")
WAYS = {"forward": "Forward only", "backward": "Backward only", "both": "Both"}
FIRST_TAGS = 3
_MERGED = {
    "concat": "both stand in m, one below the other", "sum": "m = h→ + h←", "average": "m = (h→ + h←) / 2",
    "max": "m = max(h→, h←)",
}  # fmt: skip

LESSON = Lesson(
    NAME,
    "A network that reads forward knows nothing of the words to come. A second one reads the sentence from its end, and "
    "their states are put together at every word.",
    (
        Statement("The blank: before it stands that one can eat it, behind it that it is yellow. Only both together say lemon.",
                  widgets={"sentence": "blank"}),
        Statement("The words behind the blank change, and forward only says the very same: it has not read them.",
                  widgets={"sentence": "green"}),
        Statement("The words before the blank change, and backward only says the very same.",
                  widgets={"sentence": "plant"}),
        Statement("Name or thing: after “Rose” forward only has read nothing that could settle it. Its guess is wrong here.",
                  widgets={"sentence": "thing"}),
        Statement("One or many: “sheep” is settled four words later, by “is”. Forward only guesses wrong; backward only is as "
                  "good as both here.", widgets={"sentence": "one"}),
        Statement("Where an earlier word settles it, forward only needs no help. Now backward only guesses, and wrong.",
                  widgets={"sentence": "earlier"}),
    ),
    Question(
        "Someone speaks, and every word must be tagged before the next one is heard. Does a backward layer help?",
        ("Yes, it always knows more.", "No: it starts at the last word, which has not been said."),
        1,
        "The backward layer begins at the end of the sentence, so nothing can be tagged before the end is there. The same holds "
        "for a network that must foresee the next word: its backward layer would have read the answer.",
    ),
)  # fmt: skip


def build(text: str, merge: str) -> Scene:
    """The scene of a sentence, read by three networks."""
    from core.insight.directions import directions

    networks = directions()
    problems = []
    try:
        read = {way: networks.read(merge if way == "both" else way, text) for way in WAYS}
    except ConfigError as error:
        problems.append(str(error))
        text = SENTENCES["blank"]
        read = {way: networks.read(merge if way == "both" else way, text) for way in WAYS}
    both = read["both"]
    scene = Scene(
        f"{NAME}:{merge}:{text}", "A sentence read forward, backward and both ways: tags, states and scores at every word",
        both.words, units=both.states["forward"].shape[1], step_name="word", problems=problems,
        start={"step": next((place for place, tag in enumerate(both.best) if tag != "O"), 0)},
    )  # fmt: skip
    if any(both.unknown):
        strange = ", ".join(word for word, is_strange in zip(both.words, both.unknown, strict=True) if is_strange)
        scene.problems.append(f"The networks never saw {strange}: they read <unk> there. Known words are listed below.")
    _sentence(scene, read)
    _at_word(scene, read)
    _merging(scene, both, merge)
    _scores(scene, both)
    _influence(scene, read)
    scene.row(statements_panel(LESSON))
    return scene


def _sentence(scene: Scene, read: dict[str, Reading]) -> None:
    both = read["both"]
    for name, way, label in (("f", "forward", "forward state h→"), ("b", "backward", "backward state h←")):
        scene.value(name, label, both.states[way])
    notes = [{"label": label, "at": read[way].best} for way, label in WAYS.items()]
    scene.row({"kind": "sequence", "title": "The sentence, and the tag that each reader gives", "notes": notes,
               "note": "O: a word of which there is nothing to say."})  # fmt: skip


def _at_word(scene: Scene, read: dict[str, Reading]) -> None:
    """What each reader has read at the chosen word, and what it says there."""
    rows: list[list[Any]] = []
    for way, label in WAYS.items():
        one = read[way]
        sure = [f"{share:.1%}" for share in one.probabilities.max(axis=1)]
        seen = [one.seen(place, way) for place in range(len(one.words))]
        for name, column in (("seen", seen), ("says", one.best), ("sure", sure)):
            title = f"{label}: {name if name != 'seen' else 'has read'}"
            scene.values[f"{way}.{name}"] = {"label": title, "at": [[cell] for cell in column]}
        rows.append([label, *({"v": f"{way}.{name}"} for name in ("seen", "says", "sure"))])
    scene.row({"kind": "table", "title": "At this word", "columns": ["Reader", "Has read", "Says", "Sure"], "rows": rows,
               "least": 330})  # fmt: skip


def _merging(scene: Scene, both: Reading, merge: str) -> None:
    """The two states of the chosen word and what is made of them, for one unit as an equation."""
    size = both.states["forward"].shape[1]
    strips = [{"value": "f", "title": "h→"}, {"value": "b", "title": "h←"}]
    if merge == "concat":
        scene.value("m1", "m, first half", both.merged[:, :size], equation=Equation("mᵢ = h→ᵢ", ({"v": "f"},)))
        scene.value("m2", "m, second half", both.merged[:, size:], equation=Equation("mₙ₊ᵢ = h←ᵢ", ({"v": "b"},)))
        strips += [
            {"value": "m1", "title": "m, its first n numbers"},
            {"value": "m2", "title": "m, its last n numbers"},
        ]
    else:
        put_in: dict[str, list[Token]] = {
            "sum": [{"v": "f"}, " + ", {"v": "b"}, " = ", {"v": "m"}],
            "average": ["(", {"v": "f"}, " + ", {"v": "b"}, ") / 2 = ", {"v": "m"}],
            "max": ["max(", {"v": "f"}, ", ", {"v": "b"}, ") = ", {"v": "m"}],
        }
        scene.value("m", "merged m", both.merged, equation=Equation(_MERGED[merge], put_in[merge]))
        strips.append({"value": "m", "title": "m"})
    names = ["m1", "m2"] if merge == "concat" else ["m"]
    scene.row(
        {"kind": "pixels", "title": f"How the two become one: {_MERGED[merge]}", "width": size, "size": "300px", "grow": 2,
         "pictures": [{**strip, "tint": True} for strip in strips],
         "note": "A square is a unit: blue above 0, orange below, stronger further from it. A click chooses a unit."},
        {"kind": "equations", "title": "The chosen unit in numbers", "names": names, "least": 250},
    )  # fmt: skip


def _scores(scene: Scene, both: Reading) -> None:
    """Where the scores of the best tags at the chosen word come from."""
    order = np.argsort(-both.scores, axis=1, kind="stable")[:, :FIRST_TAGS]
    steps = np.arange(len(both.words))
    rows: list[list[Any]] = []
    for place in range(FIRST_TAGS):
        tag = order[:, place]
        scene.values[f"tag{place}"] = {"label": f"tag {place + 1}", "at": [[both.tags[one]] for one in tag]}
        numbers = {
            "forward": both.parts["forward"][steps, tag], "backward": both.parts["backward"][steps, tag],
            "bias": both.bias[tag], "score": both.scores[steps, tag], "share": both.probabilities[steps, tag],
        }  # fmt: skip
        for name, row in numbers.items():
            scene.value(f"{name}{place}", f"{name} of tag {place + 1}", row[:, None])
        rows.append([{"v": f"tag{place}"}, *({"v": f"{name}{place}"} for name in numbers)])
    scene.row({"kind": "table", "title": "Where the scores of both come from: what each direction adds", "least": 330, "columns":
               ["Tag", "From h→", "From h←", "Bias", "Score", "Probability"], "rows": rows})  # fmt: skip


def _influence(scene: Scene, read: dict[str, Reading]) -> None:
    """How far every answer hangs on every word, as gradients that went back through each reader."""
    for way, label in WAYS.items():
        words = list(read[way].words)
        scene.matrix(f"i.{way}", label, read[way].influence, row_names=words, column_names=words, units=False)
    scene.row({"kind": "matrix", "title": "The gradient's way: from the answer at a word (row) to each word (column)",
               "names": [f"i.{way}" for way in ("forward", "both")], "tint": True, "digits": 2})  # fmt: skip


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        chosen = pick(
            NAME, "sentence", "Sentence", (*SENTENCES, OWN), WORDS, "What the three networks read.", wide=True
        )
        merge = pick(NAME, "merge", "Merge", MERGES, WORDS,
                     "How the states of both directions become one.", wide=True)  # fmt: skip
        text = _own() if chosen == OWN else SENTENCES[chosen]

    def scene(edits: Edits) -> Scene:
        return build(text, merge)

    draw_lesson(LESSON, scene, _draw_below)


def _own() -> str:
    """The visitor's sentence."""
    key, usual = f"{NAME}.text", SENTENCES["blank"]
    if is_lesson():
        return str(st.query_params.get(key, usual))
    found = st.text_input(
        "Your sentence", usual, key=key, bind="query-params", help="Two or more low lines are the blank."
    )
    return kept_of(str(found), _MOST_TYPED)


def _draw_below() -> None:
    from core.insight.directions import directions

    with st.expander("Words that the networks know"):
        st.markdown(foreign(", ".join(word for word in directions().vocabulary if word[0].isalpha())))
    base = {"data.id": "two_sides", "model.cell": "gru", "training.max_steps": 1000, "training.learning_rate": 0.01}
    one_way = {**base, "model.bidirectional": False}
    runs = {
        "Forward only": one_way,
        **{f"Both, {WORDS[mode].lower()}": {**base, "model.merge_mode": mode} for mode in ("concat", "max")},
    }
    draw_reached(draw_group(Group(
        NAME, by_values("tagging", runs), "Train them",
        "**Train three yourself**: forward only, and both directions merged in two ways, as ordinary taggers with all tags. The "
        "accuracy counts every word, and most words have the tag O. So look at the macro F1, which counts every tag alike. The "
        "figure above keeps the networks that come with it.",
        (Curves("macro_f1"), Curves("accuracy"), Curves("loss")),
    )))  # fmt: skip
    says = ("Accuracy on unseen sentences, mean ± standard deviation over seeds; one direction alone has 36 units and two have "
            "20 each, so that no network has many more weights")  # fmt: skip
    draw_measured("F7", "One direction against two, measured", says)


def draw_reached(members: list[Member]) -> None:
    """What each training got of the test set, beside the simple methods."""
    rows: list[dict[str, str]] = []
    for one in finished(members):
        result = services.run_file(one.run_id, "result.json") or {}
        found = {one.name: result.get("test") or {}}
        if not rows:
            found = {baseline_label(name): got for name, got in result.get("baselines", {}).items()} | found
        rows += [{"": name, **{metric_label(metric): metric_value(metric, got[metric]) for metric in REACHED if metric in got}}
                 for name, got in found.items()]  # fmt: skip
    if rows:
        st.dataframe(table(pd.DataFrame(rows)), hide_index=True, placeholder=NONE, alt="What each got of the test set.")
        st.caption("Of unseen sentences, beside the baselines.")
