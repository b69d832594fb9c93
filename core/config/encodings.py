"""Which encodings a file may be said to have: whatever Python decodes to text, under any of Python's names."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

ENCODINGS = (
    "utf-8", "utf-16", "windows-1252", "latin-1", "iso-8859-15", "mac-roman", "windows-1250", "iso-8859-2",
    "windows-1251", "koi8-r", "cp866", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257",
    "windows-874", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr",
)  # fmt: skip
"""The usual ones, as they are offered; `data.encoding` takes others too."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,39}")
# What Python calls an encoding and decodes no file: names of hosts, escapes in source code.
_NO_FILES = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "charmap", "mbcs", "oem")
# Files say the first and mean the second, which holds all of it and the letters that were added since.
_WIDER: Mapping[str, str] = MappingProxyType(
    {"utf-8": "utf-8-sig", "shift_jis": "cp932", "euc_kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030"}
)


def codec_of(name: str) -> str:
    """What decodes an encoding, in Python's words: "cp1251" for "windows-1251".

    Raises:
        ValueError: Python knows no text encoding of that name.
    """
    found = None
    if isinstance(name, str) and _NAME.fullmatch(name):
        with suppress(LookupError):
            found = codecs.lookup("cp874" if name.lower() == "windows-874" else name)
    codec = found.name.replace("-", "_") if found else ""
    # What turns bytes into bytes (base64, zlib) or text into text (rot13) says so in an attribute without another way.
    if found is None or codec in _NO_FILES or not getattr(found, "_is_text_encoding", False):
        raise ValueError("a text encoding that Python knows, such as windows-1251, koi8-r, gb18030 or shift_jis")
    return _WIDER.get(codec, _WIDER.get(found.name, found.name))


def name_of(codec: str) -> str:
    """What a codec is called where it is shown: the usual name, else Python's."""
    codec = "utf-16" if codec.startswith("utf-16") else codec
    return next((name for name in ENCODINGS if codec_of(name) == codec), codec)
