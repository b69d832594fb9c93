"""The five shapes that input and output can have, and the networks that have them.

Names only, so that pages, documents and tests can read this without torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Shape:
    """One way in which inputs and outputs stand to each other.

    Attributes:
        label: Its name in the field's words.
        sentence: What goes in, what comes out and when, in one sentence.
        example: A use.
        networks: The classes that have it, as ``module.Class`` inside ``core.models``.
    """

    label: str
    sentence: str
    example: str
    networks: tuple[str, ...]


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "one_to_one": Shape(
            "One to one",
            "One vector goes in and one answer comes out, without any sequence.",
            "the digit in a picture",
            ("one_to_one.OneToOne",),
        ),
        "one_to_many": Shape(
            "One to many",
            "One vector goes in, and a sequence comes out that feeds each of its elements back as the next input.",
            "a caption for a picture, a tune for a seed",
            ("one_to_many.OneToMany",),
        ),
        "many_to_one": Shape(
            "Many to one",
            "A whole sequence goes in, and one answer comes out after its last element.",
            "the mood of a review, the next days of a price",
            ("classifier.Classifier", "forecaster.Forecaster"),
        ),
        "many_to_many_aligned": Shape(
            "Many to many, aligned",
            "For every element that goes in, one comes out.",
            "a label for every word, the next character after every character, prices one day on",
            ("tagger.Tagger", "language_model.LanguageModel", "forecaster.Forecaster"),
        ),
        "many_to_many_delayed": Shape(
            "Many to many, delayed",
            "A whole sequence goes in first, and only then another one comes out, of a length of its own.",
            "a translation",
            ("encoder_decoder.EncoderDecoder", "forecaster.Forecaster"),
        ),
    }
)
"""By name, in the order in which the shapes are usually drawn. A forecaster has three, by its argument ``shape``."""
