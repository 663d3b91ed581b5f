"""Values that nobody should send and everybody must answer: refused in a sentence, never with a failure."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

LONG = "ن" * 20_000
NASTY = (
    "", " ", "\t", "\n", "\r\nSet-Cookie: x=1", "\x00", "a\x00b", "\x1b[31m", "\x7f", "\ufeff",
    "\u202egnp.exe", "\u2066", "\u200f", "\ud800", "a\udfffb", "\U0001f600", "\uffff", "é" * 300, LONG,
    "x" * 100_000, "0", "-0", "-1", "1", "+1", "01", "1e3", "0x10", "1_000", "٠", "١٢٣", "۱۲", "²", "½",
    "٫5", "1,5", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", str(10** 20),
    "-"+str(10** 20), "9" * 4400, "NaN", "nan", "inf", "-Infinity", "1e400", "None", "null", "true",
    "undefined", "'", '"', "' OR '1'='1", "1; DROP TABLE core_user", "--", "%", "_", "\\", "%27", "`",
    "{{7*7}}", "${7*7}", "{0.__class__}", "%(x)s", "%s%s%s%n", "<script>alert(1)</script>",
    "<svg/onload=x>", "../", "../../../../etc/passwd", "..\\..\\", "file:///etc/passwd", "//evil.example",
    "http://evil.example/", "javascript:alert(1)", "[]", "{}", '{"$ne": 1}', "[1,2", '"'+"[" * 3000,
    "2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "2026-04-24T00:30", "2026-13-01", "1.2.3",
    "=1+1", "@SUM(1)", "ﷺ", "ـ" * 200, "a" * 255+"@b.c",
)  # fmt: skip
SHAPES = ("plain", "twice", "brackets", "none")
"""How a value is sent: once, repeated, as an array, or with an empty name besides."""


def encode(pairs):
    """Names and values as `application/x-www-form-urlencoded`, whatever signs they hold."""
    return "&".join(f"{_quote(name)}={_quote(value)}" for name, value in pairs)


def shape(name, value, how):
    """The pairs that carry `value` under `name`."""
    return {
        "plain": [(name, value)],
        "twice": [(name, "1"), (name, value)],
        "brackets": [(f"{name}[]", value), (f"{name}[0][x]", value)],
        "none": [(name, value), ("", value)],
    }[how]


def quote_segment(value):
    """A value as one segment of a path; a slash is kept as such."""
    return quote_from_bytes(str(value).encode("utf-8", "surrogatepass"), safe="/")


def _quote(text):
    return quote_from_bytes(str(text).encode("utf-8", "surrogatepass"), safe="")
