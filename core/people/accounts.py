"""Making an account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.people.passwords import set_password
from core.people.users import User, login_name

SHORTEST, LONGEST = 3, 80


def new_user(
    session: Session,
    *,
    username: str,
    password: str,
    name_ar: str,
    initial: bool,
    name_en: str | None = None,
    email: str | None = None,
) -> User:
    """A new account in the session; raises Invalid, with errors by field, and adds nothing then.

    `initial` is False where the person typed the password themselves.
    """
    errors = wrong_names(session, username, email) | ({} if name_ar.strip() else {"name_ar": [_NAMELESS]})
    user = User(username=username, email=email, name_ar=name_ar.strip(), name_en=name_en)
    try:
        set_password(user, password, initial=initial)
    except Invalid as weak:
        errors |= weak.errors
    if errors:
        raise Invalid(_("The account cannot be made like this."), errors)
    session.add(user)
    return user


def wrong_names(
    session: Session, username: str, email: str | None, user_id: int | None = None
) -> dict[str, list[object]]:
    """What is wrong with a user name and an e-mail address, by field; account `user_id` may keep its own."""
    errors: dict[str, list[object]] = {}
    name = login_name(username)
    if not SHORTEST <= len(name) <= LONGEST or "@" in name or " " in name:
        errors["username"] = [_("A user name has 3 to 80 characters, no spaces and no @.")]
    elif _taken(session, User.username == name, user_id):
        errors["username"] = [_("This user name is taken.")]
    if email and ("@" not in email or len(email) > 255):
        errors["email"] = [_("This is not an e-mail address.")]
    elif email and _taken(session, User.email == login_name(email), user_id):
        errors["email"] = [_("Another account has this e-mail address.")]
    return errors


def _taken(session: Session, where: object, user_id: int | None) -> bool:
    with session.no_autoflush:
        found = session.scalar(select(User.id).where(where))  # type: ignore[arg-type]
    return found is not None and found != user_id


_NAMELESS = _("The name in Arabic is missing.")
