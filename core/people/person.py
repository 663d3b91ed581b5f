"""Columns of a person who is no user: an applicant, a buyer, a witness."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.data.sealed import Sealed, SealedRow, index_column, sealed_column
from core.people.identity import clean_other_id, mask, parse_national_id
from core.people.phones import Phone, parse_phone

NATIONAL = "national_id"
"""Kind of identity whose structure is checked; others are in `core.people.identity.OTHER_KINDS`."""


class PersonColumns(SealedRow):
    """Mixin: name in the clear, identity number, phone and e-mail sealed (trust.md rule 7).

    Find by `cls.identity_index == blind_index("identity", number)`, the same for `phone` (E.164).
    `identity_none` is why there is no number (a child, a stateless person, a refusal).
    """

    __personal__: ClassVar[tuple[str, ...]] = (
        "name", "identity_none", "identity_sealed", "identity_index", "phone_sealed", "phone_index",
        "phone_typed_sealed", "email_sealed",
    )  # fmt: skip

    name: Mapped[str] = mapped_column(String(200))
    identity_kind: Mapped[str] = mapped_column(String(20), default=NATIONAL)
    identity_none: Mapped[str | None] = mapped_column(String(200))
    identity_sealed: Mapped[bytes | None] = sealed_column()
    identity_index: Mapped[str | None] = index_column()
    phone_sealed: Mapped[bytes | None] = sealed_column()
    phone_index: Mapped[str | None] = index_column()
    phone_typed_sealed: Mapped[bytes | None] = sealed_column()
    email_sealed: Mapped[bytes | None] = sealed_column()
    identity = Sealed()
    phone = Sealed()
    phone_typed = Sealed()
    email = Sealed()

    @property
    def identity_masked(self) -> str:
        """`2********…1234`, or nothing."""
        return mask(self.identity) if self.identity else ""

    def set_identity(self, typed: str, kind: str = NATIONAL) -> tuple[object, ...]:
        """Check and seal an identity number; returns warnings to show, raises Mistyped."""
        warnings: tuple[object, ...] = ()
        if not typed.strip():
            self.identity = None
        elif kind == NATIONAL:
            read = parse_national_id(typed)
            self.identity, warnings = read.digits, read.warnings
        else:
            self.identity = clean_other_id(typed)
        self.identity_kind = kind
        return warnings

    def set_phone(self, typed: str, region: str) -> Phone | None:
        """Check and seal a telephone number, as E.164 and as typed; raises Mistyped."""
        phone = parse_phone(typed, region) if typed.strip() else None
        self.phone = phone.e164 if phone else None
        self.phone_typed = phone.raw if phone else None
        return phone
