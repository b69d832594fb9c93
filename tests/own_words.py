"""Reads off the source what the screen shows as Markdown, and which of it may be somebody else's words.

`not_ours()` lists every expression that reaches a call such as `st.markdown` without being our own words: literals,
numbers, `foreign(...)`, a function that returns nothing but such, a name that is never given anything else. It follows
names, arguments and return values through the rooms `ui` and `pages`; what it cannot follow it lists.
Left out: what of the list is right all the same (test_words_from_outside.py).
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.markdown_calls import Module, shown, sink

ROOT = Path(__file__).resolve().parents[1]
SAFE = {"foreign", "foreign_code"}  # whatever they are given
NUMERIC = {"len", "sum", "round", "int", "float", "bool", "abs", "range", "divmod"}
_PASSING = {
    "str",
    "list",
    "tuple",
    "sorted",
    "reversed",
    "enumerate",
    "zip",
    "dict",
    "set",
    "min",
    "max",
    "map",
    "next",
}
_METHODS = {
    "capitalize", "lower", "upper", "strip", "removesuffix", "removeprefix", "join", "items", "keys", "values", "get",
    "replace", "split", "partition", "fromkeys", "copy", "format",
}  # fmt: skip
_PLAIN_TYPES = {"int", "float", "bool", "int | None", "float | None"}


@dataclass(frozen=True)
class Found:
    """An expression that may be somebody else's words: where it stands and how it is written."""

    path: str
    line: int
    call: str
    expression: str

    @property
    def name(self) -> str:
        return f"{self.path}: {self.expression}"


class Reader:
    """All files of the rooms, and the question whether an expression is our own words."""

    def __init__(self, own: Iterable[str] = (), root: Path = ROOT):
        paths = [*(root / "ui").rglob("*.py"), *(root / "pages").rglob("*.py"), root / "streamlit_app.py"]
        modules = (Module(path, root) for path in sorted(paths) if path.exists())
        self.modules = {module.name: module for module in modules}
        self._own = frozenset(own)  # names of functions, attributes and variables that are known to be ours
        self._asked: dict[tuple[int, str], bool] = {}
        self._made: list[ast.AST] = []  # kept, so that no other node gets the same id

    def not_ours(self) -> Iterator[Found]:
        """Everything in an argument that is shown as Markdown and is not seen to be our own words."""
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and (name := sink(module, node)):
                    for value in shown(name, node):
                        for part in self._strangers(module, value):
                            yield Found(module.path, part.lineno, name, ast.unparse(part))

    def _strangers(self, module: Module, node: ast.expr) -> Iterator[ast.expr]:
        """The smallest parts of an expression that are not ours."""
        if self.is_ours(module, node):
            return
        parts = list(_parts(node))
        if not parts:
            yield node
            return
        found = [stranger for part in parts for stranger in self._strangers(module, part)]
        yield from found or [node]

    def is_ours(self, module: Module, node: ast.expr | None) -> bool:
        """Whether an expression can only be our own words or a number."""
        if node is None or isinstance(node, ast.Constant):
            return True
        key = (id(node), module.name)
        if key not in self._asked:
            self._asked[key] = True  # what asks for itself adds nothing
            self._asked[key] = self._ask(module, node)
        return self._asked[key]

    def _ask(self, module: Module, node: ast.expr) -> bool:
        if ast.unparse(node) in self._own:
            return True
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            return _is_numeric(node.format_spec) or self.is_ours(module, node.value)
        if isinstance(node, ast.Compare):
            return True
        if isinstance(node, ast.Name):
            return self._is_own_name(module, node, node.id)
        if isinstance(node, ast.Call):
            return self._is_own_call(module, node)
        if isinstance(node, ast.Lambda):
            return self.is_ours(module, node.body)
        if isinstance(node, ast.Attribute):
            return (
                node.attr in self._own
                or ast.unparse(node) == "str.capitalize"
                or (isinstance(node.value, ast.Call | ast.Name) and self.is_ours(module, node.value))
            )  # of an object of our own words
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, int)
        ):
            return all(self.is_ours(place, one) for place, one in self._elements(module, node.value, node.slice.value))
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return self.is_ours(module, node.elt)
        if isinstance(node, ast.DictComp):
            return self.is_ours(module, node.key) and self.is_ours(module, node.value)
        parts = list(_parts(node))
        return bool(parts or isinstance(node, ast.List | ast.Tuple | ast.Dict)) and all(
            self.is_ours(module, part) for part in parts)  # fmt: skip

    def _elements(self, module: Module, value: ast.expr, place: int) -> Iterator[tuple[Module, ast.expr]]:
        """What stands at a place of a tuple, as far as it is written out: here, or where a function returns it."""
        if isinstance(value, ast.Tuple | ast.List) and not any(isinstance(one, ast.Starred) for one in value.elts):
            yield module, value.elts[place]
            return
        where, function = self._function(module, value.func) if isinstance(value, ast.Call) else (None, None)
        returned = [] if where is None or function is None else _returns(where, function)
        if where is not None and returned and all(isinstance(one, ast.Tuple) for one in returned):
            for one in returned:
                yield from self._elements(where, one, place)
        else:
            yield module, value

    def _is_own_call(self, module: Module, call: ast.Call) -> bool:
        arguments = [*call.args, *(word.value for word in call.keywords if word.arg not in ("key", "reverse"))]
        if ast.unparse(call.func) == "pd.DataFrame":
            return all(self.is_ours(module, argument) for argument in arguments)
        if isinstance(call.func, ast.Attribute):
            owner, method = call.func.value, call.func.attr
            if ast.unparse(call.func) in self._own or method in self._own:
                return True
            if method == "get" and self.is_ours(module, owner):
                return all(self.is_ours(module, one) for one in call.args[1:])
            return (
                method in _METHODS and self.is_ours(module, owner) and all(self.is_ours(module, a) for a in arguments)
            )
        if not isinstance(call.func, ast.Name):
            return False
        name = call.func.id
        if name in SAFE or name in NUMERIC or name in self._own:
            return True
        if name == "map" and call.args:
            return self._is_own_function(module, call.args[0])
        if name in _PASSING and hasattr(builtins, name):
            return all(self.is_ours(module, argument) for argument in arguments)
        return self._is_own_function(module, call.func)

    def _is_own_function(self, module: Module, name: ast.expr) -> bool:
        """Whether a function of ours returns nothing but our own words, whoever calls it."""
        if isinstance(name, ast.Name) and (name.id in SAFE or name.id in self._own):
            return True
        place, found = self._function(module, name)
        if place is None or found is None:
            return False
        returns = _returns(place, found)
        return bool(returns) and all(self.is_ours(place, one) for one in returns)

    def _function(self, module: Module, name: ast.expr) -> tuple[Module | None, ast.FunctionDef | None]:
        if not isinstance(name, ast.Name):
            return None, None
        if name.id in module.functions:
            return module, module.functions[name.id]
        where, original = module.imported.get(name.id, ("", ""))
        place = self.modules.get(where)
        return place, None if place is None else place.functions.get(original)

    def _is_own_name(self, module: Module, node: ast.AST, name: str) -> bool:
        """Whether a name is never given anything but our own words: here, or as an argument by those who call."""
        if name in self._own or name in SAFE:
            return True
        if name in module.imported:
            return self._is_own_import(module, name)
        scope = module.scope_of(node)
        while True:
            given = list(_given(module, scope, name))
            self._made += given
            if given:
                return all(self.is_ours(module, value) for value in given)
            if isinstance(scope, ast.FunctionDef) and name in (parameters := _parameters(scope)):
                return _is_plain(parameters[name]) or self._is_always_given_ours(module, scope, name)
            if isinstance(scope, ast.Module):
                return False
            if isinstance(scope, ast.Lambda) and name in [one.arg for one in scope.args.args]:
                return False
            scope = module.scope_of(scope)

    def _is_own_import(self, module: Module, name: str) -> bool:
        where, original = module.imported[name]
        place = self.modules.get(where)
        if place is None:
            return False
        if original in place.functions:
            return self._is_own_function(module, ast.Name(name))
        return self._is_own_name(place, place.tree, original)

    def _is_always_given_ours(self, module: Module, function: ast.FunctionDef, name: str) -> bool:
        """Whether every call of a function gives our own words for a parameter; a function passed on is called by others."""
        names = list(_parameters(function))
        seen = False
        for place, node in self._named.get(function.name, ()):
            if not self._means(place, node, module, function):
                continue
            call = place.parents.get(node)
            if not isinstance(call, ast.Call) or call.func is not node:
                continue  # a callback or a fragment: its arguments are seen where they are bound, or listed
            seen = True
            if not self.is_ours(place, _argument(call, names, name, function)):
                return False
        return seen

    @cached_property
    def _named(self) -> dict[str, list[tuple[Module, ast.Name | ast.Attribute]]]:
        """Where each name stands; one that was imported as another, under the one that it was given first."""
        found: dict[str, list[tuple[Module, ast.Name | ast.Attribute]]] = defaultdict(list)
        for place in self.modules.values():
            for node in ast.walk(place.tree):
                if isinstance(node, ast.Attribute):
                    found[node.attr].append((place, node))
                elif isinstance(node, ast.Name):
                    for name in {node.id, place.imported.get(node.id, ("", node.id))[1]}:
                        found[name].append((place, node))
        return found

    def _means(self, place: Module, node: ast.Name | ast.Attribute, module: Module, function: ast.FunctionDef) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr == function.name and isinstance(node.value, ast.Name) and (
                place.imported.get(node.value.id, ("", ""))[1] == module.name.rpartition(".")[2])  # fmt: skip
        if place is module:
            return node.id == function.name
        return place.imported.get(node.id) == (module.name, function.name)


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression is put together from, where that is all that counts."""
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.FormattedValue | ast.Starred | ast.NamedExpr | ast.Subscript):
        yield node.value
    elif isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from node.elts
    elif isinstance(node, ast.Dict):
        yield from (part for part in (*node.keys, *node.values) if part is not None)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp):
        yield node.elt
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        yield from node.args


def _returns(module: Module, function: ast.FunctionDef) -> list[ast.expr | None]:
    return [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and module.scope_of(one) is function]


def _is_numeric(spec: ast.expr) -> bool:
    """Whether a format is one that only numbers have."""
    text = "".join(str(part.value) for part in getattr(spec, "values", ()) if isinstance(part, ast.Constant))
    return text[-1:] in (",", "f", "g", "d", "e", "%")


def _is_plain(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation) in _PLAIN_TYPES


def _parameters(function: ast.FunctionDef) -> dict[str, ast.expr | None]:
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return {one.arg: one.annotation for one in every}


def _argument(call: ast.Call, names: list[str], name: str, function: ast.FunctionDef) -> ast.expr | None:
    """What a call gives for a parameter; None for its default."""
    for word in call.keywords:
        if word.arg == name:
            return word.value
    place = names.index(name)
    if any(isinstance(one, ast.Starred) for one in call.args[: place + 1]):
        return ast.Starred(ast.Name("?"))
    return call.args[place] if place < len(call.args) else None


def _given(module: Module, scope: ast.AST, name: str) -> Iterator[ast.expr]:
    """Every value that a name is given in a scope: assigned, looped over, walked through, appended."""
    for node in ast.walk(scope):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif (isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None) or isinstance(
            node, ast.NamedExpr
        ):
            targets, value = [node.target], node.value
        elif isinstance(node, ast.For | ast.comprehension):
            targets, value = [node.target], node.iter
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in (
            "append", "extend", "insert"
        ) and ast.unparse(node.func.value) == name:  # fmt: skip
            yield from node.args
            continue
        if not targets or (module.scope_of(node) is not scope and not isinstance(node, ast.comprehension)):
            continue
        for target in targets:
            base = target.value if isinstance(target, ast.Subscript) else target
            if isinstance(base, ast.Name) and base.id == name:
                yield value
            elif isinstance(target, ast.Tuple | ast.List):
                for place, one in enumerate(target.elts):
                    if (
                        isinstance(one, ast.Name)
                        and one.id == name
                        and not isinstance(node, ast.For | ast.comprehension)
                    ):
                        yield ast.Subscript(value, ast.Constant(place), ast.Load())
                    elif name in [part.id for part in ast.walk(one) if isinstance(part, ast.Name)]:
                        yield value
