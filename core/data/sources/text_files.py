"""A visitor's text files as one long text, or as the parts they come in.

Left out: decoding and cleaning (encodings.py), cutting one text into parts (core.data.splits).
"""

from __future__ import annotations

from collections.abc import Sequence

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import TextSet
from core.data.sources.encodings import InputFile, path_error, plural, read_text, shorten
from core.data.sources.parts import Parts, training_shares

MIN_CHARACTERS = 200


def read_one_text(files: Sequence[InputFile], limits: Limits) -> TextSet:
    """Every file in the given order, with a blank line between two.

    Raises:
        ConfigError: Binary, shorter than `MIN_CHARACTERS` in all, or one character again and again.
    """
    text, notes = _join(files, limits)
    _check(text, files[0])
    return TextSet(text=text, notes=notes)


def read_text_parts(parts: Parts, data: DataConfig, limits: Limits) -> TextSet:
    """The texts of training, validation and test; validation is the end of training when it does not come by itself."""
    texts: dict[str, str] = {}
    notes: list[str] = []
    for split, files in parts.items():
        texts[split], more = _join(files, limits)
        notes.extend(more)
    _check(texts["train"], parts["train"][0])
    if len(texts) == 1:
        return TextSet(text=texts["train"], notes=tuple(notes))
    if "validation" not in texts:
        cut = round(len(texts["train"]) * training_shares(data.split)[0])
        texts["validation"], texts["train"] = texts["train"][cut:], texts["train"][:cut]
        held = plural(len(texts["validation"]), "character")
        notes.append(f"no validation file: the last {held} of training are used")
    return TextSet(parts=texts, notes=tuple(notes))


def _join(files: Sequence[InputFile], limits: Limits) -> tuple[str, tuple[str, ...]]:
    texts: list[str] = []
    notes: list[str] = []
    for file in files:
        text, more = read_text(file, limits)
        texts.append(text)
        notes.extend(f"{shorten(file.name, 40)}: {note}" if len(files) > 1 else note for note in more)
    if len(texts) == 1:
        return texts[0], tuple(notes)
    return "\n\n".join(text.strip("\n") for text in texts) + "\n", tuple(notes)


def _check(text: str, file: InputFile) -> None:
    length = len(text.strip())
    if length < MIN_CHARACTERS:
        raise path_error(
            f"at least {MIN_CHARACTERS} characters",
            f"{plural(length, 'character')} in {shorten(file.name)!r}",
            "Bring more text: a few pages are a good start.",
        )
    if len(set(text) - set(" \n\t")) < 2:
        raise path_error(
            "text of several characters", f"{text.strip()[0]!r} again and again", "There is nothing to learn from it."
        )
