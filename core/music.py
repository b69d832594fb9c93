"""Tunes in ABC notation: what they say note by note, and how they sound.

A network writes what only looks like music: whatever cannot be read is passed over and counted, and nothing is refused. One
voice, as folk tunes have it; repeats are played once, chords in quotes and ornaments not at all. A sign holds in its own octave.

Reference: the ABC music standard 2.1, sections 3 and 4.
"""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

MOST_CHARACTERS, MOST_NOTES, MOST_QUARTERS = 4_000, 600, 64  # the last one of a note
MOST_SECONDS, RATE = 60.0, 22_050
_LETTERS, _SEMITONES = "CDEFGAB", (0, 2, 4, 5, 7, 9, 11)
_SHARPS = "FCGDAEB"  # in the order in which keys take them; flats come from the other end
_MODES = {
    "": 0,
    "maj": 0,
    "ion": 0,
    "lyd": 1,
    "mix": -1,
    "dor": -2,
    "m": -3,
    "min": -3,
    "aeo": -3,
    "phr": -4,
    "loc": -5,
}
_RAISED = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_SIGNS = {2: "𝄪", 1: "♯", 0: "♮", -1: "♭", -2: "𝄫"}
_BETWEEN = re.compile(r"\n(?=X:)|\n\r?\n")
_FIELD = re.compile(r"^([A-Zmrsw]):(?!\|)(.*)$")
_KEY = re.compile(r"([A-G])([#b]?) ?([A-Za-z]{0,3})")
_FRACTION = re.compile(r"(\d{1,3})/(\d{1,3})")
_NUMBER = re.compile(r"=(\d{1,3})|^(\d{1,3})$")
_ASIDE = re.compile(r'"[^"]{0,60}"|![^!]{0,30}!|\{[^}]{0,60}\}|%.*')
_PITCH = re.compile(r"([\^_=]{0,2})([A-Ga-g])([,']{0,4})(\d{0,2}/{0,3}\d{0,2})(-?)")
_TOKEN = re.compile(
    r"(?P<inline>\[[A-Za-z]:[^\]]{0,60}\])|(?P<bar>\[\||[|:]{1,4}\]?)|(?P<ending>\[\d)|(?P<chord>\[[^\]|]{0,40}\])|\((?P<tuplet>[2-9](?::\d?){0,2})"
    r"|(?P<note>[\^_=]{0,2}[A-Ga-g][,']{0,4})|(?P<rest>[zx])|(?P<length>\d{1,2}/?\d{0,2}|/{1,3}\d{0,2})|(?P<broken>[<>]{1,3})|(?P<tie>-)"
    r"|(?P<other>[^\s~.uvHLMOPST()`\\\]])"
)


@dataclass
class Note:
    """What sounds at once.

    Attributes:
        start, length: In quarter notes.
        pitches: MIDI numbers, 60 for the middle C; empty for a rest.
        steps: Places on the staff, 0 for the middle C, one more for each letter after it.
        signs: The accidental that is written before each, "" for none.
        is_tied: Whether it goes on into the next.
    """

    start: Fraction
    length: Fraction
    pitches: tuple[int, ...]
    steps: tuple[int, ...] = ()
    signs: tuple[str, ...] = ()
    is_tied: bool = False


@dataclass
class Bar:
    """Notes up to a bar line, which is drawn as it is written; a full one has as many quarter notes as its metre."""

    notes: list[Note] = field(default_factory=list)
    line: str = "|"
    metre: Fraction = Fraction(0)

    @property
    def length(self) -> Fraction:
        """In quarter notes."""
        return sum((note.length for note in self.notes), Fraction(0))


@dataclass
class Tune:
    """A tune.

    Attributes:
        sharps: Of its key; below zero flats.
        metre: Quarter notes of a full bar; 0 where none is known.
        tempo: Quarter notes a minute.
        num_unread: Signs that mean nothing.
    """

    title: str = ""
    key: str = "C"
    sharps: int = 0
    metre_name: str = ""
    metre: Fraction = Fraction(0)
    tempo: float = 112.0
    bars: list[Bar] = field(default_factory=list)
    num_unread: int = 0

    @property
    def notes(self) -> list[Note]:
        return [note for bar in self.bars for note in bar.notes]

    def full_bars(self) -> tuple[int, int]:
        """How many bars have the length of their metre, and how many could have: an upbeat and the last bar need not.

        Two parts of a bar with a repeat or a double line between them are one.
        """
        lengths: list[tuple[Fraction, Bar]] = []
        for bar in self.bars:
            length, before = bar.length, lengths[-1] if lengths else None
            is_rest = before is not None and before[1].line not in ("|", "") and before[0] + length == bar.metre
            if before is not None and is_rest:
                lengths[-1] = (before[0] + length, bar)
            else:
                lengths.append((length, bar))
        first = 1 if lengths and lengths[0][0] < lengths[0][1].metre else 0
        asked = lengths[first:-1]
        return sum(length == bar.metre for length, bar in asked), len(asked)


def tunes_of(text: str) -> list[Tune]:
    """The tunes of a text that have a note, in its order: each ends at a blank line or before the `X:` of the next.

    What stands before the first `X:`, as where a prompt begins in the middle of a tune, is read as a tune without one.
    """
    found = map(read_tune, _BETWEEN.split(text))
    return [tune for tune in found if any(note.pitches for note in tune.notes)]


def read_tune(text: str) -> Tune:
    """A tune in ABC notation, as much of it as can be read; at most `MOST_CHARACTERS` and `MOST_NOTES`."""
    reader = _Reader()
    for line in text[:MOST_CHARACTERS].split("\n"):
        found = _FIELD.match(line)
        if found:
            reader.header(found[1], found[2].strip())
        else:
            reader.music(_ASIDE.sub(" ", line))
    return reader.ended()


class _Reader:
    """Where one is in a tune: key, metre, unit, what the bar has sharpened so far, and what waits for the next note."""

    def __init__(self) -> None:
        self._tune, self._bar = Tune(), Bar()
        self._unit: Fraction | None = None
        self._now, self._number = Fraction(0), 0
        self._altered: dict[int, int] = {}
        self._carried: dict[int, int] = {}  # what a tie over a bar line keeps raised, for one note
        self._tuplet, self._left, self._scale = Fraction(1), 0, Fraction(1)

    def header(self, name: str, value: str) -> None:
        """A field, before the music or within it."""
        tune = self._tune
        if name == "T" and not tune.title:
            tune.title = "".join(filter(str.isprintable, value))[:80]
        elif name == "M":
            named = {"C": "4/4", "C|": "2/2"}.get(value, value)
            if (found := _FRACTION.search(named)) and int(found[2]):
                tune.metre_name, tune.metre = f"{found[1]}/{found[2]}", Fraction(4 * int(found[1]), int(found[2]))
        elif name == "L":
            if (found := _FRACTION.search(value)) and int(found[2]) and int(found[1]):
                self._unit = Fraction(4 * int(found[1]), int(found[2]))
        elif name == "K":
            if found := _KEY.match(value):
                tune.key = f"{found[1]}{found[2]}{found[3]}"
                plain = _SHARPS.index(found[1]) - 1 + {"#": 7, "b": -7, "": 0}[found[2]]
                tune.sharps = max(-7, min(7, plain + _MODES.get(found[3].lower(), 0)))
        elif name == "Q" and (named_tempo := _NUMBER.search(value)):
            beats = [Fraction(4 * int(above), int(below)) for above, below in _FRACTION.findall(value) if int(below)]
            quarters = sum(beats, Fraction(0)) or Fraction(1)
            tune.tempo = max(20.0, min(400.0, float(int(named_tempo[1] or named_tempo[2]) * quarters)))

    def music(self, line: str) -> None:
        for found in _TOKEN.finditer(line):
            kind, text = found.lastgroup, found[found.lastgroup or 0]
            if kind == "inline":
                self.header(text[1], text[3:-1].strip())
            elif kind == "bar":
                self._close(text)
            elif kind in ("note", "chord", "rest"):
                heads = list(_PITCH.finditer(text))
                if heads or kind == "rest":
                    self._sound(heads)
                else:
                    self._tune.num_unread += 1
            elif kind == "length":
                self._stretch(_times(text))
            elif kind == "tuplet":
                number, time, notes = (int(part) if part else 0 for part in f"{text}::".split(":")[:3])
                time = time or {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(number, 2)
                self._tuplet, self._left = Fraction(time, number), notes or number
            elif kind == "broken" and self._bar.notes:
                short = Fraction(1, 2 ** len(text))
                self._stretch(2 - short if text[0] == ">" else short)
                self._scale = short if text[0] == ">" else 2 - short
            elif kind == "tie" and self._bar.notes:
                self._bar.notes[-1].is_tied = True
            elif kind == "other":
                self._tune.num_unread += 1

    def _sound(self, found: list[re.Match[str]]) -> None:
        if self._number >= MOST_NOTES:
            return
        self._number += 1
        unit = self._unit or (Fraction(1, 4) if 0 < self._tune.metre < 3 else Fraction(1, 2))
        length, self._scale = unit * self._scale, Fraction(1)
        if self._left:
            length, self._left = length * self._tuplet, self._left - 1
        heads = [self._pitch(*one.groups()[:3]) for one in found[:6]]
        pitches, steps, signs = zip(*heads, strict=True) if heads else ((), (), ())
        self._carried = {}
        is_tied = bool(found) and all(one[5] for one in found)
        self._bar.notes.append(Note(self._now, length, pitches, steps, signs, is_tied))
        self._now += length
        if found and found[0][4]:  # a chord is as long as its first note says
            self._stretch(_times(found[0][4]))

    def _pitch(self, written: str, letter: str, octaves: str) -> tuple[int, int, str]:
        """The MIDI number, the place on the staff and the sign of a note in this key and bar."""
        place = _LETTERS.index(letter.upper())
        octave = (letter.islower()) + octaves.count("'") - octaves.count(",")
        step = place + 7 * octave
        if written:
            self._altered[step] = _RAISED.get(written, 0)
        usual = _in_key(letter.upper(), self._tune.sharps)
        raised = self._altered.get(step, self._carried.get(step, usual))
        return 60 + _SEMITONES[place] + 12 * octave + raised, step, _SIGNS[raised] if written else ""

    def _stretch(self, times: Fraction) -> None:
        """Make the note before as many times as long."""
        if self._bar.notes and 0 < times <= 32:
            note = self._bar.notes[-1]
            times = min(times, MOST_QUARTERS / note.length)
            self._now += note.length * (times - 1)
            note.length *= times

    def _close(self, line: str) -> None:
        if self._bar.notes:
            last = self._bar.notes[-1]
            self._carried = {step: self._altered[step] for step in last.steps if last.is_tied and step in self._altered}
            self._bar.line, self._bar.metre = line, self._tune.metre
            self._tune.bars.append(self._bar)
        self._bar, self._altered, self._left, self._scale = Bar(), {}, 0, Fraction(1)

    def ended(self) -> Tune:
        self._close("|]")
        return self._tune


def _in_key(letter: str, sharps: int) -> int:
    """How a key raises a letter."""
    place = _SHARPS.index(letter)
    return int(place < sharps) - int(6 - place < -sharps)


def _times(text: str) -> Fraction:
    """2, /2, 3/2, / and // as factors."""
    above, _, below = text.partition("/")
    if "/" not in text:
        return Fraction(int(text))
    slashes = 1 + below.count("/")
    number = below.strip("/")
    return Fraction(int(above or 1), max(1, int(number)) if number else 2**slashes)


def seconds_of(tune: Tune) -> float:
    """How long a tune lasts at its tempo, played once through."""
    return max((float(note.start + note.length) for note in tune.notes), default=0.0) * 60.0 / tune.tempo


def sound(tune: Tune) -> bytes:
    """The tune as WAV, one channel of 16 bits at `RATE`, at most `MOST_SECONDS`; empty for a tune without a note."""
    seconds = 60.0 / tune.tempo
    notes = [(float(start) * seconds, float(length) * seconds, pitches) for start, length, pitches in _joined(tune)]
    if not any(pitches for _, _, pitches in notes):
        return b""
    whole = min(MOST_SECONDS, max(start + length for start, length, _ in notes) + 0.6)
    samples = np.zeros(int(whole * RATE) + 1)
    for start, length, pitches in notes:
        if start >= MOST_SECONDS:
            break
        at = int(start * RATE)
        for pitch in pitches:
            tone = _tone(440.0 * 2.0 ** ((pitch - 69) / 12), min(length, MOST_SECONDS - start))
            tone = tone[: max(0, len(samples) - at)]
            samples[at : at + len(tone)] += tone
    samples *= 0.8 / max(1e-9, float(np.abs(samples).max()))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes((samples * 32_767).astype("<i2").tobytes())
    return file.getvalue()


def _joined(tune: Tune) -> Iterator[tuple[Fraction, Fraction, tuple[int, ...]]]:
    """Notes with those that are tied to them."""
    before: tuple[Fraction, Fraction, tuple[int, ...]] | None = None
    is_tied = False
    for note in tune.notes:
        if before is not None and is_tied and before[2] == note.pitches:
            before = (before[0], before[1] + note.length, before[2])
        else:
            if before is not None:
                yield before
            before = (note.start, note.length, note.pitches)
        is_tied = note.is_tied
    if before is not None:
        yield before


def _tone(frequency: float, seconds: float) -> np.ndarray:
    """A plucked string: higher partials die away sooner, and the end of the note damps all."""
    time = np.arange(int((seconds + 0.12) * RATE)) / RATE
    partials = [n for n in range(1, 7) if frequency * n < RATE / 2]
    wave_ = sum(np.sin(2 * np.pi * frequency * n * time) * np.exp(-time * (1.2 + 0.9 * n)) / n**1.4 for n in partials)
    damped = np.clip((seconds + 0.12 - time) / 0.12, 0, 1) * np.clip(time / 0.004, 0, 1)
    return np.asarray(wave_ * damped)
