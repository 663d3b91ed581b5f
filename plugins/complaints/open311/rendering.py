"""One answer in two forms: XML, which the standard asks for, and JSON by its Spark convention.

A shape is made of dicts, lists, texts, numbers, truth values and None. In XML a list's name is that of its
element and each item is called as in ITEMS; in JSON the root's name is left out.
"""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

from flask import Response, request

XML, JSON = "xml", "json"
FORMATS = {XML: "text/xml", JSON: "application/json"}
"""Ending of an address -> media type."""
ITEMS = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that no XML 1.0 text can hold, not even escaped."""


def answer(name: str, shape: Any, status: int = 200) -> Response:
    """The answer called `name` in the form that the address ends in; XML where it ends in something else."""
    form = JSON if request.path.endswith(f".{JSON}") else XML
    text = _json(shape) if form == JSON else _xml(name, shape)
    return Response(text, status, content_type=f"{FORMATS[form]}; charset=utf-8")


def refusal(status: int, *sentences: str) -> Response:
    """What went wrong, one error a sentence. The standard knows 404, 403 and, for the rest, 400."""
    told = 400 if status in (401, 409, 422) else status
    return answer("errors", [{"code": told, "description": one} for one in sentences], told)


def _json(shape: Any) -> str:
    return json.dumps(shape, ensure_ascii=False)


def _xml(name: str, shape: Any) -> bytes:
    return bytes(ET.tostring(_element(name, shape), encoding="utf-8", xml_declaration=True))


def _element(name: str, shape: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(shape, dict):
        element.extend(_element(key, value) for key, value in shape.items())
    elif isinstance(shape, list):
        element.extend(_element(ITEMS[name], item) for item in shape)
    elif shape is not None:
        element.text = _UNWRITABLE.sub("", _text(shape))
    return element


def _text(value: Any) -> str:
    return ("false", "true")[value] if isinstance(value, bool) else str(value)
