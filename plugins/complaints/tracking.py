"""The secret with which a citizen follows a complaint: 12 random signs, of which we keep a keyed hash.

Crockford's base 32: no I, L, O or U, so that a sign read from paper is never taken for another;
who types one of those letters, small letters or Arabic digits is understood all the same.
60 random bits (trust.md 3, row 22), bound to the one complaint by its random uuid.
"""

from __future__ import annotations

import hmac
import re
import secrets

from core.data.sealed import blind_index
from core.data.search import latin_digits

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_MISREAD = str.maketrans("ILOU", "110V")
_BETWEEN = re.compile("[^0-9A-Z]+")


def new_secret() -> str:
    """Twelve random signs without separators."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def spell(secret: str) -> str:
    """As it is printed: three groups of four."""
    return "-".join(secret[start : start + 4] for start in range(0, LENGTH, 4))


def read_secret(typed: str) -> str:
    """What was typed in the one spelling that is compared; empty if it cannot be a secret."""
    signs = _BETWEEN.sub("", latin_digits(typed[:100]).upper()).translate(_MISREAD)
    return signs if len(signs) == LENGTH else ""


def hash_secret(uuid: str, secret: str) -> str:
    """What is stored: HMAC-SHA-256 under the governorate's key, 64 hexadecimal digits."""
    return blind_index(f"complaints.tracking.{uuid}", secret)


def matches(uuid: str, stored: str, typed: str) -> bool:
    """Whether `typed` is the secret behind `stored`, in the same time for every answer."""
    secret = read_secret(typed)
    return hmac.compare_digest(hash_secret(uuid, secret or "-"), stored) and bool(secret)
