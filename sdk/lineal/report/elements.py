"""HTML as a tree of elements: what a run's people wrote is text by construction, never markup."""

import base64
import hashlib
import unicodedata
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element, tostring

Node = Element | str | None


def el(tag: str, *children: Node | Iterable[Node], **attributes: Any) -> Element:
    """Return an element; `class_` is `class`, underscores in names are hyphens, None leaves one out."""
    element = Element(tag)
    for name, value in attributes.items():
        if value is not None:
            element.set(name.rstrip("_").replace("_", "-"), legible(value))
    for child in children:
        if child is None or isinstance(child, str | Element):
            _append(element, child)
        else:
            for each in child:
                _append(element, each)
    return element


def legible(value: object) -> str:
    """Return text with control and direction characters as escapes, line ends and tabs apart."""
    return "".join(map(_legible_character, str(value)))


def _legible_character(char: str) -> str:
    if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}:
        return char
    return char.encode("unicode_escape").decode("ascii")


def _append(element: Element, child: Node) -> None:
    if child is None:
        return
    if isinstance(child, Element):
        element.append(child)
    elif len(element):
        element[-1].tail = (element[-1].tail or "") + legible(child)
    else:
        element.text = (element.text or "") + legible(child)


def document(title: str, style: str, script: str, body: Iterable[Node]) -> str:
    """Return a whole page whose policy allows this style and this script and nothing else."""
    policy = (
        f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
        _verbatim("style", style),
    )
    page = el("html", head, el("body", *body, _verbatim("script", script)), lang="en")
    return "<!DOCTYPE html>\n" + tostring(page, encoding="unicode", method="html") + "\n"


def _verbatim(tag: str, text: str) -> Element:
    """Style and script are our own files, and are hashed as they stand."""
    element = Element(tag)
    element.text = text
    return element


def _source(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
