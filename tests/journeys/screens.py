"""Pictures of the screens that were agreed to be looked at, from a server that runs with the demo's data.

    python tests/journeys/screens.py http://127.0.0.1:8000 screens

Each page in both languages, light and dark, on a desktop and on a telephone. No test.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from itertools import product
from pathlib import Path

PAGES = {
    "login": ("/login", ""),
    "front": ("/", ""),
    "public-submit": ("/complaints/new", ""),
    "public-tracking": ("/complaints/track", ""),
    "home": ("/admin/", "clerk"),
    "list": ("/admin/complaints/complaint/", "clerk"),
    "counter": ("/admin/complaints/complaint/new", "clerk"),
    "referrals": ("/admin/complaints/referral/", "focal.water"),
    "figures": ("/admin/complaints/figures/", "director"),
    "modules": ("/admin/core/module/", "admin"),
    "users": ("/admin/core/user/", "admin"),
    "units": ("/admin/core/unit/", "admin"),
    "access": ("/admin/core/access/", "admin"),
    "password": ("/password", "clerk"),
}
"""Path below the mount, and who looks at it; nobody for a citizen."""
"""The record and the root are added where there are any."""


class Place:
    """A server that runs somewhere else, as a Desk wants it."""

    def __init__(self, base):
        self.base = base.rstrip("/")

    def url(self, path="/", code="EG-KN"):
        return f"{self.base}/{code}{path}"


def take(base, folder, code, browser):
    """Take all pictures into `folder`; gives their number and what the pages complained about."""
    from journeys.browsing import DESKTOP, PHONE, Desk

    folder.mkdir(parents=True, exist_ok=True)
    faults, count = [], 0
    for username in dict.fromkeys(username for _, username in PAGES.values()):
        for language, dark, (size, viewport) in product(
            ("ar", "en"), (False, True), (("desktop", DESKTOP), ("phone", PHONE))
        ):
            window = Desk(browser, Place(base), code, size=viewport, dark=dark)
            if username:
                window.sign_in(username)
            else:
                window.open("/login")
            if window.root("lang") != language:
                with window.page.expect_navigation():
                    window.page.locator(f"button[name=language][value={language}]").first.click()
            for name, address in addresses(window, username):
                window.page.goto(address)
                direction, ground = "rtl" if language == "ar" else "ltr", "dark" if dark else "light"
                path = folder / f"{name}-{direction}-{ground}-{size}.png"
                picture(window.page, viewport, path)
                count += 1
                faults += [f"{path.name}: beside the window: {what}" for what in window.overflow()]
            faults += window.faults
            window.close()
    return count, faults


def picture(page, viewport, path):
    """The whole page, in a window as high as the page: what sticks to an edge is then where it belongs."""
    page.set_viewport_size(viewport)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(viewport | {"height": max(height, viewport["height"])})
    page.screenshot(path=path)
    page.set_viewport_size(viewport)


def addresses(window, username):
    """(name, address) of the pages of one person, the first record of the list among them."""
    own = [
        (name, window.site.url(path, window.code)) for name, (path, who) in PAGES.items() if who == username
    ]
    if username == "":
        return [*own, ("root", window.site.base + "/")]
    if username == "clerk":
        window.open("/admin/complaints/complaint/")
        link = window.page.locator("td.main a").first
        if link.count():
            own.append(("record", window.site.base + link.get_attribute("href")))
    return own


def main():
    """Command line."""
    sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
    from journeys.browsing import chromium

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", help="address of a running server with demo data")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--governorate", default="EG-KN")
    given = parser.parse_args()
    path = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    with chromium(path) as browser:
        count, faults = take(given.base, given.folder, given.governorate, browser)
    sys.stdout.write("\n".join([*faults, f"{count} pictures in {given.folder}", ""]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
