"""Names in Arabic and English, shown in the language of the reader."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from sqlalchemy import ColumnElement, String, func
from sqlalchemy.orm import Mapped, mapped_column

LONGEST_NAME = 200


def present_language() -> str:
    """`ar` or `en`: the language of this request; Arabic where there is none."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "ar"


class Bilingual:
    """A thing with a name in Arabic, always, and one in English if somebody has written it."""

    name_ar: Mapped[str] = mapped_column(String(LONGEST_NAME))
    name_en: Mapped[str | None] = mapped_column(String(LONGEST_NAME))

    @property
    def name(self) -> str:
        """The name in the reader's language; the Arabic one if that is missing."""
        return self.name_en if self.name_en and present_language() == "en" else self.name_ar

    def __str__(self) -> str:
        return self.name


def name_column(model: Any) -> ColumnElement[str]:
    """What `.name` gives, as a column of a Core select; `model` is a Bilingual class or its alias."""
    if present_language() == "ar":
        return model.name_ar
    return func.coalesce(func.nullif(model.name_en, ""), model.name_ar)
