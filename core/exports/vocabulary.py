"""Vocabularies as the tokenizers library reads them alone: normalization, cutting and decoding stand in the file itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.data.normalization import Normalization
from core.data.text import SPECIALS, load_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Backend

_ACCENTS = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"


def library_tokenizer(content: Mapping[str, Any]) -> Backend:
    """A tokenizer of the library that gives the ids of ours.

    Characters are words of one sign. Words that came one by one are cut at blanks.

    Args:
        content: As `Tokenizer.to_json` wrote it.
    """
    from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers
    from tokenizers import Tokenizer as Backend

    ours = load_tokenizer(json.dumps(content))
    if ours.unit == "character":
        words = {word: number for number, word in enumerate([*SPECIALS, *ours.pieces()])}
        backend = Backend(models.WordLevel(words, "<unk>"))
        backend.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
        backend.decoder = decoders.Fuse()
        backend.normalizer = normalizers.Sequence(_normalizers(ours.normalization))
        return backend
    backend = Backend.from_str(str(content["tokenizer"]))
    backend.no_padding()
    backend.no_truncation()
    if "normalization" not in content:  # of a version that left it to the library
        return backend
    steps = _normalizers(ours.normalization)
    if backend.pre_tokenizer is None:
        backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    else:  # the space that belongs to the first word, where there is none
        steps += [normalizers.Replace(Regex(r"\A(?=[^ ▁])"), " ")]
    backend.normalizer = normalizers.Sequence(steps)
    return backend


def _normalizers(how: Normalization) -> list[Any]:
    """What is done to a text, in this order, as steps of the library."""
    from tokenizers import Regex, normalizers

    said = asdict(how)
    forms: dict[str, list[Any]] = {"none": [], "nfc": [normalizers.NFC()], "nfkc": [normalizers.NFKC()]}
    composed = forms[said["form"]]
    steps = [*composed]
    if said["lower"]:
        steps += [normalizers.Lowercase(), *composed]
    if said["strip_accents"]:
        steps += [normalizers.NFD(), normalizers.Replace(Regex(_ACCENTS), ""), normalizers.NFC(), *composed]
    if said["single_spaces"]:
        steps += [normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    return steps
