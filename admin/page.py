"""`Page`: a staff screen that is no list of records."""

from __future__ import annotations

from typing import ClassVar

from admin.view import View


class Page(View):
    """Subclass it with `name` and methods under `@expose`; the one for "/" is called `index`.

    Its endpoint is `<plugin>_<name>`, its address `/admin/<plugin>/<name>/`. Templates extend
    `base.html` and are shown by `self.show("complaints/desk.html", ...)`.

        class Desk(Page):
            name, title, icon = "desk", _("Counter"), "headset"

            @expose("/", methods=("GET", "POST"))
            @right("complaints.complaint", "create")
            def index(self):
                return self.show("complaints/desk.html", form=form)
    """

    name: ClassVar[str]

    def __init__(self, plugin: str) -> None:
        super().__init__(f"{plugin}_{type(self).name}", f"/admin/{plugin}/{type(self).name}")
        self.plugin = plugin if plugin != "core" else ""
