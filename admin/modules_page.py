"""What this governorate can switch on: a card per module, with its state and what may be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from admin.doors import doors
from admin.page import Page
from admin.saving import accuse
from admin.titles import module_title
from admin.uninstalling import UNINSTALLABLE, ConfirmForm, losses
from admin.view import views
from core.access import right
from core.data.base import db
from core.errors import Invalid, NotFound, Refused
from core.governorates.present import present
from core.modules import lifecycle, upgrades
from core.modules.leaving.plan import plan
from core.modules.leaving.reinstall import reinstall
from core.modules.leaving.uninstall import uninstall
from core.modules.lifecycle import Standing
from core.people.access import may
from core.people.bilingual import present_language

LABEL = "core.plugin"
STATES: dict[str, tuple[Any, str]] = {
    "discovered": (lazy_gettext("Not installed"), "grey"),
    "installed": (lazy_gettext("Installed, not enabled"), "blue"),
    "enabled": (lazy_gettext("Enabled"), "green"),
    "disabled": (lazy_gettext("Disabled"), "yellow"),
    "uninstalled": (lazy_gettext("Removed, its data exported"), "grey"),
    "outdated": (lazy_gettext("To be upgraded"), "orange"),
    "broken": (lazy_gettext("Cannot be used"), "red"),
    "blocked": (lazy_gettext("Blocked by another"), "red"),
    "missing": (lazy_gettext("Its code is missing"), "red"),
}
STEPS: dict[str, tuple[Any, str, Callable[[str, str], Any], Any]] = {
    "install": (
        lazy_gettext("Install"),
        "btn-primary",
        lifecycle.install,
        lazy_gettext("Installed. It can be enabled now."),
    ),
    "reinstall": (
        lazy_gettext("Install with its data"),
        "btn-primary",
        reinstall,
        lazy_gettext("Installed with its data. It can be enabled now."),
    ),
    "afresh": (
        lazy_gettext("Install empty"),
        "btn-plain",
        lifecycle.install,
        lazy_gettext("Installed. It can be enabled now."),
    ),
    "enable": (lazy_gettext("Enable"), "btn-primary", lifecycle.enable, lazy_gettext("Enabled.")),
    "upgrade": (lazy_gettext("Upgrade"), "btn-primary", upgrades.upgrade_module, lazy_gettext("Upgraded.")),
    "disable": (
        lazy_gettext("Disable"),
        "btn-plain",
        lifecycle.disable,
        lazy_gettext("Disabled. Its data stay untouched."),
    ),
}
"""Label, look, function (code, module) and what is said afterwards."""
POSSIBLE = {
    "discovered": ("install",),
    "installed": ("enable",),
    "enabled": ("disable",),
    "disabled": ("enable",),
    "uninstalled": ("reinstall", "afresh"),
    "outdated": ("upgrade",),
}


@dataclass(frozen=True)
class Card:
    """A module as the page shows it."""

    id: str
    icon: str
    title: str
    summary: str
    version: str
    state_label: Any
    colour: str
    needs: list[str]
    needed_by: list[str]
    problem: str
    trace: str
    buttons: list[tuple[str, Any, str]]
    export: str
    removable: bool


class ModulesPage(Page):
    """The modules screen of the administrator."""

    name, title, icon = "module", lazy_gettext("Modules"), "packages"

    @expose("/")
    @right(LABEL, "read")
    def index(self) -> str:
        """The cards."""
        allowed = may("write", LABEL)
        cards = [_card(standing, allowed) for standing in lifecycle.standings(db.session())]
        return self.show("modules.html", modules=cards)

    @expose("/<id>/disable", methods=("GET",))
    @right(LABEL, "write")
    def ask(self, id: str) -> ResponseReturnValue:  # noqa: A002 - the word of the address
        """Before a module is switched off: what will stop."""
        standing = next((one for one in lifecycle.standings(db.session()) if one.id == id), None)
        if standing is None or "disable" not in POSSIBLE.get(standing.state, ()):
            raise NotFound(_("There is no such step."))
        title = _("Disable %(name)s?", name=module_title(id))
        needing = [one for one in lifecycle.needed_by(id) if lifecycle.host().enabled(one)]
        crumbs = self.crumbs((title, None))
        return self.show(
            "disable.html",
            title=title,
            crumbs=crumbs,
            id=id,
            screens=[view.title for view in views() if view.plugin == id and view.in_menu],
            doors=[door.title for door in doors() if door.plugin == id],
            needing=[module_title(one) for one in needing],
        )

    @expose("/<id>/uninstall", methods=("GET", "POST"))
    @right(LABEL, "write")
    def remove(self, id: str) -> ResponseReturnValue:  # noqa: A002 - the word of the address
        """What is lost by removing a module with its data; with its id typed it is exported and removed."""
        form = ConfirmForm(request.form if request.method == "POST" else None)
        sentence = None
        if request.method == "POST" and form.validate():
            try:
                folder = uninstall(present().code, id, form.confirm.data)
            except Invalid as invalid:
                accuse(form, invalid)
                sentence = str(invalid)
            except Refused as refused:
                if refused.status in (404, 503):
                    raise
                sentence = str(refused)
            else:
                flash(_("Removed. Its data are in the export %(folder)s.", folder=folder.name), "success")
                return redirect(self.link())
        return self._ask_removal(id, form, sentence)

    def _ask_removal(self, id: str, form: ConfirmForm, sentence: str | None) -> ResponseReturnValue:  # noqa: A002
        drawn = plan(present().code, id)
        title = _("Remove %(name)s with all its data?", name=module_title(id))
        form.confirm.description = _("Type %(id)s to confirm.", id=id)
        page = self.show(
            "uninstall.html",
            title=title,
            crumbs=self.crumbs((title, None)),
            form=form,
            sentence=sentence,
            plan=drawn,
            losses=losses(drawn),
            cancel_url=self.link(),
        )
        return page, 422 if form.errors else 409 if sentence else 200

    @expose("/<id>/<action>", methods=("POST",))
    @right(LABEL, "write")
    def act(self, id: str, action: str) -> ResponseReturnValue:  # noqa: A002 - the word of the address
        """Install, enable, disable or upgrade one module here; every worker obeys at its next request."""
        if action not in STEPS:
            raise NotFound(_("There is no such step."))
        _label, _look, carry_out, told = STEPS[action]
        try:
            carry_out(present().code, id)
        except Refused as refused:
            if refused.status in (404, 503):
                raise
            flash(str(refused), "danger")
        else:
            flash(str(told), "success")
        return redirect(self.link())


def _card(standing: Standing, allowed: bool) -> Card:
    module, manifest = standing.module, standing.module.manifest if standing.module else None
    words, colour = STATES.get(standing.state, (standing.state, "grey"))
    steps = POSSIBLE.get(standing.state, ()) if allowed else ()
    return Card(
        id=standing.id,
        icon=(manifest.icon if manifest else "") or "puzzle",
        title=module_title(standing.id),
        summary=manifest.summary[present_language()] if manifest else "",
        version=manifest.version if manifest else (standing.row.version if standing.row else ""),
        state_label=words,
        colour=colour,
        needs=[module_title(name) for name in manifest.depends] if manifest else [],
        needed_by=[module_title(name) for name in lifecycle.needed_by(standing.id)],
        problem=module.error if module else "",
        trace=module.traceback if module and allowed else "",
        buttons=[(step, STEPS[step][0], STEPS[step][1]) for step in steps],
        export=(standing.row.export or "") if standing.row and standing.state == "uninstalled" else "",
        removable=allowed and standing.row is not None and standing.state in UNINSTALLABLE,
    )
