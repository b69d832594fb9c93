"""Text to continue: files, or the rows of a table, as one stream of tokens for each of training, validation and test.

Left out: reading files (sources/text_files.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.config.summary import DataSummary
from core.config.words import plural
from core.data.dataset import SPLITS, Rows, TextSet
from core.data.encoding import encode_text
from core.data.kinds import items
from core.data.kinds.kind import Kind, Shares
from core.data.look import NUM_CHARACTERS, Look, spread
from core.data.prepared import PreparedText, Tally
from core.data.progress import ProgressCallback, within
from core.data.sources.headers import guess_text_column
from core.data.sources.inputs import InputFile
from core.data.sources.instructions import find_instructions
from core.data.sources.parts import Parts
from core.data.sources.preview import Preview, look_at_texts
from core.data.sources.reading import Reading
from core.data.sources.tables import Table, read_table
from core.data.sources.text_files import holds_rows, read_one_text, read_text_parts
from core.data.splits import drop_repeated_paragraphs, split_items, split_text
from core.data.text import fit_tokenizer

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
        """One text, items or parts as streams of ids."""
        normalization = items.normalization_of(data)
        tell(0.0, items.SPLITTING)
        notes, longest = list(content.notes), 0
        rows, repeated = content.rows or Rows(len(content.items) or 1), {items.WITHIN: 0, items.ACROSS: 0}
        columns = content.columns
        if content.items:
            given = [normalization(item) for item in content.items]
            unique = list(dict.fromkeys(given))
            longest = max(map(len, unique), default=0)
            repeated[items.WITHIN] = len(given) - len(unique)
            if repeated[items.WITHIN]:
                notes.append(f"{plural(repeated[items.WITHIN], 'repeated item')} dropped")
                rows = Rows(rows.read, (*rows.dropped, ("repeating another", repeated[items.WITHIN])))
            places = split_items(unique, data.split)
            texts = {name: "".join(unique[row] + "\n" for row in places[name]) for name in SPLITS}
            del given, unique
        else:
            whole, parts = normalization(content.text), {k: normalization(text) for k, text in content.parts.items()}
            del content  # the second copy of a long text
            texts, repeated[items.ACROSS] = drop_repeated_paragraphs(parts) if parts else split_text(whole, data.split)
            del whole, parts
            if repeated[items.ACROSS]:
                notes.append(
                    f"{plural(repeated[items.ACROSS], 'paragraph')} that an earlier part holds already dropped"
                )
        fitting = within(tell, items.DIVIDED, _FITTED)
        tokenizer = fit_tokenizer(data.unit, [texts["train"]], data.vocab_size, normalization, fitting)
        ids, done, size = {}, 0, sum(map(len, texts.values())) or 1
        for name in SPLITS:
            share = _FITTED + (1 - _FITTED) * done / size
            done += len(texts[name])
            end = _FITTED + (1 - _FITTED) * done / size
            ids[name] = encode_text(tokenizer, texts[name], within(tell, share, end))
        summary = DataSummary(
            kind="text",
            num_items=sum(map(len, texts.values())),
            num_tokens=len(ids["train"]),
            vocab_size=tokenizer.vocab_size,
            longest=longest,
        )
        counts = {name: len(ids[name]) for name in SPLITS}
        tally = Tally(rows, repeated, columns=columns)
        return PreparedText(summary, fingerprint, tokenizer, texts, ids, counts=counts, notes=tuple(notes), tally=tally)
