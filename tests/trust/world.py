"""The test world: governorates that hold the same rows under the same ids, and everybody's pass to them.

Two have their modules on, one has all switched off. Same users, same random keys of rows, same open
sign-ins: as after a backup of one was restored as the other. Only what is derived from the code,
and the canaries, tell them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from trust.canaries import Cage
from trust.dump import Database

HERE, ABROAD, SHUT = "EG-MT", "EG-WAD", "YE-SU"
"""Where the people work, a second governorate, and one with every module disabled."""
PASSWORD = "mirror-lantern-47"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Pass:
    """What a browser carries: the cookie and a CSRF token that fits it."""

    cookie: str = ""
    token: str = ""


@dataclass
class Holding:
    """One governorate of the world: its database, and everybody's pass there."""

    code: str
    database: Database
    passes: dict = field(default_factory=dict)


@dataclass
class World:
    """`people` by role, the citizen among them; `holdings` are the governorates by code."""

    app: object
    cage: Cage
    modules: tuple
    people: dict
    holdings: dict

    def ask(self, code, method, path, *, visitor=None, form=None, headers=None, **more):
        """One request to the mount of `code` (None: the root) with what a Pass carries; no cookie is kept."""
        headers = dict(headers or {})
        if visitor is not None and visitor.cookie:
            headers["Cookie"] = f"diwan={visitor.cookie}"
        client = self.app.test_client(use_cookies=False)
        address = f"/{code}{path}" if code else path
        return client.open(address, method=method, data=form, headers=headers, buffered=True, **more)

    def visitor(self, person, code=HERE):
        """The pass of a person in a governorate."""
        return self.holdings[code].passes[person.role]

    def sign_in(self, code, username, password=PASSWORD):
        """The pass that the sign-in form gives; an anonymous one if it gives none."""
        before = self.anonymous(code)
        form = {"username": username, "password": password, "csrf_token": before.token}
        answer = self.ask(code, "POST", "/login", visitor=before, form=form)
        assert answer.status_code == 302, f"{username} cannot sign in: {answer.status}"
        cookie = cookie_of(answer)
        page = self.ask(code, "GET", "/password", visitor=Pass(cookie))
        return Pass(cookie_of(page) or cookie, TOKEN.search(page.text)[1])

    def share_sign_ins(self):
        """Enter the open sign-ins of HERE into the others, as a restored backup would."""
        databases = [self.holdings[code].database for code in (HERE, ABROAD, SHUT)]
        table = databases[0].tables["core_login"]
        rows = databases[0].read()["core_login"].values()
        for database in databases[1:]:
            present = database.read()["core_login"].values()
            known, first = {row["number_hash"] for row in present}, min(0, *(row["id"] for row in present))
            new = [dict(row) for row in rows if row["number_hash"] not in known]
            database.write(table, [row | {"id": first - n} for n, row in enumerate(new, 1)])
        for database in databases:
            database.keep()

    def anonymous(self, code):
        """The pass of somebody who only looked at the sign-in page."""
        page = self.ask(code, "GET", "/login")
        return Pass(cookie_of(page), TOKEN.search(page.text)[1])


def cookie_of(answer):
    """The session cookie that an answer sets, or nothing."""
    for header in answer.headers.getlist("Set-Cookie"):
        if header.startswith("diwan="):
            return header.partition("=")[2].partition(";")[0]
    return ""
