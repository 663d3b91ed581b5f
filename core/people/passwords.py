"""Which passwords are accepted, and setting them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_security import hash_password, verify_password
from flask_security.password_util import PasswordUtil

from core.data.time import now
from core.errors import Invalid
from core.people.users import User, login_name

SHORTEST, LONGEST = 10, 128
KNOWN = frozenset(Path(__file__).with_name("known_passwords.txt").read_text(encoding="utf-8").split())
"""Passwords that everybody tries first, the demo's own among them; checked here, never by a service."""
RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


class Passwords(PasswordUtil):
    """The rules, where Flask-Security asks for them: length, and nothing that is guessed first.

    No forced mixture of signs and no expiry, after NIST SP 800-63B 3.1.1.2.
    """

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """(sentences, normalised password); no sentence is None.

        Flask-Security compares old and new as they were typed; the same password in other letters is it too.
        """
        password = self.normalize(password)
        user = kwargs.get("user")
        wrong = weakness(password, user.username if user else kwargs.get("username", ""))
        if not wrong and user and user.password and verify_password(password, user.password):
            wrong = _("This is your present password. Choose another.")
        return ([wrong] if wrong else None), password


def weakness(password: str, username: str = "") -> str | None:
    """What is wrong with a normalised password, as a sentence; None if nothing is."""
    if len(password) < SHORTEST:
        return _("A password needs at least %(least)d characters.", least=SHORTEST)
    if len(password) > LONGEST:
        return _("A password has at most %(most)d characters.", most=LONGEST)
    plain = login_name(password)
    if plain in KNOWN or len(set(plain)) < 4 or any(plain in run or plain in run[::-1] for run in RUNS):
        return _("This password is one of the first that are guessed. Choose another.")
    if username and login_name(username) in plain:
        return _("A password must not contain the user name.")
    return None


def set_password(user: User, password: str, *, initial: bool) -> None:
    """Give `user` a new password and end every session of theirs; raises Invalid for a weak one.

    `initial` when somebody else made it: it opens for a few days the page alone where they choose their
    own. The caller commits.
    """
    password = PasswordUtil.normalize(Passwords.__new__(Passwords), password)
    wrong = weakness(password, user.username)
    if wrong:
        raise Invalid(wrong, {"password": [wrong]})
    user.password = hash_password(password)
    user.fs_uniquifier = uuid4().hex
    user.initial_password_at = now() if initial else None
