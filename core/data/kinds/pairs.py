"""Pairs of sequences: a table of two columns, or two files with equally many lines.

Left out: reading files (sources/pair_files.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.config.summary import DataSummary
from core.config.words import plural
from core.data.dataset import SPLITS, PairSet
from core.data.kinds import items
from core.data.kinds.kind import Kind, Shares
from core.data.look import Look, look_at_pairs
from core.data.prepared import PreparedPairs
from core.data.progress import Meter, ProgressCallback, within
from core.data.sources.inputs import InputFile, visible
from core.data.sources.instructions import names_pairs
from core.data.sources.pair_files import choose_columns, read_pair_parts, read_pairs
from core.data.sources.parts import Parts
from core.data.sources.preview import NUM_CHARS, NUM_ROWS, Preview, cells, find_encoding, scan_head
from core.data.sources.tables import Table, read_table
from core.data.splits import drop_answers, drop_repeated, hash_all, split_items

REPEATED_ANSWER = 40  # characters; shorter answers ("Yes.") are the same by chance


class Pairs(Kind[PairSet, PreparedPairs]):
    """Source texts and what they are turned into."""

    name = "pairs"
    formats = "TSV, CSV, Parquet or JSON lines with two columns, or two text files with one sentence a line"
    content, numbers = PairSet, PreparedPairs
    column_fields = ("src_column", "trg_column")
    max_files = 2
    pasted_name = "pasted pairs.csv"

    def read(self, files: Sequence[InputFile], data: DataConfig, limits: Limits) -> PairSet:
        return read_pairs(files, data, limits)

    def read_parts(self, parts: Parts, data: DataConfig, limits: Limits) -> PairSet:
        return read_pair_parts(parts, data, limits)

    def look(self, content: PairSet, split: Shares) -> Look:
        return look_at_pairs(content.src, content.trg)

    def look_inside(self, numbers: PreparedPairs) -> Look:
        return look_at_pairs(numbers.src_texts["train"], numbers.trg_texts["train"])

    def count(self, content: PairSet) -> tuple[int, str]:
        return len(content.src), "pairs"

    def in_words(self, content: PairSet) -> str:
        return f"{plural(len(content.src), 'pair')}, the first {content.src[0][:40]!r} and {content.trg[0][:40]!r}"

    def preview(self, heads: Sequence[InputFile], data: DataConfig, limits: Limits) -> Preview:
        return _side_by_side(heads, limits) if len(heads) == self.max_files else super().preview(heads, data, limits)

    def read_table(self, file: InputFile, data: DataConfig, limits: Limits) -> Table:
        named = self.named_columns(data) or [name for name in (data.src_language, data.trg_language) if name]
        return read_table(file, limits, named, names_pairs)

    def find_columns(self, table: Table, data: DataConfig) -> Mapping[str, Any]:
        frame = table.frame
        found = choose_columns(frame, data) if len(frame.columns) > 1 else list(frame.columns)
        return dict(zip(self.column_fields, found, strict=False))

    def prepare(self, content: PairSet, fingerprint: str, data: DataConfig, tell: ProgressCallback) -> PreparedPairs:
        """Sources and targets; no source stands twice, and no target in two parts (in parts as given: no long one)."""
        normalization = items.normalization_of(data)
        tell(0.0, items.SPLITTING)
        meter = Meter(
            within(tell, 0.0, items.DIVIDED), sum(map(len, content.src)) + sum(map(len, content.trg)), items.SPLITTING
        )

        def normalized(texts: Iterable[str]) -> Iterator[str]:
            for text in texts:
                yield normalization(text)
                meter.add(len(text))

        src, trg = list(normalized(content.src)), list(normalized(content.trg))
        filled = [bool(s.strip()) and bool(t.strip()) for s, t in zip(src, trg, strict=True)]
        unique = drop_repeated(hash_all(src), items.filled_parts(content.parts, filled))
        dropped = [unique]
        if content.parts:
            dropped.append(drop_answers(trg, unique.rows, REPEATED_ANSWER))
            answers = [text if len(text) >= REPEATED_ANSWER else None for text in trg]
            rows = items.with_validation(dropped[-1].rows, data, answers)
        else:
            used = sorted(unique.rows["all"])
            split = split_items([trg[row] for row in used], data.split)
            rows = {name: [used[place] for place in split[name]] for name in SPLITS}
        texts, tokenizers, ids, lengths = {}, {}, {}, {}
        for side, column, ends in (("source", src, (items.DIVIDED, 0.575)), ("target", trg, (0.575, 1.0))):
            texts[side] = {name: [column[row] for row in rows[name]] for name in SPLITS}
            tokenizers[side], ids[side], lengths[side] = items.tokenize(
                texts[side], normalization, data, within(tell, *ends)
            )
        del src, trg
        (src_texts, trg_texts), (src_ids, trg_ids) = texts.values(), ids.values()
        summary = DataSummary(
            kind="pairs",
            num_items=sum(map(len, rows.values())),
            num_tokens=len(src_ids["train"].ids) + len(trg_ids["train"].ids) + len(trg_texts["train"]),
            src_vocab_size=tokenizers["source"].vocab_size,
            trg_vocab_size=tokenizers["target"].vocab_size,
            num_train=len(src_texts["train"]),
            longest=int(max(src_ids["train"].lengths.max(initial=0), trg_ids["train"].lengths.max(initial=0))),
        )
        told, tally = items.tally_of(
            "pairs",
            content,
            filled,
            dropped,
            lengths,
            data,
            "with a source found elsewhere too ",
        )
        counts = {name: len(src_texts[name]) for name in SPLITS}
        return PreparedPairs(
            summary, fingerprint, tokenizers["source"], tokenizers["target"], src_texts, trg_texts, src_ids, trg_ids,
            counts=counts, notes=(*content.notes, *told), tally=tally,
        )  # fmt: skip


def _side_by_side(heads: Sequence[InputFile], limits: Limits) -> Preview:
    """The first lines of two parallel files."""
    texts = [scan_head(head, limits) for head in heads]
    lines = [text.start.split("\n") for text in texts]
    rows = [cells(pair) for pair in zip_longest(*(side[:NUM_ROWS] for side in lines), fillvalue="")]
    text = "\n\n".join("\n".join(side)[: NUM_CHARS // 2].strip("\n") for side in lines)
    return Preview(
        "text",
        tuple(visible(head.name) for head in heads),
        tuple(rows),
        text,
        found={"encoding": find_encoding(heads[0], limits)},
        is_whole=all(not text.is_cut and text.num_lines <= NUM_ROWS for text in texts),
    )
