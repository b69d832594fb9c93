"""The bottleneck and attention: one step of a decoder in numbers, the way of the gradient, and reading one's own words.

Left out: the trainings and what was measured (attention_results.py), and what is computed (core.insight.attending).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.config.errors import ConfigError
from core.insight.edits import Edits
from ui import services
from ui.foreign import foreign, one_line
from ui.learn import attention_results as results
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, is_lesson, pick, set_up, statements_panel
from ui.learn.scene import Equation, Scene, slider
from ui.learn.training import draw_group, finished, members_of
from ui.results.common import ask
from ui.results.typed import kept_of

NAME, TASK = "attention", "translation"
VIEWS = {"step": "One step of attention", "path": "Path of the gradient", "own": "Right words or its own"}
USUAL = "one hundred and forty-seven thousand, two hundred and sixty-three"  # the longest whose translation is known
PLACES = 3  # of weights
_MOST_TYPED = 200  # characters
SHOWN = 2  # numbers of a context that are written out
SHIPS = "trained before, with attention"
NETWORKS = {"ships": SHIPS, "with": "trained below, with attention", "without": "trained below, without attention"}
_STYLES = (("var(--blue)", "line"), ("var(--red)", "dashed"))
_PATHS = (*_STYLES, ("var(--blue)", "dotted"), ("var(--red)", "dotted"))
LESSON = Lesson(
    NAME,
    "An encoder reads a sentence into one vector of fixed size, and a decoder must say everything from it: a bottleneck. "
    "Attention lets the decoder look back at every state of the encoder, and its weights can be seen.",
    (
        Statement("The decoder's state is the query. It is compared with each source word: a score each.",
                  {"step": 0, "mark": "score"}, {"view": "step"}),
        Statement("A softmax turns scores into weights that sum to 1. The scores here lie so far apart that one word gets all of "
                  "it, to three places.",
                  {"step": 1, "mark": "weight"}, {"view": "step"}),
        Statement("The weighted sum of the encoder's states is what the decoder gets to see, a new one for every word.",
                  {"step": 2, "mark": "context.0"}, {"view": "step"}),
        Statement("Before training the first source word gets by far the least gradient without attention; with it every word "
                  "has a short way of its own. Training can open the long way; that alone makes no good translator.",
                  {"step": 0}, {"view": "path"}),
        Statement("While training, the decoder reads the right words; in use its own. Without a mistake they are the same.",
                  {"step": 0, "mark": "own", "edits": {"mistake": 0}}, {"view": "own"}),
        Statement("One wrong word, and the loss of the words after it rises: in use there is nobody to correct it.",
                  {"step": 2, "mark": "own", "edits": {"mistake": 2}}, {"view": "own"}),
    ),
    Question(
        "A sentence becomes twice as long. What happens to the vector through which it passes, with attention and without?",
        (
            "It becomes twice as long in both.",
            "Without attention it stays as it is; with attention there are twice as many states to look at.",
            "With attention it becomes shorter.",
        ),
        1,
        "The last state has as many numbers as ever, and must hold twice as much. Attention keeps one state for each source "
        "word, so what can be looked up grows with the sentence.",
    ),
)  # fmt: skip


def step_scene(network: Any, text: str, name: str = SHIPS) -> Scene:
    """Query, scores, weights and weighted sum of each written word."""
    from core.insight.attending import looks_of

    read = network.read(text)
    src, trg = [one_line(word, 14) for word in read.src_tokens], [one_line(word, 14) for word in read.trg_tokens]
    looks = looks_of(network.model, read.src, read.src_lengths, read.trg_in)
    scene = Scene(f"attention-step-{name}-{text}", f"Attention from {len(trg)} written words to {len(src)} source words", trg,
                  len(src), "written word", {"step": 0, "mark": "weight"}, unit_at=looks.weights.argmax(1).tolist(),
                  unit_names=[f"source word {place + 1}, {word}" for place, word in enumerate(src)])  # fmt: skip
    weights = np.round(looks.weights, PLACES)
    sizes = {"query": (looks.queries**2).sum(1) ** 0.5, "key": (looks.keys**2).sum(1) ** 0.5}
    scene.value("query", "length of the query |q|", sizes["query"][:, None])
    scene.value("key", "length of the key |k|", sizes["key"][None])
    cosine = (looks.queries @ looks.keys.T) / (sizes["query"][:, None] * sizes["key"][None]).clip(1e-12)
    scene.value("cosine", "cosine between them", cosine)
    is_product = network.model.attention.kind != "additive"
    put_in = (
        ["|q| |k| cos = ", {"v": "query"}, " · ", {"v": "key"}, " · ", {"v": "cosine"}, " = "] if is_product else ["= "]
    )
    formula = "score = q · k" if is_product else "score = v · tanh(W q + U k + b)"
    scene.value("score", "score of the source word", looks.scores,
                equation=Equation(formula, [*put_in, {"v": "score", "result": True}]))  # fmt: skip
    shifted = looks.scores - looks.scores.max(1, keepdims=True)
    scene.value("lead", "score less the best score", shifted)
    scene.value("sum", "sum of e to these", np.exp(shifted).sum(1, keepdims=True))
    scene.value("weight", "weight of the source word", weights, low=0, high=1, equation=Equation(
        "weight = e^(score − best score) / sum over all source words",
        ["e^(", {"v": "lead"}, ") / ", {"v": "sum"}, " = ", {"v": "weight", "result": True}],
        ["The weights of all source words sum to 1."]))  # fmt: skip
    for place in range(SHOWN):
        scene.value(f"value.{place}", f"value, number {place + 1}", looks.values[None, :, place])
        tokens: list[Any] = []
        for at in range(len(src)):
            tokens += [" + " * bool(at), {"v": "weight", "unit": at}, " · (", {"v": f"value.{place}", "unit": at}, ")"]
        scene.value(f"context.{place}", f"context, number {place + 1}", looks.contexts[:, place : place + 1],
                    equation=Equation(f"context {place + 1} = sum of weight · value {place + 1}",
                                      [*tokens, " = ", {"v": f"context.{place}", "result": True}]))  # fmt: skip
    scene.matrix("all", "Weights: a row for each written word, a column for each source word", weights,
                 f"{len(trg)} × {len(src)}", trg, src, units=False)  # fmt: skip
    scene.row(
        {"kind": "vectors", "title": "Query meets keys, values are summed", "least": 340, "columns": [
            {"value": "score", "title": "score q · k", "names": src},
            {"value": "weight", "title": "weight (softmax)", "sign": "→", "most": 1},
            {"value": "value.0", "title": "value 1", "sign": "·"},
            {"value": "context.0", "title": "their sum: context 1", "sign": "→", "chosen": False}]},
        {"kind": "equations", "title": "Query, values and weighted sum, in numbers: {unit}", "least": 340,
         "names": ["score", "weight", *(f"context.{place}" for place in range(SHOWN))],
         "note": f"The first {SHOWN} of {looks.values.shape[1]} numbers of the context; values are the encoder's states. "
                 f"Weights are rounded to {PLACES} places."},
    )  # fmt: skip
    scene.row({"kind": "matrix", "title": "Where it looked", "names": ["all"], "tint": True, "digits": 2, "note":
               "Not always at the word that it translates: a state of the encoder tells of the other words that it "
               "has read too. How often: Alignment error, below."})  # fmt: skip
    return scene


def path_scene(text: str, networks: dict[str, tuple[Any, Any]], note: str) -> Scene:
    """The strongest gradient that any written word sends to each source word, by network.

    Args:
        text: The source.
        networks: By name the network and what it reads and writes, as `Seq2SeqPredictor.read` gives it.
        note: Which networks these are.
    """
    from core.insight.attending import gradients_at_source

    words = [one_line(word, 14) for word in next(iter(networks.values()))[1].src_tokens]
    scene = Scene(f"attention-path-{text}-{','.join(networks)}", "Norm of the gradient at each source word, by network", words,
                  step_name="source word", start={"mark": next(iter(networks))})  # fmt: skip
    series, items = [], []
    for (name, (model, read)), (color, style) in zip(networks.items(), _PATHS, strict=False):
        norms = gradients_at_source(model, read.src, read.src_lengths, read.trg_in, read.written).max(0)
        scene.value(name, f"norm of the gradient, {name}", norms[:, None])
        series.append({"label": name, "color": color, "value": name, "style": style, "width": 2})
        first, most = norms[0], norms.max()
        items.append({"label": name, "text": _said(first / max(most, 1e-300)),
                      "note": f"{_said(first)} at “{words[0]}”, {_said(most)} at “{words[norms.argmax()]}”"})  # fmt: skip
    scene.row(
        {"kind": "lines", "title": "The strongest gradient that a written word sends to each source word",
         "series": series, "follow": True, "x_title": "source word, from the first to the last",
         "y_title": "norm of the gradient", "log_y": True, "grow": 2, "note": note},
        {"kind": "facts", "title": "At the first source word, as a share of the strongest", "items": items,
         "says": "Without attention the gradient comes to the first source word through all states between. Each is a factor; "
                 "training can open the gates, and then little is lost on the way. A share is of a network's own strongest "
                 "word, so it tells how evenly the gradient falls, not which network translates better."},
    )  # fmt: skip
    return scene


def _said(number: float) -> str:
    """A number with its power of ten as the figure writes one."""
    front, _, power = f"{number:.2g}".partition("e")
    return front + (f"·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}" if power else "")


def own_scene(network: Any, text: str, truth: str, edits: Edits, name: str = SHIPS) -> Scene:
    """The loss of the right word at every step, when the decoder reads the right words and when it reads its own."""
    from core.data.text import BOS, EOS
    from core.insight.attending import write_on

    read, tokenizer = network.read(text), network.trg_tokenizer
    right = [*tokenizer.encode(truth).tolist(), EOS] if truth else list(read.written)
    mistake = edits.whole("mistake", 0, 0, len(right) - 1)
    given = {mode: write_on(network.model, read.src, read.src_lengths, right, BOS, own, mistake if own else 0)
             for mode, own in (("forced", False), ("own", True))}  # fmt: skip

    def words(ids: list[int]) -> list[str]:
        return ["<eos>" if one == EOS else "<bos>" if one == BOS else one_line(tokenizer.token(one), 14) for one in ids]

    scene = Scene(f"attention-own-{name}-{text}", "Loss at each written word, reading right words and its own", words(right),
                  step_name="written word", start={"mark": "own"})  # fmt: skip
    labels = {"forced": "reads the right words (teacher forcing)", "own": "reads its own words"}
    smoothing = network.experiment.training.label_smoothing
    output = "hₜ" if network.model.attention is None else "tanh(V [context; hₜ])"
    for mode, one in given.items():
        scene.value(f"{mode}.p", f"probability of the right word, {labels[mode]}", np.exp(-one.losses)[:, None])
        scene.value(mode, f"loss, {labels[mode]}", one.losses[:, None], equation=Equation(
            f"{labels[mode]}: yₜ = softmax(W {output}), loss = −log yₜ(right word)",
            ["−log ", {"v": f"{mode}.p"}, " = ", {"v": mode, "result": True}]))  # fmt: skip
    help = "In place of this written word the decoder reads its second choice; 0 for no mistake."
    moved = slider("mistake", "A mistake in written word", mistake, 0, len(right) - 1, 1, help)
    scene.row({"kind": "sliders", "sliders": [moved]})
    floor = f"It was trained with label smoothing of {smoothing:g}, so no loss comes down to 0." if smoothing else ""
    scene.row(
        {"kind": "lines", "title": "Loss by position in both modes", "follow": True, "x_title": "written word",
         "y_title": "loss, nats", "least": 340, "note": floor,
         "series": [{"label": labels[mode], "color": color, "value": mode, "style": style, "width": 2}
                    for mode, (color, style) in zip(given, _STYLES, strict=True)]},
        {"kind": "equations", "title": "From the state to the loss", "names": list(given), "least": 300,
         "note": "h₀ comes from the encoder's last state; hₜ from hₜ₋₁ and the word that is read."},
    )  # fmt: skip
    columns = (words(right), words(given["forced"].read), words(given["own"].read), words(given["own"].likeliest))
    said = "" if truth else "The right translation is not known here, so what the network writes stands for it."
    if mistake:
        columns[2][mistake] += " ✗"
        said += (" ✗: the mistake, in place of the word before. The loss asks for each word at its place, so what goes on "
                 "rightly but a place early counts as wrong all along.")  # fmt: skip
    rows = [[place, *row] for place, row in enumerate(zip(*columns, strict=True), 1)]
    scene.row({"kind": "table", "title": "What it reads at each step", "chosen_by": "step", "note": said.strip(), "rows": rows,
               "columns": ["", "right word", "read, teacher forcing", "read, its own", "likeliest word then"]})  # fmt: skip
    return scene


def draw() -> None:
    """The page."""
    begin(LESSON)
    ships, truths = _starter()
    pair = _pair()
    with set_up():
        view = pick(NAME, "view", "View", tuple(VIEWS), VIEWS, "What the figure shows.", wide=True)
        options = tuple(name for name in NETWORKS if view == "own" or name != "without")
        chosen = pick(NAME, "network", "Network", options, NETWORKS, "Trained before, or one of the pair below.",
                      wide=True) if pair and view != "path" else "ships"  # fmt: skip
        text = _text()
    network = pair.get(f"{chosen} attention", ships)
    if network is None or not text.strip():
        st.info(
            "Type a number in English words, and the network reads it." if network else "No trained network is here."
        )
    elif _can_read(network, text):
        draw_lesson(LESSON, lambda edits: _scene(view, chosen, ships, pair, text, truths, edits), _below)
        return
    _below()


def _scene(
    view: str, chosen: str, ships: Any, pair: dict[str, Any], text: str, truths: dict[str, str], edits: Edits
) -> Scene:
    network = pair.get(f"{chosen} attention", ships)
    if view == "own":
        scene = own_scene(network, text, truths.get(text, ""), edits, chosen)
    elif view == "path":
        networks, note = _paths(ships, pair, text)
        scene = path_scene(text, networks, f"{note} {results.how_many_right() if pair else ''}".strip())
    else:
        scene = step_scene(network, text, chosen)
    scene.row(statements_panel(LESSON))
    return scene


def _can_read(network: Any, text: str) -> bool:
    """Whether the network reads a text; says why not, and what it does not know."""
    try:
        network.read(text)
    except ConfigError as error:
        st.error(foreign(str(error)))
        return False
    unknown = network.unknown(text)
    if unknown:
        st.warning(f"The network has never seen: {foreign(', '.join(unknown))}. It reads them as {foreign('<unk>')}.")
    return True


def _text() -> str:
    if is_lesson():
        return str(st.query_params.get(f"{NAME}.text", USUAL))[:_MOST_TYPED]
    found = st.text_area("Source sentence", USUAL, height="content", key=f"{NAME}.text", bind="query-params",
                         help="A number below a million in English words, as the network learned them.")  # fmt: skip
    return kept_of(str(found), _MOST_TYPED)


def _starter() -> tuple[Any, dict[str, str]]:
    """The network that ships, and the right translations of some sentences it has not learned from."""
    run_id = services.store().starter(TASK)
    if run_id is None:
        return None, {}
    details = services.run_file(run_id, "details.json") or {}
    return ask(lambda: services.predictor(run_id)), {one["src"]: one["trg"] for one in details.get("examples", ())}


def _pair() -> dict[str, Any]:
    """The networks that were trained here and may be looked into, by name; nothing before both are done."""
    runs = [one for one in finished(members_of(results.GROUP)) if one.experiment.task == TASK]
    found = {one.kind: ask(partial(services.predictor, one.run_id)) for one in runs}
    ready = {name: network for name, network in found.items() if network is not None and network.may_write}
    return ready if set(ready) == set(results.PAIR) else {}


def _paths(ships: Any, pair: dict[str, Any], text: str) -> tuple[dict[str, tuple[Any, Any]], str]:
    """What the gradient is followed through: a pair before training, and the one that was trained here."""
    from core.insight.attending import UNITS, untrained

    like = ships or pair["with attention"]
    read, sizes = like.read(text), (like.src_tokenizer.vocab_size, like.trg_tokenizer.vocab_size)
    fresh = {f"{name}, untrained": (untrained(*sizes, kind), read) for name, kind in results.PAIR.items()}
    found = {f"{name}, trained": (pair[name].model, pair[name].read(text)) for name in results.PAIR} if pair else {}
    asked = f"Untrained: networks of {UNITS} units, asked for the translation that a trained one gives."
    return (
        found | fresh,
        f"{asked} Trained: the pair below." if pair else f"{asked} Train both below, and their lines join these.",
    )


def _below() -> None:
    results.draw_reached(draw_group(results.group()))
    results.draw_measured()
