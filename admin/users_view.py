"""Users: who they are, what they are where, a new password, closing an account."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from flask import flash, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import format_timedelta, lazy_gettext
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.validators import InputRequired

from admin.forms import Form, RelationField
from admin.record_view import RecordView
from admin.sections import Section
from core.access import Access
from core.data.base import db
from core.data.sealed import open_sealed, seal
from core.errors import Invalid, NotAllowed, NotFound
from core.language import LANGUAGES
from core.people.access import may
from core.people.accounts import new_user, wrong_names
from core.people.keepers import governs, keep_keepers
from core.people.passwords import set_password
from core.people.roles import ADMINISTRATOR
from core.people.units import Unit
from core.people.users import INITIAL_GOOD_FOR, Membership, Role, User, add_membership

WORDS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that are not mistaken for each other when read out."""
GRANTS = "core.membership"
NEW_PASSWORD = "core.new_password"  # noqa: S105 - where it is kept, not what it is


class MembershipForm(Form):
    """A role in a unit."""

    role = RelationField(lazy_gettext("Role"), [InputRequired()], target=Role, blank=False)
    unit = RelationField(lazy_gettext("Unit"), [InputRequired()], target=Unit, blank=False)


class UserView(RecordView):
    """The staff's accounts. None is deleted: records keep the names of those who worked on them."""

    model = User
    title, singular, icon = lazy_gettext("Users"), lazy_gettext("User"), "users"
    labels = {"active": lazy_gettext("Account open"), "name": lazy_gettext("Name")}
    help = {"username": lazy_gettext("3 to 80 characters without spaces; it is typed at every sign-in.")}
    choices = {"language": list(LANGUAGES.items())}
    list_columns = ("name", "username", "email", "active")
    sort, sortable = "username", ()
    filters = ("username", "name_ar", "active")
    form_sections = (Section(None, ("name_ar", "name_en", "username", "email", "language")),)
    detail_sections = (
        Section(None, ("name_ar", "name_en", "username", "email", "language", "active", "created_at")),
    )
    record_template = "user.html"
    notes = False

    def access_of(self, method: str) -> Access | None:
        """Roles in units have a right of their own."""
        if method in ("grant", "end"):
            return Access("right", GRANTS, "write")
        return (
            Access("right", self.label_name, "write")
            if method in ("reset", "close")
            else super().access_of(method)
        )

    def make(self, form: Any) -> User:
        """A new account with a password that is shown once."""
        password = first_password()
        made = new_user(
            db.session(),
            username=form.username.data,
            password=password,
            name_ar=form.name_ar.data,
            name_en=form.name_en.data or None,
            email=form.email.data or None,
            initial=True,
        )
        _keep_password(made, password)
        return made

    def before_save(self, record: User, form: Any) -> None:
        """Raises Invalid for a user name or address that cannot be, or is another's."""
        wrong = wrong_names(db.session(), record.username or "", record.email, record.id)
        if wrong:
            raise Invalid(_("The account cannot be saved like this."), wrong)

    def detail_extra(self, record: User) -> Markup:
        """Roles in units, with the form for another."""
        form = MembershipForm() if may("write", GRANTS) and record.id != g.scope.actor_id else None
        return _memberships(self, record, form)

    @expose("/<int:id>/roles", methods=("POST",))
    def grant(self, id: int) -> ResponseReturnValue:  # noqa: A002 - the word of the address
        """Give the user a role in a unit; nobody gives one to themselves."""
        user = self.find(id)
        if user.id == g.scope.actor_id:
            raise NotAllowed(_("You cannot give yourself a role. Ask another administrator."))
        form = MembershipForm(request.form)
        if "_find" in request.form or not form.validate():
            return self._with_form(user, form)
        add_membership(user, form.unit.data, form.role.data)
        db.session.commit()
        flash(_("The role was given. It holds from the next sign-in."), "success")
        return redirect(self.link("record", id=id))

    @expose("/<int:id>/roles/<int:membership>/end", methods=("POST",))
    def end(self, id: int, membership: int) -> ResponseReturnValue:  # noqa: A002
        """Take a role in a unit back."""
        user = self.find(id)
        held = next((m for m in user.memberships if m.id == membership and m.active), None)
        if held is None:
            raise NotFound(_("The user does not have this role any more."))
        self._keep_an_administrator(held)
        held.active = False
        keep_keepers(db.session())
        db.session.commit()
        flash(_("The role was taken back. Open sessions have ended."), "success")
        return redirect(self.link("record", id=id))

    @expose("/<int:id>/password", methods=("POST",))
    def reset(self, id: int) -> ResponseReturnValue:  # noqa: A002
        """Give the user a new password, shown once; every session of theirs ends."""
        user, password = self._governed(id), first_password()
        set_password(user, password, initial=True)
        db.session.commit()
        _keep_password(user, password)
        return redirect(self.link("record", id=id))

    @expose("/<int:id>/active", methods=("POST",))
    def close(self, id: int) -> ResponseReturnValue:  # noqa: A002
        """Close the account, or open it again."""
        user = self._governed(id)
        if user.id == g.scope.actor_id:
            raise NotAllowed(_("You cannot close your own account."))
        user.active = request.form.get("active") == "1"
        keep_keepers(db.session())
        db.session.commit()
        told = (
            _("The account is open again.")
            if user.active
            else _("The account is closed and its sessions have ended.")
        )
        flash(told, "success")
        return redirect(self.link("record", id=id))

    @expose("/<int:id>")
    def record(self, id: int) -> ResponseReturnValue:  # noqa: A002
        """The account's page; after a new password it shows it, this once."""
        password = _kept_password(self.find(id))
        if password:
            sentence = _(
                "Password, shown only now: %(password)s. The user must change it within %(time)s.",
                password=password,
                time=format_timedelta(INITIAL_GOOD_FOR),
            )
            flash(sentence, "warning")  # and shown by this very answer: the cookie never holds it in clear
        return super().record(id=id)

    def _governed(self, id: int) -> User:  # noqa: A002
        """The account; one that gives rights only for who may give them too, lest it be taken over."""
        user: User = self.find(id)
        if governs(db.session(), user) and not may("write", GRANTS):
            raise NotAllowed(
                _("This account gives rights to others: only an administrator of roles may do this.")
            )
        return user

    def _with_form(self, user: User, form: MembershipForm) -> ResponseReturnValue:
        g.membership_form = form
        html = self.show(self.record_template, **self.record_values(user))
        return html, 422 if form.errors else 200

    def _keep_an_administrator(self, held: Membership) -> None:
        if held.role.code == ADMINISTRATOR and held.user_id == g.scope.actor_id:
            raise NotAllowed(_("You cannot take your own administration away. Ask another administrator."))


def first_password() -> str:
    """A password to be read out once: four groups of four, 79 random bits."""
    return "-".join("".join(secrets.choice(WORDS) for _sign in range(4)) for _group in range(4))


def _keep_password(user: User, password: str) -> None:
    """For the user's page that follows, sealed: the browser's cookie is signed, but can be read."""
    session[NEW_PASSWORD] = urlsafe_b64encode(seal(f"{user.username} {password}", NEW_PASSWORD)).decode()


def _kept_password(user: User) -> str | None:
    """The password just made for this very user; one of an account that was refused is forgotten."""
    kept = session.pop(NEW_PASSWORD, None)
    try:
        text = "" if kept is None else open_sealed(urlsafe_b64decode(kept), NEW_PASSWORD)
    except ValueError:
        return None
    name, _space, password = text.rpartition(" ")
    return password if name == user.username else None


def _memberships(view: UserView, user: User, form: MembershipForm | None) -> Markup:
    form = g.get("membership_form") or form
    active = [m for m in user.memberships if m.active]
    html = render_template("parts/memberships.html", view=view, user=user, memberships=active, form=form)
    return Markup(html)  # noqa: S704 - rendered by our template, which escapes
