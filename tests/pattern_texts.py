"""Texts that are hard for a pattern, made of what the pattern itself is made of, and the patterns that a package holds.

Left out: how long a pattern takes for them (test_patterns.py).
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
_OF_RE = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer")
_OF_PANDAS = {"contains": "search", "match": "match", "fullmatch": "fullmatch", "extract": "search", "replace": "sub"}
_MOST_UNITS, _MOST_STARTS = 24, 6
_CLASSES = {
    kinds.CATEGORY_DIGIT: "7", kinds.CATEGORY_SPACE: " \t", kinds.CATEGORY_WORD: "bé7",
    kinds.CATEGORY_NOT_DIGIT: "b", kinds.CATEGORY_NOT_SPACE: "b-", kinds.CATEGORY_NOT_WORD: "- ",
}  # fmt: skip
_OTHERS = 'b7- \u0301é\n"!'


class Use(NamedTuple):
    """A pattern and a way in which it is used.

    Attributes:
        place: The module and the pattern as its source has it.
        pattern: What is asked; None where the source alone does not say.
        method: Of a compiled pattern.
    """

    place: str
    pattern: re.Pattern[Any] | None
    method: str


@cache
def patterns_of(package: str) -> list[Use]:
    """Every pattern in the source of a package: of re and of pandas, which hands them to it."""
    paths = sorted((ROOT / package).rglob("*.py"))
    every = {path: list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))) for path in paths}
    asked = _asked(node for nodes in every.values() for node in nodes)
    found: list[Use] = []
    for path, nodes in every.items():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        names = {id(node.value): target.id for node in nodes if isinstance(node, ast.Assign)
                 for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
        for call in (node for node in nodes if isinstance(node, ast.Call) and node.args):
            method = _method(call)
            if method is None:
                continue
            pattern = _compiled(module, call)
            methods = sorted(asked.get(names.get(id(call), ""), {"search"})) if method == "compile" else [method]
            found.extend(Use(f"{module}: {ast.unparse(call.args[0])}", pattern, each) for each in methods)
    return list(dict.fromkeys(found))


def _method(call: ast.Call) -> str | None:
    """What a call asks of a pattern; None for other calls."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return None
    if isinstance(function.value, ast.Name) and function.value.id == "re":
        return function.attr if function.attr in (*_OF_RE, "compile") else None
    if isinstance(function.value, ast.Attribute) and function.value.attr == "str" and function.attr in _OF_PANDAS:
        plain = function.attr == "replace" and not any(
            word.arg == "regex" and getattr(word.value, "value", None) is True for word in call.keywords
        )
        plain = plain or any(
            word.arg == "regex" and getattr(word.value, "value", None) is False for word in call.keywords
        )
        return None if plain else _OF_PANDAS[function.attr]
    return None


def _asked(nodes: Iterable[ast.AST]) -> dict[str, set[str]]:
    """What is asked of the patterns with a name."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in _OF_RE:
            found.setdefault(node.value.id, set()).add(node.attr)
    return found


def _compiled(module: str, call: ast.Call) -> re.Pattern[Any] | None:
    names = dict(vars(importlib.import_module(module)))

    def value(expression: ast.expr) -> Any:
        return eval(compile(ast.Expression(expression), module, "eval"), names)  # noqa: S307 - our own source

    try:
        pattern = value(call.args[0])
        if isinstance(pattern, re.Pattern):
            return pattern
        given = [word.value for word in call.keywords if word.arg == "flags"]
        given += call.args[1:2] if getattr(call.func, "attr", "") == "compile" else []
        return re.compile(pattern, value(given[0]) if given else 0)
    except (NameError, AttributeError, TypeError):
        return None


def hard_texts(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Beginnings, what is repeated behind them, and ends: of what a pattern asks for, and of what it does not."""
    tree = parser.parse(
        pattern.pattern, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    )
    units = list(dict.fromkeys([*_signs(tree), *_examples(tree)]))
    units = units[:: -(-len(units) // _MOST_UNITS)]
    starts = list(dict.fromkeys(_example(tree.data[:k]) for k in range(len(tree.data) + 1)))
    for start in starts[:: -(-len(starts) // _MOST_STARTS)]:
        for unit in units:
            yield start, unit, "\x02"
            if not start:
                yield start, unit, ""
                yield start, unit, "b"
                yield start, unit + " ", "\x02"


def _signs(tree: Sequence[Any]) -> list[str]:
    """The characters that a pattern speaks of, one or two of each class, and some that it may not."""
    found: list[str] = []
    for kind, value in _walk(tree):
        if kind in (kinds.LITERAL, kinds.NOT_LITERAL):
            found.append(chr(value))
        elif kind is kinds.RANGE:
            found.extend(map(chr, value))
        elif kind is kinds.CATEGORY:
            found.extend(_CLASSES[value])
    return list(dict.fromkeys([*found, *_OTHERS]))


def _examples(tree: Sequence[Any]) -> list[str]:
    """A text for every part of a pattern that stands by itself."""
    parts = [value for kind, value in _walk(tree) if kind == "part"]
    return [text for part in parts if (text := _example(part))]


def _walk(tree: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    yield "part", tree
    for kind, value in tree:
        yield kind, value
        if kind is kinds.IN:
            yield from value
        elif kind is kinds.BRANCH:
            for part in value[1]:
                yield from _walk(part)
        elif kind in _INSIDE:
            yield from _walk(_INSIDE[kind](value))


_INSIDE = {
    kinds.SUBPATTERN: lambda value: value[3],
    kinds.MAX_REPEAT: lambda value: value[2],
    kinds.MIN_REPEAT: lambda value: value[2],
    kinds.POSSESSIVE_REPEAT: lambda value: value[2],
    kinds.ATOMIC_GROUP: lambda value: value,
    kinds.ASSERT: lambda value: value[1],
    kinds.ASSERT_NOT: lambda value: value[1],
}


def _example(tree: Any) -> str:
    """A short text that a part of a pattern fits, as far as that is easily told."""
    return "".join(_example_of(kind, value) for kind, value in tree)


def _example_of(kind: Any, value: Any) -> str:
    if kind is kinds.LITERAL:
        return chr(value)
    if kind in (kinds.ANY, kinds.NOT_LITERAL):
        return "b"
    if kind is kinds.IN:
        named = _signs([(kind, value)])
        refused = value[0][0] is kinds.NEGATE
        return next((sign for sign in (*"b7- ", *named) if (sign in named[: -len(_OTHERS)]) != refused), named[0])
    if kind is kinds.BRANCH:
        return _example(value[1][0])
    if kind in (kinds.ASSERT, kinds.ASSERT_NOT) or kind not in _INSIDE:
        return ""
    inside = _example(_INSIDE[kind](value))
    return (
        inside * max(1, value[0]) if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT) else inside
    )
