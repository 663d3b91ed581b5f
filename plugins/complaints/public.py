"""Citizens' pages: hand a complaint in without an account, and follow it by number and secret."""

from __future__ import annotations

from pathlib import Path
from time import sleep

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin import door, posted
from admin.saving import accuse
from core import Invalid, Refused, Scope, present, public, unscoped
from core.governorates.present import governorate_context, running_app
from core.people.limits import forgive, hit
from core.people.units import root_unit
from plugins.complaints import papers, progress, receipts
from plugins.complaints.codes import INDIVIDUAL, PORTAL
from plugins.complaints.forms import CitizenForm, TrackForm
from plugins.complaints.limits import DAY, HOUR, QUARTER, count_phone
from plugins.complaints.registration import Draft, TooMany, register

pages = Blueprint("complaints", __name__, url_prefix="/complaints", template_folder="templates")
FROM_ONE_ADDRESS = 30
"""Complaints an hour: many telephones share one address of their network."""
FORMS_WITH_FILES = 60
"""An hour from one address, sound or not: looking at a picture is work, and room is not endless."""
WRONG_FOR_NUMBER, WRONG_FROM_ADDRESS = 5, 20
"""Wrong secrets in a quarter of an hour from one address: for one number, and for all."""
WRONG_IN_A_DAY, PAUSE = 200, 1.0
"""So many wrong secrets for one number from anywhere; each further one is answered after PAUSE seconds.

Numbers run in order: a limit on the number alone would let a stranger keep its owner out.
"""


@pages.route("/new", methods=("GET", "POST"))
@public
@door(_l("Submit a complaint"), _l("Write it down and get a number and a secret to follow it."))
def new() -> ResponseReturnValue:
    """The form; sent, it leads to the receipt."""
    form, refused = _read_form()
    if refused is None and request.method == "POST" and "_find" not in request.form and form.validate():
        try:
            return _hand_in(form)
        except Refused as refusal:
            refused = refusal
    if not form.token.data or refused is not None:
        form.token.data = Draft.new().token()
    if isinstance(refused, Invalid):
        accuse(form, refused)
    html = render_template("complaints/new.html", form=form, sentence=str(refused) if refused else None)
    return html, refused.status if refused else 422 if form.errors else 200


def _read_form() -> tuple[CitizenForm, Refused | None]:
    """The form; without its files, which are then not even looked at, for who sends too many."""
    files = request.files.items(multi=True) if request.method == "POST" else ()
    sent = any(file.filename for _name, file in files)
    if sent and not hit(f"complaints.files:{request.remote_addr}", FORMS_WITH_FILES, HOUR):
        sentence = _("Too many files came from your connection. Send your complaint without them, or later.")
        return CitizenForm(request.form), TooMany(sentence)
    return CitizenForm(posted(CitizenForm)), None


def _hand_in(form: CitizenForm) -> ResponseReturnValue:
    draft = Draft.read(form.token.data or "")
    if not hit(f"complaints.new:{request.remote_addr}", FROM_ONE_ADDRESS, HOUR):
        raise TooMany(_("Too many complaints came from your connection. Please try again in an hour."))
    count_phone(form.phone.data or "")
    values = form.data | {"identity_kind": form.identity_kind_now()}
    with unscoped("a citizen hands a complaint in", origin="citizen") as session:
        unit = root_unit(session, present())
        complaint = register(values, draft, channel=PORTAL, kind=INDIVIDUAL, unit_id=unit.id)
        session.commit()
        receipts.keep(complaint)
    return redirect(url_for("complaints.receipt"))


@pages.get("/receipt")
@public
def receipt() -> ResponseReturnValue:
    """Number and secret, once."""
    return render_template("complaints/receipt_page.html", receipt=receipts.take())


@pages.route("/track", methods=("GET", "POST"))
@public
@door(_l("Follow a complaint"), _l("With the number and the secret on your receipt."))
def track() -> ResponseReturnValue:
    """Number and secret in, progress out; a wrong pair is answered alike whatever is wrong with it."""
    form = TrackForm(request.form if request.method == "POST" else None)
    if request.method != "POST":
        form.number.data = request.args.get("number", "")[:40]
        return render_template("complaints/track.html", form=form, found=None)
    if not form.validate():
        return render_template("complaints/track.html", form=form, found=None), 422
    try:
        found = _look_up(progress.read_number(form.number.data), form.secret.data)
    except Refused as refused:
        form.secret.data = ""
        page = render_template("complaints/track.html", form=form, found=None, sentence=str(refused))
        return page, refused.status
    return render_template("complaints/track.html", form=form, found=found)


@pages.get("/file/<token>")
@public
def file(token: str) -> ResponseReturnValue:
    """A file from the page where a citizen follows a complaint."""
    return papers.give(token)


def _look_up(number: str, secret: str) -> progress.Progress:
    """Counted before it is tried, and taken back if it was right; raises Refused.

    Only what is shown is entered in the audit, lest strangers make it grow.
    """
    keys = {
        f"complaints.track:{number}:{request.remote_addr}": WRONG_FOR_NUMBER,
        f"complaints.track.from:{request.remote_addr}": WRONG_FROM_ADDRESS,
    }
    if sum(hit(key, limit, QUARTER) for key, limit in keys.items()) < len(keys):
        raise TooMany(_("Too many attempts. Please try again in a quarter of an hour."))
    key = _matching(number, secret)
    if key is None:
        if not hit(f"complaints.track.day:{number}", WRONG_IN_A_DAY, DAY):
            sleep(PAUSE)
        raise Refused(_("Number and secret do not belong together. Compare them with the receipt."), 422)
    for count in keys:
        forgive(count, QUARTER)
    with unscoped("a citizen follows a complaint", origin="citizen"):
        return progress.of(key)


def _matching(number: str, secret: str) -> int | None:
    with governorate_context(running_app(), present().code, Scope.of_system("citizen")):
        return progress.find(number, secret)


@pages.get("/receipt.css")
@public
def stylesheet() -> Response:
    """How a receipt looks on paper of 80 mm."""
    return send_from_directory(
        Path(__file__).with_name("templates") / "complaints", "receipt.css", max_age=3600
    )
