"""A ball that bounces, as films of small pictures: the next frame and a label a frame, in order and jumbled.

A network reads a film frame by frame. After each frame it says every pixel of the next one, and where the ball is going;
neither can be told from one frame alone. Jumbled films have the same frames in a drawn order.

Shape letters: N films, T frames, P pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.recurrent import Recurrent

SIZE, NUM_FRAMES, HIDDEN = 16, 20, 96
DIRECTIONS = ("up left", "up right", "down left", "down right")
ORDERS = ("in order", "jumbled")
STEPS, BATCH, RATE = 2_000, 32, 1e-2
NUM_UNSEEN = 200
_WEIGHTS = Path(__file__).parent / "weights" / "moving_{}.safetensors"
_UNSEEN_SEED = 10_000_019


@dataclass(frozen=True)
class Films:
    """Films.

    Attributes:
        frames: 1 where the ball is, float32 (N, T, P).
        places: Row and column of the ball's middle, (N, T, 2).
        labels: Where the ball goes from each frame, a place in `DIRECTIONS`, (N, T).
    """

    frames: np.ndarray
    places: np.ndarray
    labels: np.ndarray


def films(count: int, seed: int, order: str = "in order") -> Films:
    """Makes films of a ball of 3 x 3 pixels that moves one pixel a frame both ways and bounces off the edges.

    Args:
        count: N, at least 1.
        seed: 0 or more.
        order: One of `ORDERS`; jumbled films are those in order with their frames, and labels, shuffled.
    """
    rng = np.random.default_rng(seed)
    place, speed = rng.integers(1, SIZE - 1, (count, 2)), rng.choice((-1, 1), (count, 2))
    places, labels = np.empty((count, NUM_FRAMES, 2), int), np.empty((count, NUM_FRAMES), int)
    for at in range(NUM_FRAMES):
        speed = np.where((place + speed < 1) | (place + speed > SIZE - 2), -speed, speed)
        places[:, at], labels[:, at] = place, 2 * (speed[:, 0] > 0) + (speed[:, 1] > 0)
        place = place + speed
    if order == "jumbled":
        shuffled = rng.permuted(np.tile(np.arange(NUM_FRAMES), (count, 1)), axis=1)
        places, labels = np.take_along_axis(places, shuffled[..., None], 1), np.take_along_axis(labels, shuffled, 1)
    lines = np.arange(SIZE)
    near = np.abs(places[..., None] - lines) <= 1
    frames = near[..., 0, :, None] & near[..., 1, None, :]
    return Films(frames.reshape(count, NUM_FRAMES, -1).astype(np.float32), places, labels)


class FilmReader(nn.Module):
    """A GRU over frames, with the pixels of the next frame and the direction read off each state."""

    def __init__(self) -> None:
        super().__init__()
        self.recurrent = Recurrent("gru", SIZE * SIZE, HIDDEN)
        self.next_frame = nn.Linear(HIDDEN, SIZE * SIZE)
        self.direction = nn.Linear(HIDDEN, len(DIRECTIONS))

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the next frame's pixels (N, T, P) and of the directions (N, T, 4), from frames (N, T, P)."""
        states, _ = self.recurrent(frames)
        return self.next_frame(states), self.direction(states)


def losses(network: FilmReader, found: Films) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy of a pixel and cross-entropy of a direction, in nats, both means."""
    frames = torch.from_numpy(found.frames)
    pixels, directions = network(frames)
    binary = F.binary_cross_entropy_with_logits(pixels[:, :-1], frames[:, 1:])
    return binary, F.cross_entropy(directions.flatten(0, 1), torch.from_numpy(found.labels).flatten())


def train(order: str, seed: int, steps: int = STEPS) -> FilmReader:
    """Trains on new films at every step, with Adam and the gradient clipped at norm 1."""
    torch.manual_seed(seed)
    network = FilmReader()
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        binary, named = losses(network, films(BATCH, 1_000_000 * (seed + 1) + step, order))
        optimizer.zero_grad()
        (SIZE * SIZE * binary / 10 + named).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return network


@cache
def trained(order: str) -> FilmReader:
    """The network that ships, trained on films in that order."""
    network = FilmReader()
    kept = load_file(str(_WEIGHTS).format(order.replace(" ", "_")))
    network.load_state_dict({name: value.float() for name, value in kept.items()})
    return network.eval()


def unseen(order: str) -> Films:
    """Films that no network was trained on."""
    return films(NUM_UNSEEN, _UNSEEN_SEED, order)


def middles(pixels: np.ndarray) -> np.ndarray:
    """Row and column of the 3 x 3 pixels with the largest sum: (..., 2), from (..., P)."""
    square = pixels.reshape(*pixels.shape[:-1], SIZE, SIZE)
    sums = sum(square[..., row : row + SIZE - 2, column : column + SIZE - 2] for row in range(3) for column in range(3))
    best = np.asarray(sums).reshape(*pixels.shape[:-1], -1).argmax(-1)
    return np.stack(np.divmod(best, SIZE - 2), -1) + 1


@torch.inference_mode()
def foresee(network: FilmReader, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of the next frame's pixels (N, T, P) and of directions (N, T, 4)."""
    pixels, directions = network(torch.from_numpy(frames))
    return pixels.sigmoid().numpy(), directions.softmax(-1).numpy()


def score(network: FilmReader, found: Films) -> dict[str, float]:
    """How well a network does on films, from their third frame on, when two have been read.

    Returns:
        `next place`: the share of next frames whose ball is put in the right place; `straight on`: the same of who goes on
        as from the last frame to this one; `direction`: the share of right directions; `loss`: nats a pixel; `mean frame`:
        the same of who says the mean of all frames.
    """
    pixels, directions = foresee(network, found.frames)
    truth, places = found.frames[:, 2:], found.places
    said = pixels[:, 1:-1].clip(1e-6, 1 - 1e-6)
    mean = found.frames.mean((0, 1)).clip(1e-6, 1 - 1e-6)
    straight = 2 * places[:, 1:-1] - places[:, :-2]

    def nats(chances: np.ndarray) -> float:
        return float(-(truth * np.log(chances) + (1 - truth) * np.log(1 - chances)).mean())

    return {
        "next place": float((middles(said) == places[:, 2:]).all(-1).mean()),
        "straight on": float((straight == places[:, 2:]).all(-1).mean()),
        "direction": float((directions[:, 1:-1].argmax(-1) == found.labels[:, 1:-1]).mean()),
        "loss": nats(said),
        "mean frame": nats(mean),
    }


def keep() -> None:
    """Trains both networks that ship and writes their weights, in half precision."""
    for order in ORDERS:
        state = {name: value.half().contiguous() for name, value in train(order, 0).state_dict().items()}
        save_file(state, str(_WEIGHTS).format(order.replace(" ", "_")))


if __name__ == "__main__":
    keep()
