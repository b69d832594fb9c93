"""Conversations in JSON, lists of turns with a role each, as columns: what the user says first and how it is answered.

Known are {"role": "user", "content": ...} and {"from": "human", "value": ...}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

USER, ASSISTANT, SYSTEM = "user", "assistant", "system"
_ROLES: Mapping[str, str] = {
    "user": USER, "human": USER, "prompter": USER, "assistant": ASSISTANT, "gpt": ASSISTANT, "bot": ASSISTANT,
    "model": ASSISTANT, "chatbot": ASSISTANT, "system": SYSTEM,
}  # fmt: skip


def first_exchange(value: Any) -> tuple[dict[str, str], int] | None:
    """The first thing that each role says, and how many turns there are beside; None for what is no conversation."""
    if not isinstance(value, list) or not value:
        return None
    said: dict[str, str] = {}
    num_later = 0
    for turn in value:
        if not isinstance(turn, dict):
            return None
        role, text = turn.get("role", turn.get("from")), turn.get("content", turn.get("value"))
        if not isinstance(role, str) or not isinstance(text, str):
            return None
        name = _ROLES.get(role.lower(), role)
        is_later = name in said or ASSISTANT in said or (name == ASSISTANT and USER not in said)
        num_later += is_later
        if not is_later:
            said[name] = text
    return (said, num_later) if ASSISTANT in said else None
