"""Arabic first, English by one click: which language a page speaks, and which catalogues it reads.

Catalogues are read in this order, later ones winning: every plugin's `locales/`, then the top-level
`locales/` of core and admin, then `locales/<CODE>/`, where a governorate may word things its own way.
"""

from __future__ import annotations

from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale

LANGUAGES = {"ar": "العربية", "en": "English"}
"""What the screens speak, by code, each under its own name. The first is the default."""
DEFAULT = "ar"
COOKIE = "language"
"""The choice of this browser on this mount; signing in sets it to what the person last chose."""
CATALOGUES = Path(__file__).resolve().parents[1] / "locales"


def N_(msgid: str) -> str:  # noqa: N802 - the name that catalogue extraction knows
    """Mark a message for the catalogues without translating it here."""
    return msgid


def init_language(app: Flask) -> None:
    """Set up flask-babel on `app`: language, the governorate's clock, and our order of catalogues."""
    babel = Babel(app, default_locale=DEFAULT, locale_selector=choose_language, timezone_selector=_clock)
    babel.domain_instance = Wording()


def choose_language() -> str:
    """The language chosen in this browser, else Arabic. It asks no database: an error page may need it.

    A machine's interface puts what its caller asked for into `g.asked_language`. Outside a request it is
    `g.language`, which the command line sets to what the terminal speaks.
    """
    if has_request_context():
        wanted = g.get("asked_language") or request.cookies.get(COOKIE)
    else:
        wanted = g.get("language")
    return wanted if wanted in LANGUAGES else DEFAULT


def _clock() -> str:
    governorate = g.get("governorate")
    return governorate.timezone if governorate is not None else "UTC"


class Wording(Domain):
    """The catalogues of one language as one governorate words them, kept after the first reading."""

    def get_translations(self) -> Translations | NullTranslations:
        """Translations for the present language and governorate."""
        locale = get_locale()
        if locale is None:
            return NullTranslations()
        governorate = g.get("governorate")
        key = (str(locale), governorate.code if governorate is not None else "")
        if key not in self.cache:
            host = current_app.extensions.get("diwan")
            if host is None:  # still loading: nothing is kept, for the plugins' words are to come
                return _read(key[0], [CATALOGUES])
            plugins = [module.folder / "locales" for module in host.modules.values()]
            self.cache[key] = _read(
                key[0], [*plugins, CATALOGUES, *([CATALOGUES / key[1]] if key[1] else [])]
            )
        return self.cache[key]


def _read(language: str, folders: list[Path]) -> Translations:
    """One catalogue of all; `merge` forgets the plural rule, which is the same line everywhere."""
    whole = Translations()
    for folder in folders:
        part = Translations.load(str(folder), [language])
        if isinstance(part, Translations):
            whole.merge(part)
            whole.plural = part.plural
    return whole
