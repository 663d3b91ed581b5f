"""The cells of the test world, and who sees which: worked out slowly and apart from the code under test.

A cell is a unit, a level of confidentiality, a place and perhaps a body that it was referred to. All
rows of a cell have ids of its block, in every table: so a number alone says whose row it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

OWN, CHILD, PARENT, OTHER, BODY = "OWN", "CHILD", "DIWAN", "OTHER", "BODY"
HOME, AWAY = "HOME", "AWAY"
BELOW = {OWN: {OWN, CHILD}, CHILD: {CHILD}, OTHER: {OTHER}}
"""A unit and what lies below it."""
ANSWERING = ("FOC", "HED")
"""Roles that answer for a body, and therefore open what was referred to it in confidence."""
MIXED = {
    "MIX": (("CLK", OWN), ("SEC", CHILD)),
    "TWO": (("CLK", OWN), ("HED", OTHER)),
    "FAR": (("CLK", OWN), ("HRA", OTHER)),
}
"""People with two roles: neither may be used where only the other is held, nor for another module's records."""
BLOCK, ROWS, MISSING = 1000, 10, 9900


@dataclass(frozen=True)
class Cell:
    """`block` times BLOCK is where its ids begin. `body` is the unit it was referred to; BODY is nobody's."""

    name: str
    block: int
    unit: str
    level: int = 0
    place: str = AWAY
    body: str = BODY

    def id(self, row=0):
        """The id of its row number `row` (0 to 9)."""
        return self.block * BLOCK + row


CELLS = (
    Cell("own", 1, OWN),
    Cell("own_secret", 2, OWN, level=1),
    Cell("child", 3, CHILD),
    Cell("parent", 4, PARENT),
    Cell("other", 5, OTHER),
    Cell("other_secret", 6, OTHER, level=1),
    Cell("served", 7, OTHER, place=HOME),
    Cell("addressed", 8, OTHER, body=OWN),
    Cell("addressed_secret", 9, OTHER, level=1, body=OWN),
)
CELL = {cell.name: cell for cell in CELLS}


@dataclass(frozen=True)
class Post:
    """A role held in a unit: how far it reaches from there, and whether it opens confidential records."""

    role: str
    unit: str = OWN
    reach: str = "unit"
    confidential: bool = False
    modules: frozenset = frozenset()

    def reaches(self, cell):
        """Whether the cell's rows lie in the unit, below it, or in a place it serves."""
        served = self.reach == "area" and self.unit == OWN and cell.place == HOME
        return self.reach == "all" or cell.unit in self._units() or served

    def is_body(self, cell):
        """Whether the cell's rows were referred to where this role is held."""
        return cell.body in self._units()

    def _units(self):
        return {"none": set(), "all": set(), "unit": {self.unit}}.get(self.reach, BELOW[self.unit])


@dataclass(frozen=True)
class Person:
    """Somebody with roles in units, called by `role`; `citizen` is nobody. `rights` are (verb, label)."""

    role: str
    posts: tuple = ()
    rights: frozenset = frozenset()

    @property
    def username(self):
        return self.role.lower()

    def within(self, module):
        """This person with only the roles that have a right in a module; with all for core's own rows."""
        if module in (None, "core"):
            return self
        return replace(self, posts=tuple(post for post in self.posts if module in post.modules))

    def sees(self, cell):
        """Whether rows of the cell may be shown to this person; a role counts only where it is held."""
        if cell.level == 0:
            return any(post.reaches(cell) or post.is_body(cell) for post in self.posts)
        answers = any(post.is_body(cell) and post.role in ANSWERING for post in self.posts)
        return answers or self.sees_identities(cell)

    def sees_identities(self, cell):
        """Whether the persons named in its rows may be shown: never to the body of a confidential one."""
        if cell.level == 0:
            return self.sees(cell)
        return any(post.confidential and post.reaches(cell) for post in self.posts)

    def may(self, verb, label):
        return (verb, label) in self.rights


CITIZEN = Person("citizen")
