"""Tagged words: sentences with a label for every word, from CoNLL columns or CoNLL-U.

A token is a word as it was given, whatever stands in it. Left out: reading files (sources/conll.py), what tags mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice, pairwise

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.config.summary import DataSummary
from core.config.words import plural
from core.data.dataset import SPLITS, TaggedSet
from core.data.encoding import narrow
from core.data.kinds import items
from core.data.kinds.kind import Kind, Shares
from core.data.look import Look, table_look
from core.data.prepared import PreparedTagged, Ragged
from core.data.progress import ProgressCallback
from core.data.remarks import class_remarks
from core.data.sources.conll import columns_of, parse_rows, read_tagged
from core.data.sources.inputs import InputFile, listing
from core.data.sources.parts import Parts
from core.data.sources.preview import NUM_ROWS, Preview, cells, find_encoding, look_at_texts, scan_head
from core.data.splits import drop_repeated, hash_all, split_items
from core.data.text import LibraryTokenizer

Words = Sequence[Sequence[str]]


class TaggedWords(Kind[TaggedSet, PreparedTagged]):
    """Sentences with one tag a word."""

    name = "tagged"
    formats = "CoNLL columns or CoNLL-U (one word a line, a blank line between sentences)"
    content, numbers = TaggedSet, PreparedTagged
    column_fields = ("label_column",)
    is_tagged = True
    pasted_name = "pasted words.conll"

    def read_parts(self, parts: Parts, data: DataConfig, limits: Limits) -> TaggedSet:
        return read_tagged(parts, data, limits)

    def look(self, content: TaggedSet, split: Shares) -> Look:
        return _look(content.sentences, content.tags)

    def look_inside(self, numbers: PreparedTagged) -> Look:
        ids, ends = numbers.labels["train"].ids, numbers.labels["train"].offsets.tolist()
        tags = [[numbers.classes[label] for label in ids[start:end]] for start, end in pairwise(ends)]
        return _look(numbers.sentences["train"], tags)

    def count(self, content: TaggedSet) -> tuple[int, str]:
        return len(content.sentences), "sentences"

    def in_words(self, content: TaggedSet) -> str:
        num_words = sum(map(len, content.sentences))
        tags = f"{plural(len(content.classes), 'tag')}: {listing(content.classes, 6)}"
        return f"{plural(len(content.sentences), 'sentence')} of {plural(num_words, 'word')} with {tags}"

    def preview(self, heads: Sequence[InputFile], data: DataConfig, limits: Limits) -> Preview:
        """The first words in their columns, sentences divided by an empty row."""
        head = heads[0]
        text = scan_head(head, limits)
        start = text.start if text.num_chars <= len(text.start) else text.start.rpartition("\n")[0]
        rows: list[tuple[str, ...]] = []
        try:
            names, tag = columns_of(start, head.name)
            for sentence in islice(parse_rows(start, head.name), NUM_ROWS):
                rows += [*map(cells, sentence), ("",) * len(names)]
        except ConfigError:
            pass  # in a later line; or in the first, and then it is shown as a text
        if not rows:
            return look_at_texts([head], limits)
        is_whole = not text.is_cut and text.num_chars <= len(text.start) and len(rows) - 1 <= NUM_ROWS
        found = {"encoding": find_encoding(head, limits), "label_column": tag}
        return Preview("tagged", names, tuple(rows[:-1][:NUM_ROWS]), found=found, is_whole=is_whole)

    def prepare(self, content: TaggedSet, fingerprint: str, data: DataConfig, tell: ProgressCallback) -> PreparedTagged:
        """Ids and class numbers of words; of sentences that differ by case only, one stays.

        Raises:
            ConfigError: Too little is left to divide.
        """
        normalization = items.normalization_of(data)
        tell(0.0, items.SPLITTING)
        keys = ["\n".join(map(normalization, words)).casefold() for words in content.sentences]
        filled = list(map(bool, keys))
        unique = drop_repeated(hash_all(keys), items.filled_parts(content.parts, filled))
        if content.parts:
            rows = items.with_validation(unique.rows, data)
        else:
            used = sorted(unique.rows["all"])
            items.check_different(len(used), unique.num_within)
            split = split_items(used, data.split)
            rows = {name: [used[place] for place in split[name]] for name in SPLITS}
        tell(items.DIVIDED, "Finding the vocabulary")
        whole = {name: [content.sentences[row] for row in rows[name]] for name in SPLITS}
        lengths = {name: np.array([len(words) for words in whole[name]], dtype=np.int32) for name in SPLITS}
        sentences = {name: [[*words[: data.max_length]] for words in whole[name]] for name in SPLITS}
        tags = {name: [content.tags[row][: data.max_length] for row in rows[name]] for name in SPLITS}
        tokenizer = LibraryTokenizer.fit_words(chain.from_iterable(whole["train"]), data.vocab_size, normalization)
        tell((1 + items.DIVIDED) / 2, "Reading as tokens")
        number = {tag: place for place, tag in enumerate(content.classes)}
        ids, labels = {}, {}
        for name in SPLITS:
            offsets = np.zeros(len(sentences[name]) + 1, dtype=np.int64)
            np.cumsum([len(words) for words in sentences[name]], out=offsets[1:])
            found = tokenizer.encode_words(chain.from_iterable(sentences[name])).astype(narrow(tokenizer.vocab_size))
            ids[name] = Ragged(found, offsets)
            flat = [number[tag] for tag in chain.from_iterable(tags[name])]
            labels[name] = Ragged(np.array(flat, dtype=np.int64), offsets)
        summary = DataSummary(
            kind="tagged",
            num_items=sum(map(len, sentences.values())),
            num_tokens=len(ids["train"].ids),
            vocab_size=tokenizer.vocab_size,
            num_classes=len(content.classes),
            num_train=len(sentences["train"]),
            longest=int(ids["train"].lengths.max(initial=0)),
        )
        told, tally = items.tally_of("sentences", content, filled, [unique], {"text": lengths}, data)
        of_class = Counter(chain.from_iterable(content.tags[row] for part in rows.values() for row in part))
        remarks = class_remarks({tag: of_class[tag] for tag in content.classes}, "words")
        counts = {name: len(sentences[name]) for name in SPLITS}
        notes = (*content.notes, *told, *remarks)
        numbers = (tokenizer, content.classes, ids, sentences, labels)
        return PreparedTagged(summary, fingerprint, *numbers, counts=counts, notes=notes, tally=tally)


def _look(sentences: Words, tags: Words) -> Look:
    """One sentence of middle length."""
    row = next((row for row, words in enumerate(sentences) if 5 < len(words) < 15), 0)
    return table_look({"Word": sentences[row], "Tag": tags[row]})
