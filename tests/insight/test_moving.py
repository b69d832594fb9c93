"""A ball that bounces: films that move as told, jumbled ones with the same frames, and what the networks that ship foresee."""

import numpy as np
import pytest
import torch

from core.insight import moving


def test_the_ball_moves_one_pixel_both_ways_stays_inside_and_its_label_says_where_it_goes():
    found = moving.films(7, 3)
    steps = np.diff(found.places, axis=1)
    assert set(np.abs(steps).ravel()) == {1} and found.places.min() == 1 and found.places.max() == moving.SIZE - 2
    assert (found.labels[:, :-1] == 2 * (steps[..., 0] > 0) + (steps[..., 1] > 0)).all()
    assert (found.frames.sum(-1) == 9).all()
    assert (moving.middles(found.frames) == found.places).all()


def test_jumbled_films_have_the_same_frames_in_another_order():
    whole, jumbled = moving.films(5, 3), moving.films(5, 3, "jumbled")
    assert not (whole.frames == jumbled.frames).all()
    for one, other in zip(whole.places, jumbled.places, strict=True):
        assert sorted(map(tuple, one)) == sorted(map(tuple, other))


def test_the_next_frame_is_foreseen_in_order_and_not_when_jumbled():
    in_order, jumbled = (moving.score(moving.trained(order), moving.unseen(order)) for order in moving.ORDERS)
    assert in_order["next place"] > in_order["straight on"] > 0.8
    assert in_order["direction"] > 0.95 and in_order["loss"] < in_order["mean frame"] / 3
    assert jumbled["next place"] < 0.15 and jumbled["direction"] < 0.6


def test_training_learns_and_a_seed_gives_the_same_network_again():
    first, again = moving.train("in order", 0, 3), moving.train("in order", 0, 3)
    assert all(torch.equal(one, other) for one, other in zip(first.parameters(), again.parameters(), strict=True))


def test_what_the_page_shows_of_a_pixel_is_binary_cross_entropy_as_training_has_it():
    from core.insight.edits import Edits
    from ui.learn.moving_pictures import scene_of

    scene = scene_of("in order", Edits({"film": 2}))
    shown = np.array(scene.values["loss"]["at"])
    found = moving.unseen("in order")
    one = moving.Films(found.frames[1:2], found.places[1:2], found.labels[1:2])
    with torch.inference_mode():
        binary, _ = moving.losses(moving.trained("in order"), one)
    assert shown.mean() == pytest.approx(float(binary), rel=1e-4)
    assert np.array(scene.values["loss_frame"]["at"]).mean() == pytest.approx(float(binary), rel=1e-4)
