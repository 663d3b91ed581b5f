"""Pictures are drawn anew: what comes out shows the same and holds nothing else.

Gone are where and when it was taken, by which telephone, and whatever was hidden behind the picture.
What a picture declares is looked at before any of it is decoded: one of 100,000 by 100,000 points
fits into a few bytes.
"""

from __future__ import annotations

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
Image.MAX_IMAGE_PIXELS = LARGEST_PHOTO
SMALL = (320, 320)
"""Points of a picture on a record's page."""
_ONE_AT_A_TIME = Lock()
"""However many are sent at once, a process never holds more than one of them unpacked."""


def redraw(data: bytes, kind: Kind) -> tuple[bytes, Kind]:
    """The same picture without anything but its points, and the kind it now is (a GIF becomes a PNG).

    Raises Invalid for one that is damaged, or larger than is taken.
    """
    form = FORMATS[kind.media_type]
    try:
        with _ONE_AT_A_TIME, Image.open(BytesIO(data), formats=[form]) as picture:
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
    while at + 4 <= len(data) and scans <= SCANS:
        sign = data[at + 1]
        if data[at] != 0xFF or sign not in _MARKERS:
            return max(2, data.count(b"\xff\xda"))
        if sign == 0xFF:
            at += 1
            continue
        if sign == 0xD9:
            break
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if sign == 0xDA:
            scans += 1
            at = _after_points(data, at)
    return scans


_MARKERS = {*range(0xC0, 0xD0), *range(0xD9, 0xF0), 0xFE, 0xFF}
"""What may stand between the parts of a JPEG: beginnings of parts with a length, the end, and filling."""


def _after_points(data: bytes, at: int) -> int:
    """Where the next marker stands behind the packed points that begin at `at`."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] not in (0, 0xFF, *range(0xD0, 0xD8)):
            return at
        at += 1 if data[at + 1] == 0xFF else 2
