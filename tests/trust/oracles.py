"""What must hold after every probe. Letters as in the threat table: C, D, E, A, 5, and R for rights.

C no text of a row that the person does not see, in any part of the answer.
D rows that the person does not see, and other governorates, are as before.
E a hidden id is answered exactly as one that does not exist.
A every changed row has its audit row. R the door was open only to who has the right; a safe method
writes nothing. L redirects stay on the mount. 5 no status from 500 on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from trust.canaries import open_cookie, texts_of
from trust.cells import BLOCK, CELLS, MISSING
from trust.dump import differences

from core.data.base import db
from core.data.guard import governed_tables
from core.data.labels import label, owner_of
from core.work.audit import is_audited

BY_BLOCK = {cell.block: cell for cell in CELLS}
VARYING = (
    (re.compile(r'(name="(?:csrf_token|token)"[^>]*value=")[^"]*'), r"\1"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "request"),
    (re.compile(r'class="ref">[0-9a-f]{8}<'), "request<"),
    (re.compile(r"until=[^&\"]+"), "until=now"),
    (re.compile(r'(class="cutoff"><time) .*?</time>'), r"\1 now"),
)
QUIET = frozenset({"core_rate", "core_login", "core_audit", "core_audit_head"})
"""Tables that reading may write: counts of attempts, sign-ins, and the record of who looked."""
KEPT = ("unit_id", "created_by_id", "number", "uuid", "row_key", "record_id", "model")
"""Columns of an existing record that no request changes, whatever it posts."""
UNCOMPARED = ("X-Request-ID", "Set-Cookie", "Content-Length", "Date")


@dataclass(frozen=True)
class Finding:
    """Something that must not be."""

    oracle: str
    probe: object
    detail: str

    def __str__(self):
        return f"{self.oracle}: {self.probe}: {self.detail}"


def check_status(probe, answer):
    """5: bad input is refused, never a failure of ours."""
    if answer.status_code >= 500 or "Traceback (most recent call last)" in answer.get_data(as_text=True):
        yield Finding("5", probe, answer.status)


def check_texts(world, probe, answer):
    """C: every canary in the answer is of a cell that the person sees, in the governorate asked.

    What the probe itself typed may be shown to it again.
    """
    typed = world.cage.find(*(str(value) for _, value in (*probe.query, *(probe.form or ()))))
    for canary in world.cage.find(*texts_of(answer)):
        if canary in typed:
            continue
        cell = next(cell for cell in CELLS if cell.name == canary.cell)
        person = probe.person.within(canary.model.partition(".")[0])
        seen = person.sees_identities(cell) if canary.personal else person.sees(cell)
        if canary.governorate != probe.code or not seen or not probe.known:
            yield Finding("C", probe, f"shows {canary.text}")


def check_location(probe, answer):
    """L: nobody is sent off the mount, to another governorate or another site."""
    location = answer.headers.get("Location", f"/{probe.code}/")
    if not location.removeprefix("http://localhost").startswith(f"/{probe.code}/"):
        yield Finding("L", probe, f"sends to {location}")


def check_right(probe, answer):
    """R: a door that asks for a right answers nobody without it."""
    door = probe.door
    if door.kind == "right" and answer.status_code < 400 and not probe.person.may(door.verb, door.label):
        location = answer.headers.get("Location", "")
        if "/login" not in location:
            yield Finding("R", probe, f"open without the right: {answer.status}")


def check_rows(probe, before, after):
    """D, R, A: what a probe changed in the governorate it was made in."""
    changed = [(table, old, new) for table, old, new in differences(before, after)]
    audited = _audited(changed)
    for table, old, new in changed:
        for key in old.keys() | new.keys():
            yield from _check_row(probe, table, key, old.get(key), new.get(key), before)
            yield from _check_trace(probe, table, key, audited, old.get(key) or {}, new.get(key) or {})
        if probe.door.safe and table not in QUIET and not probe.may_acknowledge(table):
            yield Finding("R", probe, f"{probe.door.method} wrote to {table}")


def _check_row(probe, table, key, old, new, before):
    models = governed_tables()
    if table not in models:
        return
    cell = cell_of(key[0]) if old is not None else None
    seen = cell is None or probe.sees(cell, _module_of(table, new or old))
    allowed = probe.may_send_again(table, old, new) or probe.may_reckon(table, old, new)
    if not seen and not allowed:
        yield Finding("D", probe, f"changed {table} {key[0]} of {cell.name}")
    yield from _check_kept(probe, table, key, old, new)
    for column in models[table].__table__.columns if new else ():
        for foreign in column.foreign_keys:
            value, was = new[column.name], (old or {}).get(column.name)
            moved = value != was and (value,) in before.get(foreign.column.table.name, ())
            target = cell_of(value) if moved and foreign.column.table.name in models else None
            if target is not None and not probe.sees(target, owner_of(foreign.column.table.name)):
                yield Finding("D", probe, f"{table}.{column.name} leads to {value} of {target.name}")


def _module_of(table, row):
    """The module whose roles decide: of the record that a row hangs on, else of the table."""
    return (row.get("model") or "").partition(".")[0] or owner_of(table)


def _check_kept(probe, table, key, old, new):
    """D: no form moves a row to another unit, gives it another number or author, or lifts its secrecy."""
    for name in KEPT if old and new else ():
        if old.get(name) != new.get(name):
            yield Finding("D", probe, f"{table} {key[0]} has another {name}: {new.get(name)!r}")
    if old and new and new.get("confidentiality", 0) < old.get("confidentiality", 0):
        yield Finding("D", probe, f"{table} {key[0]} is confidential no more")


def _check_trace(probe, table, key, audited, old, new):
    model = _classes().get(table)
    if table in QUIET or model is None or not is_audited(model):
        return
    columns = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    if columns != ["row_version"] and (label(model), ",".join(map(str, key))) not in audited:
        yield Finding("A", probe, f"no audit row for {table} {key}: {', '.join(columns)}")


def _audited(changed):
    rows = next((new for table, _, new in changed if table == "core_audit"), {})
    return {(row["model"], row["record_id"]) for row in rows.values()}


def _classes():
    return {mapper.class_.__tablename__: mapper.class_ for mapper in db.Model.registry.mappers}


def cell_of(id_):
    """The cell that an id belongs to; None for ids of no block."""
    if not isinstance(id_, int) or id_ % BLOCK >= MISSING % BLOCK:
        return None
    return BY_BLOCK.get(id_ // BLOCK)


def check_untouched(probe, code, before, after):
    """D: another governorate is exactly as it was."""
    for table, _, _ in differences(before, after):
        yield Finding("D", probe, f"changed {table} in {code}")


def check_equal(probe, hidden, missing):
    """E: the answers to a probe and to its twin differ in nothing."""
    if hidden.status_code != missing.status_code:
        yield Finding("E", probe, f"{hidden.status_code}, but {missing.status_code} for its twin")
    elif said(hidden, probe.marks) != said(missing, probe.marks):
        yield Finding("E", probe, f"{hidden.status_code}, but another text than for its twin")


def said(answer, marks=()):
    """An answer as comparable text: without tokens, numbers of requests, and the words `marks`."""
    lines = [f"{name}: {value}" for name, value in answer.headers if name not in UNCOMPARED]
    lines += [_told(value) for value in answer.headers.getlist("Set-Cookie")]
    text = "\n".join([*lines, answer.get_data(as_text=True)])
    if 300 <= answer.status_code < 400:
        text = re.sub(r"\d+", "#", "\n".join(lines))  # what was made has another number each time
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    words = "|".join(map(re.escape, marks))
    return re.sub(rf"(?<![0-9a-z])({words})(?![0-9a-z])", "#", text) if marks else text


def _told(header):
    """What a cookie tells apart from its random values: the names in it and the flashed sentences."""
    try:
        content = json.loads(open_cookie(header))
        return f"{sorted(content)} {content.get('_flashes')}"
    except (ValueError, TypeError, AttributeError):
        return header.partition("=")[0]
