"""Order in moving pictures: the next frame of a bouncing ball, foreseen in order, and not from jumbled frames.

Left out: the films, the networks and their figures (core.insight.moving).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from core.insight.edits import Edits
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.measured import draw_measured
from ui.learn.scene import Equation, Scene, slider

NAME = "moving_pictures"
WORDS = {"in order": "In order", "jumbled": "Jumbled"}
LESSON = Lesson(
    NAME,
    "A film of a ball, frame by frame. A network says every pixel of the next frame, and where the ball is going: one frame "
    "alone tells neither, and frames without their order tell little.",
    (
        Statement("After one frame it cannot know where the ball goes: the next frame is a blur.",
                  {"step": 0, "unit": 167, "mark": "said", "edits": {"film": 1}}, {"order": "in order"}),
        Statement("Two frames tell the direction, and the blur becomes a ball.",
                  {"step": 1, "unit": 182, "mark": "said", "edits": {"film": 1}}, {"order": "in order"}),
        Statement("The loss of the next frame falls as soon as there is something to go by.",
                  {"step": 1, "unit": 182, "mark": "loss_frame", "edits": {"film": 1}}, {"order": "in order"}),
        Statement("The same frames jumbled: after many of them it still says a blur, and half of its directions are wrong.",
                  {"step": 16, "unit": 133, "mark": "said", "edits": {"film": 1}}, {"order": "jumbled"}),
    ),
    Question(
        "Every frame of the jumbled films also stands in the films in order. What was lost?",
        ("Nothing: a network sees all frames.", "What a frame says about the next one.", "The colour of the ball."),
        1,
        "The place of the ball is in each frame, its direction only in the change from one to the next.",
    ),
)  # fmt: skip


@cache
def _figures(order: str) -> dict[str, float]:
    """How well the network of an order does on films it has not seen."""
    from core.insight import moving

    return moving.score(moving.trained(order), moving.unseen(order))


def scene_of(order: str, edits: Edits) -> Scene:
    """One film that the network of that order has not seen: what it reads, foresees and calls the direction."""
    from core.insight import moving

    found = moving.unseen(order)
    film = edits.whole("film", 1, 1, 40) - 1
    frames = found.frames[film]
    pixels, directions = (part[0] for part in moving.foresee(moving.trained(order), found.frames[film : film + 1]))
    names = [f"row {row + 1}, column {column + 1}" for row in range(moving.SIZE) for column in range(moving.SIZE)]
    middle = int(found.places[film, 1] @ (moving.SIZE, 1))
    scene = Scene(f"moving-{order}", f"A film of a ball, {order}, and the next frame as a network foresees it",
                  [""] * (moving.NUM_FRAMES - 1), len(names), "frame",
                  {"unit": middle, "mark": "said"}, unit_names=names, play_ms=500)  # fmt: skip
    _add_values(scene, frames, pixels)
    scene.row({"kind": "sliders", "sliders": [
        slider("film", "Film", film + 1, 1, 40, 1, "None of them was trained on.")]})  # fmt: skip
    panel = {"kind": "pixels", "width": moving.SIZE, "size": "216px", "least": 250}
    darkest = float(pixels[:-1].max())
    foreseen = {"title": "", "value": "said", "tint": True, "most": darkest,
                "note": f"Blue: the chance p of the ball there; darkest: {darkest:.2f}."}  # fmt: skip
    scene.row(
        {**panel, "title": "It reads this frame", "pictures": [{"title": "", "value": "seen", "tint": True}]},
        {**panel, "title": "It foresees the next one", "pictures": [foreseen]},
        {**panel, "title": "The next frame", "pictures": [{"title": "", "value": "truth", "tint": True}]},
    )
    said, right = directions[:-1].argmax(-1), found.labels[film, :-1]
    rows = [
        [place + 1, moving.DIRECTIONS[one], moving.DIRECTIONS[true], "yes" if one == true else "no"]
        for place, (one, true) in enumerate(zip(said, right, strict=True))
    ]
    scene.row(
        {"kind": "equations", "title": "Binary cross-entropy of this pixel", "names": ["loss"]},
        {"kind": "lines", "title": "Loss of the next frame", "follow": True, "x_title": "frame read", "least": 300,
         "y_title": "nats a pixel, mean of the frame",
         "series": [{"label": "", "color": "var(--blue)", "value": "loss_frame", "width": 2}]},
    )  # fmt: skip
    scene.row(
        {
            "kind": "facts",
            "title": f"On {moving.NUM_UNSEEN} unseen films, from the third frame on",
            "items": _facts(order),
        }
    )
    scene.row(
        {"kind": "table", "title": "A label for every frame", "chosen_by": "step", "rows": rows,
         "columns": ["frame", "it says", "it goes" if order == "in order" else "in the film", "right"],
         "note": "" if order == "in order" else "Where the ball went from this frame in the film, before it was jumbled."},
        statements_panel(LESSON),
    )  # fmt: skip
    return scene


def _add_values(scene: Scene, frames: np.ndarray, pixels: np.ndarray) -> None:
    said, truth = pixels[:-1].astype(np.float64), frames[1:].astype(np.float64)
    loss = -(truth * np.log(said.clip(1e-12)) + (1 - truth) * np.log((1 - said).clip(1e-12)))
    scene.value("seen", "pixel that is read", frames[:-1])
    scene.value("said", "foreseen pixel p", said)
    scene.value("truth", "pixel of the next frame y", truth)
    scene.value("loss", "loss of the pixel", loss, equation=Equation(
        "loss = −y log p − (1 − y) log(1 − p)",
        ["−", {"v": "truth"}, " log ", {"v": "said"}, " − (1 − ", {"v": "truth"}, ") log(1 − ", {"v": "said"}, ") = ",
         {"v": "loss", "result": True}],
        ["In nats; a click on a pixel chooses it. The loss of a film is the mean over all pixels of all frames."]))  # fmt: skip
    scene.value("loss_frame", "loss of the next frame", loss.mean(1)[:, None])


def _facts(order: str) -> list[dict[str, str]]:
    found = _figures(order)
    return [
        {"label": "Ball in the right place", "text": f"{found['next place']:.0%}",
         "note": f"going straight on: {found['straight on']:.0%}"},
        {"label": "Right direction", "text": f"{found['direction']:.0%}", "note": "guessing: 25%"},
        {"label": "Loss, nats a pixel", "text": f"{found['loss']:.3f}", "note": f"mean of all frames: {found['mean frame']:.3f}"},
    ]  # fmt: skip


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        order = pick(NAME, "order", "Frames", tuple(WORDS), WORDS,
                     "Films as they are, or shuffled; each with a network that learned from such films.")  # fmt: skip
    draw_lesson(LESSON, lambda edits: scene_of(order, edits), _draw_measured)


def _draw_measured() -> None:
    says = (
        "Unseen films of its own order from the third frame on, mean ± deviation over seeds; a guessed direction: 0.25"
    )
    draw_measured("E10", "Measured over seeds", says, words={
        "next place": "ball in its place", "straight on": "going straight on", "direction": "right direction",
        "loss": "loss, nats a pixel", "mean frame": "of the mean frame",
    })  # fmt: skip
