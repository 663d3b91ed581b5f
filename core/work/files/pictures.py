"""Pictures are drawn anew: what comes out shows the same and holds nothing else.

Gone are where and when it was taken, by which telephone, and whatever was hidden behind the picture.
What a picture declares is looked at before any of it is decoded: one of 100,000 by 100,000 points
fits into a few bytes.
"""

from __future__ import annotations

import re
from io import BytesIO
from threading import Lock
from typing import Any

from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid
from core.work.files.kinds import BY_ENDING, Kind

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
MOST_POINTS = {"JPEG": 16_000_000, "PNG": 12_000_000, "WEBP": 6_000_000, "GIF": 8_000_000}
"""Points decoded at most, so that no picture takes more than 200 MB of memory (trust.md P9)."""
LARGEST_PHOTO = 120_000_000
"""Points of a photograph; beyond MOST_POINTS it is decoded at a half, a quarter or an eighth at once."""
LONGEST_SIDE = 4096
"""Points of what is kept: small print of an A4 page stays readable."""
SCANS = 100
"""So often a photograph may pass over itself while it is drawn; each pass costs time."""
MOST_READS = 50_000
"""So often a picture's parts may be reached for: of bare marks and empty parts, millions fit into 10 MB."""
MOST_PARTS = 20_000
"""Parts of a photograph; telephones make some hundred."""
DARKER = [shade >> 8 for shade in range(1 << 16)]
"""Of 65,536 shades of grey, as scanners give them, the 256 that are kept."""
Image.MAX_IMAGE_PIXELS = LARGEST_PHOTO
SMALL = (320, 320)
"""Points of a picture on a record's page."""
_ONE_AT_A_TIME = Lock()
"""However many are sent at once, a process never holds more than one of them unpacked."""


class _Counted(BytesIO):
    """What a decoder reads from, until it reads too often: each of its steps here is one of Python's."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises DecompressionBombError at one read too many."""
        self.reads += 1
        if self.reads > MOST_READS:
            raise Image.DecompressionBombError("far too many parts")
        return super().read(size)


def redraw(data: bytes, kind: Kind) -> tuple[bytes, Kind]:
    """The same picture without anything but its points, and the kind it now is (a GIF becomes a PNG).

    Raises Invalid for one that is damaged, or larger than is taken.
    """
    form = FORMATS[kind.media_type]
    try:
        with _ONE_AT_A_TIME, Image.open(_Counted(data), formats=[form]) as picture:
            _check_points(picture, data, form)
            return _draw(picture, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        raise Invalid(_("This picture is damaged. Take or save it anew and send it again.")) from error


def draw_small(data: bytes) -> bytes:
    """A JPEG of a picture that `redraw` made, small enough for a record's page."""
    out = BytesIO()
    with _ONE_AT_A_TIME, Image.open(BytesIO(data)) as picture:
        picture.draft("RGB", SMALL)
        ImageOps.contain(picture.convert("RGB"), SMALL).save(out, "JPEG", quality=80)
    return out.getvalue()


def _check_points(picture: Any, data: bytes, form: str) -> None:
    """Bound what decoding will take; the header alone has been read."""
    if form == "JPEG":
        passes = count_scans(data)
        if passes > SCANS:
            raise _too_large()
        if passes == 1 and picture.width * picture.height <= LARGEST_PHOTO:
            _halve(picture, MOST_POINTS[form])
    if picture.width * picture.height > MOST_POINTS[form]:
        raise _too_large()


def _halve(picture: Any, most: int) -> None:
    """Have a JPEG decoded smaller, which its decoder does without ever holding all of it."""
    width, height = picture.size
    scale = next((by for by in (1, 2, 4, 8) if width * height <= most * by * by), 8)
    if scale > 1:
        picture.draft("RGB", (width // scale, height // scale))


def _too_large() -> Invalid:
    return Invalid(_("This picture is larger than is taken. Make it smaller and send it again."))


def _draw(picture: Any, form: str) -> tuple[bytes, Kind]:
    """Made small before anything else: each further copy takes as much memory again."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(DARKER, "L")
    clear = form != "JPEG" and picture.has_transparency_data
    mode = "RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB"
    drawn = picture if picture.mode in (mode, "CMYK") else picture.convert(mode)
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    ImageOps.exif_transpose(drawn, in_place=True)
    drawn = drawn if drawn.mode == mode else drawn.convert(mode)
    drawn.info.clear()
    out, ending = BytesIO(), {"JPEG": "jpg", "WEBP": "webp"}.get(form, "png")
    drawn.save(out, format={"jpg": "JPEG", "webp": "WEBP", "png": "PNG"}[ending], quality=88)
    return out.getvalue(), BY_ENDING[ending]


def count_scans(data: bytes) -> int:
    """How often a JPEG passes over itself, one for an ordinary photograph (ITU-T T.81, annex B).

    Exact as far as every byte is where the standard has it. A decoder passes over bytes that are not, and no
    walk is sure to do as it does: then it is as often as the beginning of a pass is found anywhere.
    """
    at, scans = 2, 0
    for _part in range(MOST_PARTS):
        if filled := _FILLING.match(data, at):
            at = filled.end()
        if at + 4 > len(data) or scans > SCANS:
            return scans
        sign = data[at + 1]
        if data[at] != 0xFF or sign not in _MARKERS:
            return max(2, data.count(b"\xff\xda"))
        if sign == 0xD9:
            return scans
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if sign == 0xDA:
            scans += 1
            at = _after_points(data, at)
    return SCANS + 1


_MARKERS = {*range(0xC0, 0xD0), *range(0xD9, 0xF0), 0xFE}
"""What may stand between the parts of a JPEG: beginnings of parts with a length, and the end."""
_FILLING = re.compile(rb"\xff+(?=\xff)")
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Between packed points, where 0xFF is written as 0xFF 0x00 and 0xD0 to 0xD7 only mark a place."""


def _after_points(data: bytes, at: int) -> int:
    """Where the next marker stands behind the packed points that begin at `at`."""
    found = _MARKER.search(data, at)
    return found.start() if found else len(data)
