"""One probe, and the names and cells that probes are filled with."""

from __future__ import annotations

from dataclasses import dataclass

from trust.world import HERE

GUESSES = (
    "id", "ids", "unit_id", "body_id", "complaint_id", "referral_id", "record_id", "parent_id", "model",
    "confidentiality", "created_by_id", "state", "row_version", "number", "is_admin", "closed_at",
)  # fmt: skip
"""Names nobody offered: mass assignment, and keys that an address might obey."""
URL_WORDS = ("endpoint", "_method", "_scheme", "_anchor", "_external", "values", "self")
"""What a query means to `url_for` where a page hands its arguments on."""
FEW = ("other", "own_secret", "addressed_secret")
"""Relations of the quick set."""
PASSERS_BY = ("citizen", "CLK")
"""Who tries the public doors: they ask nobody for a right."""
ELSEWHERE = "elsewhere"


KEEPERS = (("write", "core.decree"), ("create", "core.decree"), ("write", "core.category"))
"""Rights by which somebody moves open dates."""


@dataclass(frozen=True)
class Probe:
    """One request. `relation` says whose id it carries, `carry` the governorate whose pass it has.

    `known` is False where that pass must be worth nothing. `marks` are the words in which the
    answer may differ from its twin's.
    """

    person: object
    door: object
    relation: str
    path: str
    query: tuple = ()
    form: tuple | None = None
    code: str = HERE
    carry: str = HERE
    known: bool = True
    marks: tuple = ()
    headers: tuple = ()

    def sees(self, cell, module):
        """Whether a module's rows of the cell may be touched by this probe."""
        return self.known and self.person.within(module).sees(cell)

    def may_acknowledge(self, table):
        """A focal point's first opening of a referral is the one reading that writes."""
        opened = ("complaints_complaint", "complaints_referral", "core_transition")
        return self.door.method == "GET" and table in opened and self.person.role in ("FOC", "HED")

    def may_send_again(self, table, old, new):
        """Who looks after the outbox puts any message into the queue again, and changes nothing else in it."""
        kept = ("state", "attempts", "next_at")
        changed = {name for name in new or () if (old or {}).get(name) != new[name]}
        looks_after = self.known and self.person.may("write", "core.message")
        return table == "core_message" and bool(old) and looks_after and changed <= {*kept}

    def may_reckon(self, table, old, new):
        """Who keeps the calendar or the categories moves every open date, of whatever record; nothing else."""
        keeps = any(self.person.may(verb, label) for verb, label in KEEPERS)
        same = all((old or {}).get(name) == (new or {}).get(name) for name in ("model", "record_id", "clock"))
        return table == "core_clock" and bool(old) and bool(new) and same and self.known and keeps

    def __str__(self):
        sent = [*self.query, *(pair for pair in self.form or () if pair[0] != "csrf_token")]
        sent = ", ".join(f"{name}={str(value)[:40]!r}" for name, value in sent)
        return f"{self.person.role} at {self.code}, {self.relation}: {self.door.method} {self.path} {sent}"
