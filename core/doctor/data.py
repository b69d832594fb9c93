"""What the data tells: words that the network does not know, one class that hides the others, too few items.

Each threshold stands with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.bootstrap import FEWEST_TO_BE_SURE
from core.config.words import plural
from core.doctor.case import Case, Finding, Remedy
from core.doctor.training import find_overfitted
from core.figures import is_share
from core.verdict import page_baseline

UNKNOWN = 0.05  # of all tokens: one word of a usual sentence
USUAL_VOCABULARY = 8_000
ONE_CLASS = 0.7  # of the items: naming it always scores that
HIDDEN = 0.15  # by which accuracy lies above macro F1
SWALLOWS = 0.2  # an interval of the difference as wide as that, of all items or of the figure, tells nothing
MOST_TEST = 0.3  # of the data
ITEMS_PER_PARAMETER = 0.02  # an overfitted network with fewer could note down its training set
_PARTS = {"train": "training set", "validation": "validation set", "test": "test set"}
_UNITS = {"character": "characters", "word": "words", "subword": "pieces of words"}


def find_far_out(case: Case) -> Finding | None:
    """Single values so far out of their series that errors are theirs."""
    found: Mapping[str, int] = case.evidence.get("far_out") or {}
    if not found:
        return None
    number = sum(found.values())
    where = " and ".join(f"{count:,} in the {_PARTS[part]}" for part, count in found.items())
    text = f"{plural(number, 'value')} {'lies' if number == 1 else 'lie'} far out of the others: {where}. "
    if "train" in found:
        text += "The unit of MASE and RMSSE, and the scaling of the network, are made of the training set with it. "
    if "validation" in found or "test" in found:
        text += "There, one missed value outweighs all other errors, of the network and of the simple methods alike. "
    text += "Look at the rows that the note on the data names: where they are slips, mend the file and train again."
    return Finding("far_out", "Single values decide these figures", text)


def find_unknown_words(case: Case) -> Finding | None:
    """Many tokens are not in the vocabulary."""
    data = case.experiment.data
    worst: tuple[float, str, Any] = (UNKNOWN, "", {})
    for side, parts in (case.evidence.get("unknown") or {}).items():
        if (parts.get("validation") or 0.0) > worst[0]:
            worst = (parts["validation"], side, parts)
    share, side, parts = worst
    if not side or case.experiment.model.character_dim:  # whose letters tell unknown words apart
        return None
    unit, size = _UNITS[case.experiment.unit], case.evidence["vocabulary"][side]
    where = "" if side == "text" else f" on the {side} side"
    test = f" ({parts['test']:.1%} in the test set)" if parts.get("test") is not None else ""
    text = (
        f"{share:.1%} of the {unit}{where} in the validation set{test} are not among the {size:,} that the network knows: "
        "all of them look alike to it."
    )
    more = Remedy(f"Train with a vocabulary of {USUAL_VOCABULARY:,}", {"data.vocab_size": USUAL_VOCABULARY})
    pieces = Remedy("Train on pieces of words", {"data.unit": "subword"})
    capped = data.vocab_size < USUAL_VOCABULARY and size >= data.vocab_size
    remedies = [more if capped else None, pieces if case.experiment.unit == "word" else None]
    remedy = case.possible(*remedies)
    if remedy is None and case.experiment.description.unit:  # it can read nothing but words, and knows all that it may
        return None
    return Finding("unknown_words", f"Unknown {unit}", text, remedy)


def find_imbalance(case: Case) -> Finding | None:
    """One class is so frequent that accuracy says little."""
    test = case.result.get("test") or {}
    majority = (case.result.get("baselines") or {}).get("majority", {}).get("accuracy")
    accuracy, f1 = test.get("accuracy"), test.get("macro_f1")
    if majority is None or accuracy is None or f1 is None or majority < ONE_CLASS or accuracy - f1 < HIDDEN:
        return None
    text = (
        f"Always naming the most frequent class scores an accuracy of {majority:.1%}, the network {accuracy:.1%}; its "
        f"macro F1, which counts every class alike, is {f1:.1%}."
    )
    weighted = Remedy("Train with rare classes counted more", {"training.class_weights": "effective"})
    return Finding(
        "imbalance",
        "Accuracy hides rare classes",
        text,
        case.possible(weighted) if case.experiment.training.class_weights == "none" else None,
    )


def find_too_little_data(case: Case) -> Finding | None:
    """Too few items to tell how good the network is, or to teach a network of this size."""
    found = case.result.get("comparison")
    if found and not case.is_good and (unclear := _unclear(case, found)):
        text = f"The test set holds {plural(found['items'], found['item'])}, too few to tell who is better{unclear}."
        return Finding("too_little_data", "Too little data", text, case.possible(_more_to_judge(case)))
    items, parameters = (case.evidence.get("items") or {}).get("train"), case.result.get("parameters")
    if not items or not parameters or items / parameters >= ITEMS_PER_PARAMETER or find_overfitted(case) is None:
        return None
    text = (
        f"{plural(items, case.experiment.description.item)} teach {plural(parameters, 'parameter')}: the network can note them "
        "down instead of learning from them."
    )
    return Finding("too_little_data", "Too little data", text, case.possible(case.smaller()))


def _unclear(case: Case, found: Mapping[str, Any]) -> str:
    """How far chance moves the comparison, in words, where that swallows it; "" where it does not."""
    if found["interval"] is None or found["items"] < FEWEST_TO_BE_SURE:
        return " at all"
    metric, (low, high) = found["metric"], found["interval"]
    unit, name = (1.0, " points") if is_share(metric) else (abs(_baseline_figure(case.result, metric) or 0.0), "%")
    if low > 0 or high < 0 or not unit or high - low <= SWALLOWS * unit:
        return ""
    return f": the difference lies between {max(0.0, -100 * low / unit):.0f}{name} worse and {100 * high / unit:.0f}{name} better"


def _baseline_figure(result: Mapping[str, Any], metric: str) -> float | None:
    """The figure of the baseline that the network is compared with."""
    best = page_baseline(result, metric)
    return None if best is None else best[1]


def _more_to_judge(case: Case) -> Remedy | None:
    """A larger test set, where the parts are shares of the data and not given with it."""
    _, validation, test = case.experiment.data.split
    items = case.evidence.get("items") or {}
    is_in_force = bool(items) and abs(items.get("test", 0) - test * sum(items.values())) <= 0.05 * sum(items.values())
    wanted = round(min(MOST_TEST, 2 * test), 3)
    if not is_in_force or wanted <= test:
        return None
    split = (round(1 - validation - wanted, 3), validation, wanted)
    return Remedy(f"Train with {wanted:.0%} of the data as test set", {"data.split": split})
