"""Which calls of the source Streamlit shows as Markdown, and which of their arguments.

Left out: whose words these arguments are (own_words.py).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

# Positions and names of the arguments that are read as Markdown, and of downloads the name of the file. All have help.
_BODY = ((0,), ("body", "label", "title", "text"))
MARKDOWN: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    **dict.fromkeys(
        ("markdown", "caption", "title", "header", "subheader", "info", "warning", "error", "success", "toast", "badge",
         "button", "link_button", "page_link", "toggle", "checkbox", "radio", "selectbox", "multiselect",
         "segmented_control", "pills", "slider", "select_slider", "number_input", "text_input", "text_area",
         "date_input", "time_input", "file_uploader", "chat_input", "color_picker", "expander", "popover", "tabs",
         "status", "spinner", "dialog", "camera_input", "audio_input", "feedback", "form_submit_button", "menu_button",
         "write_stream", "latex", "chat_message", "divider", "html", "TextColumn", "NumberColumn", "CheckboxColumn",
         "DatetimeColumn", "ButtonColumn", "SelectboxColumn", "LinkColumn", "Column"), _BODY),
    "write": (tuple(range(9)), ()),
    "page_link": ((), ("label",)),
    "download_button": ((0, 2), ("label", "file_name")),
    "metric": ((0, 1, 2), ("label", "value", "delta", "delta_description")),
    "progress": ((1,), ("text",)),
    "image": ((1,), ("caption",)),
    "table": ((0,), ("data",)),
    "dataframe": ((), ()),
    "Page": ((), ("title",)),
    "set_page_config": ((), ("page_title",)),
    "text": ((), ()),
}  # fmt: skip
# Their options are Markdown too; those of select boxes are text.
_OPTIONS = {"radio", "segmented_control", "pills", "select_slider"}


class Module:
    """One source file: its functions, its constants, and what it imports from where."""

    def __init__(self, path: Path, root: Path):
        self.path = str(path.relative_to(root))
        self.tree = ast.parse(path.read_text(encoding="utf-8"), self.path)
        self.imported: dict[str, tuple[str, str]] = {}
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                self.imported |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".")

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}

    def scope_of(self, node: ast.AST) -> ast.AST:
        """The function, lambda or module that a node stands in."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.Lambda):
                return node
        return self.tree


def sink(module: Module, call: ast.Call) -> str:
    """The name of a method of Streamlit or of a place on the page; "" for any other call."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in MARKDOWN:
        return ""
    root = call.func.value
    while isinstance(root, ast.Attribute | ast.Call):
        root = root.value if isinstance(root, ast.Attribute) else root.func
    is_module = isinstance(root, ast.Name) and root.id in module.imported
    is_other = isinstance(root, ast.Name) and root.id in ("log", "alt", "archive", "figure", "self") and not (
        ast.unparse(call.func).startswith("self._place"))  # fmt: skip
    return "" if is_module or is_other or isinstance(root, ast.Constant | ast.JoinedStr) else call.func.attr


def shown(name: str, call: ast.Call) -> Iterator[ast.expr]:
    places, names = MARKDOWN[name]
    yield from (argument for place, argument in enumerate(call.args) if place in places)
    yield from (word.value for word in call.keywords if word.arg in (*names, "help"))
    if name in _OPTIONS:
        shown_by = [word.value for word in call.keywords if word.arg == "format_func"]
        yield from shown_by or call.args[1:2]
