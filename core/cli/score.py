"""`python -m core score`: how likely a language model finds texts, and the best n-gram model beside it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.inputs import read_lines
from core.cli.output import print_json
from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.console import print_notes
from core.data.progress import quiet
from core.jobs.files import read_json
from core.jobs.status import RESULT_FILE


def score(
    run: Annotated[str, typer.Argument(help="A run directory or the id of a run that continues text.")],
    text: Annotated[list[str] | None, typer.Option(help="A text, as often as needed.")] = None,
    input_: Annotated[Path | None, typer.Option("--input", help="A file with a text in each line.")] = None,
    before: Annotated[str, typer.Option(help="What is read before each text and not scored.")] = "",
    tokens: Annotated[bool, typer.Option("--tokens", help="Every token with its bits, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Score texts: probability, bits a character and a word, beside the best n-gram model where its data are here."""
    from core import api

    texts = [*(text or []), *(line for line in (read_lines(input_) if input_ is not None else []) if line.strip())]
    if not texts:
        raise ConfigError.single("text", "--text or --input", "neither", "Say what the network shall score.")
    directory = api.find_run(run)
    network = api.load(directory, Settings().predict_device)
    if not hasattr(network, "score"):
        hint = "Score texts with a run of generation."
        raise ConfigError.single("run", "a network that continues text", f"one of {network.experiment.task}", hint)
    found = [network.score(one, before) for one in texts]
    simple = _simple(network, before, [one.text for one in found])
    baselines = (read_json(directory / RESULT_FILE) or {}).get("baselines")
    for scored, beside in zip(found, simple, strict=True):
        one = scored.spelled(beside.spelling) if beside else scored
        row: dict[str, Any] = {
            "text": one.text,
            "log10_probability": one.log10,
            "bits": one.total / math.log(2),
            "bits_per_character": one.bits_per_character,
            "bits_per_word": one.bits_per_word,
            "unknown": list(one.unknown),
            "is_cut": one.is_cut,
        }
        if beside:
            best = beside.best(baselines)
            row |= {
                "best_baseline": best,
                "baseline_bits_per_character": beside.total(best) / math.log(2) / one.num_characters,
            }
        if tokens:
            row["tokens"] = one.rows({best: beside.costs(best)} if beside else None)
        print_json(row) if as_json else _print(row)


def _simple(network: Any, before: str, texts: list[str]) -> list[Any]:
    """What n-gram models make of the texts; None for each, with a note, where the training text is not here."""
    from core.bounded.training_text import MOST_TEXTS, beside, mark_of

    experiment, mark = network.experiment.model_dump(mode="json"), mark_of(network.tokenizer)
    try:
        return [
            found
            for at in range(0, len(texts), MOST_TEXTS)
            for found in beside(
                experiment, mark, [(before, one) for one in texts[at : at + MOST_TEXTS]], Settings(), Limits(), quiet
            )
        ]
    except ConfigError as error:
        print_notes([f"No n-gram model beside it: {error.problems[0]}"])
        return [None] * len(texts)


def _print(row: dict[str, Any]) -> None:
    print(row["text"])
    told = [
        f"10^{row['log10_probability']:.2f}",
        f"{row['bits']:.1f} bits",
        f"{row['bits_per_character']:.3f} bits a character",
    ]
    if row["bits_per_word"] is not None:
        told.append(f"{row['bits_per_word']:.2f} bits a word")
    if "best_baseline" in row:
        told.append(f"best n-gram ({row['best_baseline']}) {row['baseline_bits_per_character']:.3f} bits a character")
    if row["unknown"]:
        told.append(f"unknown: {', '.join(row['unknown'])}")
    print(f"  {'; '.join(told)}")
    for token in row.get("tokens", ()):
        print(f"  {token['place']:>6}  {token['token']!r:12}  {token['bits']:8.3f}  {token['log10_so_far']:9.3f}")
