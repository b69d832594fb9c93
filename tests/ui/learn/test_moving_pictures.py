"""The statements of the moving pictures stand on a pixel of the ball, and hold."""

import numpy as np

from core.insight import moving
from core.insight.edits import Edits
from ui.learn.moving_pictures import LESSON, scene_of


def test_each_statement_is_about_a_pixel_of_the_ball_and_two_frames_make_a_ball_of_the_blur():
    said = []
    for statement in LESSON.statements:
        state, order = statement.state, statement.widgets["order"]
        values = scene_of(order, Edits(state["edits"])).data()["values"]
        assert values["truth"]["at"][state["step"]][state["unit"]] == 1
        said.append(max(values["said"]["at"][state["step"]]))
    blur, ball, _, jumbled = said
    assert ball > 0.98 > blur and jumbled < 0.3
    loss = np.ravel(scene_of("in order", Edits({})).data()["values"]["loss_frame"]["at"])
    assert loss[1] < 0.1 * loss[0]


def test_jumbled_films_say_that_the_direction_is_that_of_the_film():
    for order, title in (("in order", "it goes"), ("jumbled", "in the film")):
        shown = scene_of(order, Edits({})).data()
        (table,) = [panel for row in shown["rows"] for panel in row if panel.get("title") == "A label for every frame"]
        assert table["columns"][2] == title
        assert [moving.DIRECTIONS.index(row[2]) for row in table["rows"]] == list(moving.unseen(order).labels[0, :-1])
