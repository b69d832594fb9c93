"""Text to continue: files, or the rows of a table, as one stream of tokens for each of training, validation and test.

Left out: reading files (sources/text_files.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.config.summary import DataSummary
from core.config.words import plural
from core.data.dataset import SPLITS, Rows, TextSet
from core.data.encoding import encode_apart, encode_text
from core.data.kinds import items
from core.data.kinds.kind import Kind, Shares
from core.data.look import NUM_CHARACTERS, Look, spread
from core.data.normalization import Normalization
from core.data.prepared import PreparedText, Tally
from core.data.progress import ProgressCallback, quiet, within
from core.data.sources.headers import guess_text_column
from core.data.sources.inputs import InputFile
from core.data.sources.instructions import find_instructions
from core.data.sources.parts import Parts
from core.data.sources.preview import Preview, look_at_texts
from core.data.sources.reading import Reading
from core.data.sources.tables import Table, read_table
from core.data.sources.text_files import MIN_ITEMS, holds_rows, items_of, read_one_text, read_text_parts
from core.data.splits import drop_repeated_paragraphs, split_items, split_text
from core.data.text import EOS, Tokenizer, fit_tokenizer

_FITTED = 0.4  # share of the whole at which the vocabulary is found
_TABLES = (".csv", ".tsv")


class Text(Kind[TextSet, PreparedText]):
    """One text, items, or texts that are divided already."""

    name = "text"
    formats = "plain text, or Parquet or JSON lines with a column of texts"
    content, numbers = TextSet, PreparedText
    column_fields = ("text_column",)
    max_files = 1_000
    joins_files = True
    pasted_name = "pasted text.txt"

    def read(self, files: Sequence[InputFile], data: DataConfig, limits: Limits) -> TextSet:
        return read_one_text(files, data, limits)

    def read_parts(self, parts: Parts, data: DataConfig, limits: Limits) -> TextSet:
        return read_text_parts(parts, data, limits)

    def look(self, content: TextSet, split: Shares) -> Look:
        text = "\n".join(spread(content.items)) if content.items else content.text or content.parts.get("train", "")
        return Look(text=text[:NUM_CHARACTERS])

    def look_inside(self, numbers: PreparedText) -> Look:
        return Look(text=numbers.texts["train"][:NUM_CHARACTERS])

    def count(self, content: TextSet) -> tuple[int, str]:
        if content.items:
            return len(content.items), "items"
        return len(content.text) + sum(map(len, content.parts.values())), "characters"

    def in_words(self, content: TextSet) -> str:
        num_lines = content.text.removesuffix("\n").count("\n") + 1
        return f"{plural(len(content.text), 'character')} in {plural(num_lines, 'line')}"

    def preview(self, heads: Sequence[InputFile], data: DataConfig, limits: Limits) -> Preview:
        if holds_rows(heads[0], data):
            return super().preview(heads, data, limits)
        look = look_at_texts(heads, limits)
        if heads[0].extension not in _TABLES or len(heads) > 1:
            return look
        try:
            plain = replace(heads[0], reading=Reading(encoding=heads[0].reading.encoding))
            table = read_table(plain, limits)
        except ConfigError:  # a text in spite of its name
            return look
        columns = tuple(str(name) for name in table.frame.columns)
        return replace(look, columns=columns, found={**look.found, "text_column": None})

    def find_columns(self, table: Table, data: DataConfig) -> Mapping[str, Any]:
        if find_instructions(list(table.frame.columns)) and data.text_column is None:
            return {"text_column": None}
        return {"text_column": guess_text_column(table.frame, None)}

    def prepare(self, content: TextSet, fingerprint: str, data: DataConfig, tell: ProgressCallback) -> PreparedText:
        """One text, items or parts as streams of ids; items that stand apart with where each begins."""
        normalization = items.normalization_of(data)
        tell(0.0, items.SPLITTING)
        notes, columns = list(content.notes), content.columns
        rows, repeated = content.rows or Rows(len(content.items) or 1), {items.WITHIN: 0, items.ACROSS: 0}
        apart: dict[str, list[str]] = {}
        if content.items or data.items == "apart":
            apart, repeated = _items(content, normalization, data)
            longest = max(map(len, _all(apart)), default=0)
            texts = {name: "".join(f"{item}\n" for item in apart[name]) for name in SPLITS}
            if sum(repeated.values()):
                notes.append(f"{plural(sum(repeated.values()), 'repeated item')} dropped")
                number = rows.read if content.items else len(_all(apart)) + sum(repeated.values())
                rows = Rows(number, (*rows.dropped, ("repeating another", sum(repeated.values()))))
            apart = apart if data.items == "apart" else {}
        else:
            longest = 0
            whole, parts = normalization(content.text), {k: normalization(text) for k, text in content.parts.items()}
            del content  # the second copy of a long text
            texts, repeated[items.ACROSS] = drop_repeated_paragraphs(parts) if parts else split_text(whole, data.split)
            del whole, parts
            if repeated[items.ACROSS]:
                notes.append(
                    f"{plural(repeated[items.ACROSS], 'paragraph')} that an earlier part holds already dropped"
                )
        fitting = within(tell, items.DIVIDED, _FITTED)
        tokenizer = fit_tokenizer(
            data.unit, apart.get("train", [texts["train"]]), data.vocab_size, normalization, fitting
        )
        stage = within(tell, _FITTED, 1.0)
        ids, offsets, edges = _encoded(
            tokenizer, apart or {name: [text] for name, text in texts.items()}, bool(apart), stage
        )
        summary = DataSummary(
            kind="text",
            num_items=sum(map(len, texts.values())),
            num_tokens=len(ids["train"]),
            num_train=len(apart.get("train", ())),
            vocab_size=tokenizer.vocab_size,
            longest=int(np.diff(offsets["train"]).max()) if apart else longest,
        )
        counts = {name: len(ids[name]) for name in SPLITS}
        tally = Tally(rows, repeated, columns=columns)
        return PreparedText(
            summary, fingerprint, tokenizer, texts, ids, offsets, edges, counts=counts, notes=tuple(notes), tally=tally
        )


def with_vocabulary(prepared: PreparedText, tokenizer: Tokenizer) -> PreparedText:
    """The same text in the tokens of another vocabulary, that of a network which goes on with it."""
    items = {name: prepared.items(name) for name in SPLITS}
    ids, offsets, edges = _encoded(tokenizer, items, prepared.apart)
    longest = int(np.diff(offsets["train"]).max()) if prepared.apart else prepared.summary.longest
    summary = replace(prepared.summary, num_tokens=len(ids["train"]), vocab_size=tokenizer.vocab_size, longest=longest)
    counts = {name: len(ids[name]) for name in SPLITS}
    return replace(prepared, summary=summary, tokenizer=tokenizer, ids=ids, offsets=offsets, edges=edges, counts=counts)


def _encoded(
    tokenizer: Tokenizer, items: Mapping[str, Sequence[str]], apart: bool, tell: ProgressCallback = quiet
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Ids, offsets and edges of each part, as `PreparedText` has them; what does not stand apart is one text a part."""
    ids, offsets, edges = {}, {}, {}  # type: dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]
    done, size = 0, sum(map(len, _all(items))) or 1
    for name in SPLITS:
        start, done = done / size, done + sum(map(len, items[name]))
        stage = within(tell, start, done / size)
        if apart:
            ids[name], offsets[name] = encode_apart(tokenizer, items[name], EOS, stage)
            edges[name] = np.cumsum([0, *(len(item) + 1 for item in items[name])], dtype=np.int64)
        else:
            ids[name] = encode_text(tokenizer, items[name][0], stage)
            offsets[name] = edges[name] = np.zeros(0, dtype=np.int64)
    return ids, offsets, edges


def _all(parts: Mapping[str, Sequence[str]]) -> list[str]:
    return [item for part in parts.values() for item in part]


def _items(
    content: TextSet, normalization: Normalization, data: DataConfig
) -> tuple[dict[str, list[str]], dict[str, int]]:
    """The items of each part, each once, and how many stood in a part, and in two, more than once.

    Raises:
        ConfigError: Fewer than `MIN_ITEMS`.
    """
    given = {name: items_of(text) for name, text in content.parts.items()} or {
        "": list(content.items) or items_of(content.text)
    }
    if data.items == "apart":  # blank space around a tune or a verse is no part of it
        given = {name: [item for item in map(str.strip, part) if item] for name, part in given.items()}
    unique, seen = {}, set()  # type: dict[str, list[str]], set[str]
    repeated = {items.WITHIN: 0, items.ACROSS: 0}
    for name in ("", *SPLITS[::-1]):  # the later part keeps what stands in two
        part = [normalization(item) for item in given.get(name, ())]
        once = list(dict.fromkeys(part))
        unique[name] = [item for item in once if item not in seen]
        repeated[items.WITHIN] += len(part) - len(once)
        repeated[items.ACROSS] += len(once) - len(unique[name])
        seen.update(once)
    number = len(_all(unique))
    if number < MIN_ITEMS and data.items == "apart":
        received = f"{plural(number, 'item')}, {number and 'one a line'}" if number else "none"
        raise ConfigError.single(
            "data.items", f"at least {MIN_ITEMS} items", received, "Bring more, or leave it at joined."
        )
    whole = unique.pop("")
    if whole:
        places = split_items(whole, data.split)
        return {name: [whole[row] for row in places[name]] for name in SPLITS}, repeated
    return unique, repeated
