"""Identity numbers and phones: encrypted at rest, found again by a keyed index.

AES-256-GCM with the row's own key as associated data, so that a ciphertext copied to another
row or column does not open; beside it a keyed blind index (HMAC-SHA-256), never a plain hash:
fourteen structured digits would fall to an exhaustive search in hours (trust.md 2.4).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any, overload
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import g
from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.data.search import latin_digits
from core.errors import NoGovernorate
from core.keys import derive

VERSION = b"\x01"
"""First byte of a ciphertext: names the key generation, for rotation."""


class SealedRow:
    """Mixin of rows with sealed columns: a random key that never changes and names the row."""

    row_key: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: uuid4().hex)

    def sealing_key(self) -> str:
        """The row's key, made on first use because sealing happens before the flush."""
        if self.row_key is None:
            self.row_key = uuid4().hex
        return self.row_key


def sealed_column() -> Mapped[bytes | None]:
    """Where the ciphertext of `Sealed("x")` lives: declare it as `x_sealed`."""
    return mapped_column(LargeBinary)


def index_column() -> Mapped[str | None]:
    """Where its blind index lives: declare it as `x_index`. Indexed, not unique."""
    return mapped_column(String(64), index=True)


class Sealed:
    """Attribute that seals and opens: `phone = Sealed()` over `phone_sealed` and `phone_index`.

    The index column is optional. Reading raises ValueError if the ciphertext was tampered with
    or moved here from another row.
    """

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type[Any]) -> Sealed: ...
    @overload
    def __get__(self, row: Any, owner: type[Any]) -> str | None: ...
    def __get__(self, row: Any, owner: type[Any]) -> Any:
        """The clear text, or None."""
        if row is None:
            return self
        sealed: bytes | None = getattr(row, f"{self.name}_sealed")
        return None if sealed is None else open_sealed(sealed, self._place(row))

    def __set__(self, row: Any, value: str | None) -> None:
        """Seal `value`; empty text counts as none."""
        value = value or None
        setattr(row, f"{self.name}_sealed", None if value is None else seal(value, self._place(row)))
        if hasattr(type(row), f"{self.name}_index"):
            setattr(row, f"{self.name}_index", None if value is None else blind_index(self.name, value))

    def _place(self, row: Any) -> str:
        return f"{row.__tablename__}.{self.name}.{row.sealing_key()}"


def seal(text: str, place: str) -> bytes:
    """Ciphertext of `text` bound to `place` and to the present governorate's key."""
    return seal_with(_key("seal"), text, place)


def open_sealed(sealed: bytes, place: str) -> str:
    """The clear text; raises ValueError if it was not sealed for this place with this key."""
    return open_with(_key("seal"), sealed, place)


def seal_with(key: bytes, text: str, place: str) -> bytes:
    """As `seal`, with a given 32-byte key."""
    nonce = os.urandom(12)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())


def open_with(key: bytes, sealed: bytes, place: str) -> str:
    """As `open_sealed`, with a given 32-byte key."""
    try:
        return AESGCM(key).decrypt(sealed[1:13], sealed[13:], place.encode()).decode()
    except (InvalidTag, UnicodeDecodeError):
        raise ValueError(f"sealed value does not belong to {place}") from None


def blind_index(name: str, value: str) -> str:
    """Keyed index of `value` for exact look-up: same digits, same index, whatever digit set was typed."""
    plain = "".join(latin_digits(value).split()).casefold()
    return hmac.new(_key("index"), f"{name}:{plain}".encode(), hashlib.sha256).hexdigest()


def _key(purpose: str) -> bytes:
    binding = g.get("binding")
    if binding is None:
        raise NoGovernorate("a sealed value needs a governorate's key")
    return derive(binding.code, purpose)
