"""What every staff screen shares: its address, who may enter each of its pages, its place in the menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import current_app, g, render_template, request, url_for
from flask_admin import BaseView
from flask_babel import lazy_gettext
from flask_login import current_user

from core.access import MARK, Access
from core.people.access import may

HOME = lazy_gettext("Home")
AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
"""Headers by which browsers say that they fetch a page nobody has asked for yet."""


class View(BaseView):
    """A screen: methods under `@expose`, each with a decorator of `core.access` that says who may enter.

    Flask-Admin keeps the collection and makes the blueprint; rights are the gate's. `menu_group`
    None puts the view under its module's title; `icon` is a name from assets.toml.
    """

    title: ClassVar[Any] = ""
    icon: ClassVar[str] = ""
    menu_group: ClassVar[Any] = None
    in_menu: ClassVar[bool] = True
    page_names: ClassVar[dict[str, str]] = {}
    """Endpoint names of methods that are called otherwise."""
    plugin: str = ""

    def __init__(self, endpoint: str, url: str) -> None:
        super().__init__(name=type(self).__name__, endpoint=endpoint, url=url)

    def create_blueprint(self, admin: Any) -> Any:
        """Flask-Admin's blueprint, with each page declared to the gate under its own right."""
        exposed: list[Any] = vars(type(self))["_urls"]
        self._urls: list[Any] = []
        blueprint = super().create_blueprint(admin)
        for url, method, methods in exposed:
            function = getattr(self, method)
            right = self.access_of(method)
            if right is not None:
                name = self.page_names.get(method, method)
                blueprint.add_url_rule(url, name, _declare(function, right), methods=methods)
        return blueprint

    def access_of(self, method: str) -> Access | None:
        """Who may enter the page `method`; None if this view does without the page."""
        right: Access | None = getattr(getattr(self, method), MARK, None)
        if right is None:
            raise RuntimeError(f"{type(self).__name__}.{method} declares no access")
        return right

    def is_accessible(self) -> bool:
        """Whether the present person may open its first page; for the menu, the gate asks for itself."""
        right = self.access_of("index")
        return self.enabled() and right is not None and permits(right)

    def enabled(self) -> bool:
        """Whether its module is in use in this governorate."""
        return not self.plugin or bool(current_app.extensions["diwan"].enabled(self.plugin))

    def _handle_view(self, name: str, /, **kwargs: Any) -> None:
        """Nothing: the gate in front of every endpoint has settled it."""

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The page itself; upstream would call it a second time when it raises TypeError."""
        return fn(self, *args, **kwargs)

    def link(self, page: str = "index", **values: Any) -> str:
        """Address of one of its pages."""
        return url_for(f"{self.endpoint}.{page}", **values)

    def crumbs(self, *more: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
        """The way here: home, this view, `more`."""
        return [(HOME, url_for("admin.index")), (self.title, self.link() if more else None), *more]

    def show(self, template: str, **values: Any) -> str:
        """A page of this view; `title` is the view's unless given."""
        return render_template(
            template, **({"view": self, "title": self.title, "crumbs": self.crumbs()} | values)
        )


def views() -> list[View]:
    """Every screen of the site in loading order."""
    found: list[View] = current_app.extensions["diwan_site"]
    return found


def is_ahead() -> bool:
    """Whether the browser fetches a page that nobody has asked for yet."""
    return any(request.headers.get(name) for name in AHEAD)


def _declare(function: Callable[..., Any], right: Access) -> Callable[..., Any]:
    """A function of its own for each view: the gate's mark sits on the function, methods are shared."""

    def page(**values: Any) -> Any:
        return function(**values)

    setattr(page, MARK, right)
    return page


def permits(right: Access) -> bool:
    """Whether the present person passes `right`."""
    if right.kind == "right":
        return g.get("scope") is not None and may(str(right.verb), str(right.label))
    return right.kind == "public" or bool(current_user.is_authenticated)
