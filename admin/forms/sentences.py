"""What WTForms says about a field, in the words of our catalogue; its own where we have none.

Its Arabic catalogue says "الحقل" where a clerk says "البيان", misses hamzas and six plural forms.
"""

from __future__ import annotations

from flask_babel import get_domain
from flask_wtf.i18n import translations as theirs

from core.language import N_


def _n(one: str, many: str) -> tuple[str, str]:
    """Mark a counted message for the catalogues."""
    return one, many


SENTENCES = (
    N_("This field is required."),
    N_("Not a valid choice."),
    N_("Invalid email address."),
    N_("Field must be between %(min)d and %(max)d characters long."),
    N_("Number must be at least %(min)s."),
    N_("Number must be at most %(max)s."),
    N_("Number must be between %(min)s and %(max)s."),
    _n("Field must be at least %(min)d character long.", "Field must be at least %(min)d characters long."),
    _n("Field cannot be longer than %(max)d character.", "Field cannot be longer than %(max)d characters."),
)
"""Those of WTForms that people meet here, for the catalogues alone."""


class Sentences:
    """What WTForms asks for its sentences."""

    def gettext(self, sentence: str) -> str:
        """The sentence in the reader's language."""
        ours = get_domain().get_translations().ugettext(sentence)
        return str(ours if ours != sentence else theirs.gettext(sentence))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The same for a counted one."""
        ours = get_domain().get_translations().ungettext(one, many, number)
        return str(ours if ours not in (one, many) else theirs.ngettext(one, many, number))
