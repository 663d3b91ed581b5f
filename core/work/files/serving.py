"""Giving a file back: to be saved, never run, never kept by a browser or a proxy on the way."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from flask import Response, send_file

from core.governorates.present import present
from core.work.files.attachments import Attachment
from core.work.files.pictures import draw_small
from core.work.files.store import missing, store

CLOSED = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""A polyglot that got past everything else is still only bytes to be saved (trust.md 3, row 30)."""
PIECE = 64 * 1024
"""Bytes that are read at once."""


def is_picture(attachment: Attachment) -> bool:
    """Whether we drew it ourselves, so that a page may show it."""
    return attachment.media_type.startswith("image/")


def serve(attachment: Attachment) -> Response:
    """The file under its name, to be saved; the caller has loaded it by its record. Raises NotFound."""
    file = store().open(present().code, attachment.stored)
    response = send_file(
        file, attachment.media_type, as_attachment=True, download_name=attachment.file_name,
        conditional=False, etag=False,
    )  # fmt: skip
    response.response = _pieces(file)
    response.call_on_close(file.close)
    response.content_length = attachment.size
    response.headers.update(CLOSED)
    return response


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The content, closed as soon as all of it was read."""
    with file:
        while piece := file.read(PIECE):
            yield piece


def serve_small(attachment: Attachment) -> Response:
    """A small picture of a picture, to be shown on a page; raises NotFound for other kinds."""
    if not is_picture(attachment):
        raise missing()
    with store().open(present().code, attachment.stored) as file:
        drawn = draw_small(file.read())
    response = send_file(BytesIO(drawn), "image/jpeg", conditional=False, etag=False)
    response.headers.update(CLOSED)
    return response
