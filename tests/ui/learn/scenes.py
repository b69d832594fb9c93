"""What tests read of a Learn page: the scene that the component was sent, and every word on the page."""

import json

_SILENT = {"id", "kind", "value", "mark", "color", "style"}  # of a scene: names, not words


def scene_of(app):
    """The scene of a page's figure, as the browser gets it."""
    (figure,) = app.get("bidi_component")[:1]
    return json.loads(figure.proto.json, parse_constant=_no_json)


def _no_json(word):
    raise AssertionError(f"{word} is no JSON: a browser draws nothing")


def words_of(app):
    """Every word that a page shows: of the component and of Streamlit's own elements."""
    found = [one.proto.json for one in app.get("bidi_component")]
    for element in [*app.main, *app.sidebar]:
        found += _words(element)
    return " ".join(json.dumps(json.loads(one), ensure_ascii=False) if one.startswith("{") else one for one in found)


def _words(node):
    children = getattr(node, "children", {})
    own = [str(getattr(node, name, "")) for name in ("label", "value", "body", "options")]
    return own + [word for child in children.values() for word in _words(child)]
