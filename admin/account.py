"""The first administrator's one-time link. Signing in, out and changing one's password are Flask-Security's
pages in our templates (`theme/security/`)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import TooManyRequests
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from admin.forms import CodeField, Form, LineField
from admin.saving import accuse
from core.access import public
from core.data.base import db
from core.errors import Invalid, Refused
from core.people.invitations import check_token, redeem
from core.people.limits import hit

account = Blueprint("admin_account", __name__)
TRIES, WINDOW = 20, 15 * 60
"""So many looks at such links from one address in so many seconds."""
NEEDED = InputRequired(lazy_gettext("This is needed."))
SECRET = {"dir": "ltr", "autocomplete": "new-password"}


class FirstAdminForm(Form):
    """Who the first administrator is."""

    name_ar = LineField(lazy_gettext("Name in Arabic"), [NEEDED, Length(max=200)])
    name_en = LineField(lazy_gettext("Name in English"), [Optional(), Length(max=200)])
    username = CodeField(
        lazy_gettext("User name"), [NEEDED, Length(min=3, max=80)], render_kw={"autocomplete": "username"}
    )
    email = CodeField(lazy_gettext("E-mail"), [Optional(), Length(max=255)])
    password = PasswordField(
        lazy_gettext("Password"),
        [NEEDED, Length(max=128)],
        description=lazy_gettext("At least 10 characters; several words are easiest to remember."),
        render_kw=SECRET,
    )
    again = PasswordField(
        lazy_gettext("The password again"),
        [NEEDED, EqualTo("password", lazy_gettext("The two passwords differ."))],
        render_kw=SECRET,
    )


@account.route("/first-admin/<token>", methods=("GET", "POST"))
@public
def first_admin(token: str) -> ResponseReturnValue:
    """Show the form while the link is good; sent, it makes the account and leads to the sign-in."""
    if not hit(f"first_admin:{request.remote_addr}", TRIES, WINDOW):
        raise TooManyRequests()
    check_token(db.session(), token)
    form = FirstAdminForm(request.form if request.method == "POST" else None)
    if request.method != "POST" or not form.validate():
        return _page(form, 422 if form.errors else 200)
    try:
        redeem(
            db.session(),
            token,
            username=form.username.data,
            password=form.password.data,
            name_ar=form.name_ar.data,
            name_en=form.name_en.data or None,
            email=form.email.data or None,
        )
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        if not isinstance(refused, Invalid):
            raise
        accuse(form, refused)
        return _page(form, refused.status, str(refused))
    flash(_("Your account is ready. Sign in."), "success")
    return redirect(url_for("security.login"))


def _page(form: FirstAdminForm, status: int, sentence: str | None = None) -> ResponseReturnValue:
    html = render_template(
        "first_admin.html",
        title=_("The first administrator"),
        help=_(
            "This link works once. The account you make here manages this governorate's modules, units "
            "and users."
        ),
        form=form,
        sentence=sentence,
        save_label=_("Make the account"),
    )
    return html, status
