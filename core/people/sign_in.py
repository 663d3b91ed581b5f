"""The sign-in form: one field for user name or e-mail, one answer for everything that is wrong."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_security.forms import ChangePasswordForm, LoginForm, RequiredLocalize, password_required
from sqlalchemy import select
from wtforms import HiddenField, PasswordField, StringField

from core.data.base import db
from core.governorates.setting import Setting
from core.language import N_
from core.people.limits import forgive, hit
from core.people.passwords import LONGEST
from core.people.users import User, login_name

PER_ACCOUNT, PER_ADDRESS = 10, 100
WINDOW = 15 * 60
"""At most so many wrong attempts in so many seconds (trust.md P14; ASVS 5.0 6.3.1)."""
TOO_MANY = N_("Too many wrong attempts. Wait a quarter of an hour, then try again.")
DEMO = "demo"
"""Setting of a governorate that holds demonstration data: only there do the demo's users get in."""


class SignInForm(LoginForm):
    """Fields `username` (takes an e-mail address, too), `password` and `next` (hidden).

    Unknown name and wrong password look, cost and count alike, so that nobody learns which
    accounts exist. Attempts are counted before the password is looked at; a right one is forgiven.
    """

    email = remember = submit = None
    username = StringField(
        lazy_gettext("User name or e-mail"),
        validators=[RequiredLocalize()],
        render_kw={"autocomplete": "username", "dir": "ltr"},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        validators=[password_required],
        render_kw={"autocomplete": "current-password", "dir": "ltr"},
    )
    next = HiddenField()

    def validate_next(self, field: Any) -> None:
        """Nothing to say to the person: Flask-Security follows only addresses of this host."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the person may sign in; sets the answer's status to 429 or 422 otherwise."""
        if not self.username.data or not self.password.data:
            answer_with(422)
            return super().validate(**kwargs)
        self.ifield = self.username
        self.user = find_user(self.username.data)
        keys = self._keys()
        if not all([hit(keys[0], PER_ADDRESS, WINDOW), hit(keys[1], PER_ACCOUNT, WINDOW)]):
            return self._refuse(_(TOO_MANY), 429)
        if len(self.password.data) <= LONGEST and super().validate(**kwargs) and may_enter(self.user):
            if self.user and self.user.initial_password_ended:
                old = _("This first password is too old. Ask your administrator for another.")
                return self._refuse(old, 403)
            for key in keys:
                forgive(key, WINDOW)
            return True
        if self.user_authenticated and self.user and not self.user.active:
            return self._refuse(_("This account is closed. Ask your administrator."), 403)
        return self._refuse(_("The user name or the password is not right."), 422)

    def _keys(self) -> tuple[str, str]:
        """What attempts are counted by: the address and the account."""
        account = self.user.id if self.user else "typed " + login_name(self.username.data)
        return f"login.address:{request.remote_addr}", account_key(account)

    def _refuse(self, sentence: str, status: int) -> bool:
        answer_with(status)
        self.username.errors, self.password.errors = [], []
        self.form_errors = [sentence]
        return False


class PasswordForm(ChangePasswordForm):
    """Fields `password` (the present one), `new_password`, `new_password_confirm`.

    Guessing at the present password counts as guessing at the sign-in page does.
    """

    submit = None
    password = PasswordField(
        lazy_gettext("Present password"),
        validators=[password_required],
        render_kw={"autocomplete": "current-password"},
    )

    def validate(self, **kwargs: Any) -> bool:
        """Whether the password may be changed; sets the answer's status to 429 or 422 otherwise."""
        key = account_key(current_user.id)
        if not hit(key, PER_ACCOUNT, WINDOW):
            answer_with(429)
            self.form_errors = [_(TOO_MANY)]
            return False
        if super().validate(**kwargs):
            forgive(key, WINDOW)
            return True
        answer_with(422)
        return False


def account_key(account: int | str) -> str:
    """What attempts are counted by: a user's id, or the typed name if there is no such user."""
    return f"login.account:{account}"


def find_user(typed: str) -> User | None:
    """The user with this user name or e-mail address, in any spelling of capitals and digits."""
    name = login_name(typed)
    column = User.email if "@" in name else User.username
    return db.session.scalar(select(User).where(column == name)) if name else None


def may_enter(user: User | None) -> bool:
    """The demo's users, whose passwords are published, enter demonstration data only."""
    return user is not None and (not user.demo or is_demo())


def is_demo() -> bool:
    """Whether this governorate holds demonstration data."""
    return db.session.scalar(select(Setting.value).where(Setting.key == DEMO)) == "1"


def answer_with(status: int) -> None:
    """Set the status of the page that shows the form again."""

    @after_this_request
    def _set(response: Response) -> Response:
        response.status_code = status
        if status == 429:
            response.headers["Retry-After"] = str(WINDOW)
        return response
