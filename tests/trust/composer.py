"""Every probe there is to make: door x person x relation, each argument, query key and field filled."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from trust.cells import CELL, CELLS, CITIZEN, MISSING
from trust.pages import fill
from trust.probes import ELSEWHERE, FEW, GUESSES, PASSERS_BY, URL_WORDS, Probe
from trust.samples import STATES
from trust.survey import arguments, fill_address, has, is_barred, targets
from trust.world import ABROAD, HERE, SHUT

NOBODYS = {"identity": "29001012799999", "phone": "+201099999999"}
"""Numbers that no row of the world has: what a hidden person's number must be answered like."""

OUTBOX = "core.message"


class Composer:
    """Composes probes for the doors of a survey.

    `full` fills each name on its own, and addresses in every cell and state; else all names at once.
    At doors whose right the person does not have only `own`, `abroad` and `shut` knock.
    """

    def __init__(self, world, survey, *, full, cells=FEW):
        self.world, self.survey, self.full, self.cells = world, survey, full, cells

    def hidden(self, people):
        """(probe, twin) for every door, person, and cell that the person does not see."""
        for person in people:
            for door in self._doors(person, knock=self.full):
                for cell in self._hidden_cells(person, door):
                    yield from self._about(person, door, cell)

    def own(self, people):
        """(probe, None): forms on one's own rows filled in as a person would; they work, and leave traces."""
        for person in people:
            for door in self._doors(person, knock=True):
                for values in self._own_values(person, door):
                    for pressed in ({}, *self._presses(door)):
                        yield self._probe(person, door, "own", values, pressed), None

    def abroad(self, people):
        """The pass of one governorate shown at another, its twin a browser without any."""
        for person in people:
            for door in self._doors(person, knock=True):
                values = arguments(door, CELL["own"].id(), self._text(door))
                probe = self._probe(person, door, "own", values, code=ABROAD, known=False)
                yield probe, replace(probe, person=CITIZEN, carry="")

    def shut(self, people):
        """Every door in the governorate where all modules are disabled, each person with the right pass."""
        for person in people:
            for door in self._doors(person, knock=True):
                values = arguments(door, CELL["own"].id(), self._text(door))
                yield self._probe(person, door, "own", values, code=SHUT, carry=SHUT), None

    def each_cell(self, door):
        """(probe, whether it must be answered) for everybody with the right, and one row of each cell."""
        for person in self.world.people.values():
            seen = person.within(door.plugin)
            for cell in CELLS if person.may(door.verb, door.label) else ():
                yield self._probe(person, door, cell.name, arguments(door, cell.id())), seen.sees(cell)

    def _doors(self, person, *, knock):
        for door in self.survey.doors:
            if has(door, "path") or (door.method == "HEAD" and not self.full):
                continue
            if door.plugin not in (None, *self.world.modules):
                continue
            if door.kind in ("public", "everywhere", "machine") and person.role not in PASSERS_BY:
                continue
            if knock or not is_barred(door, person):
                yield door

    def _hidden_cells(self, person, door):
        if door.label == OUTBOX and person.may(door.verb, door.label):
            return []  # who looks after the outbox learns of every message that it failed; its text is another matter
        seen = person.within(door.plugin)
        cells = [cell for cell in CELLS if not seen.sees(cell)]
        return cells if self.full else [cell for cell in cells if cell.name in self.cells][:2]

    def _own_values(self, person, door):
        """The arguments to try: what one's pages offer; where that is nothing, one row. In full all of them."""
        offered = list(self.survey.offered[person.role, door.endpoint].values())
        if self.full and has(door, "int") and not is_barred(door, person):
            ids = targets(door)
            return offered + [arguments(door, id_, text) for id_ in ids for text in self._texts(door)]
        if not door.arguments:
            return [{}]
        if not offered or door.safe:
            return [arguments(door, CELL["own"].id(), self._text(door))]
        return offered if has(door, "text") else offered[:2]

    def _texts(self, door):
        """What stands for a text in the door's address: every step that anybody was offered."""
        texts = {
            values[name]
            for (_, endpoint), offers in self.survey.offered.items()
            for values in offers.values()
            for name, kind in door.arguments
            if endpoint == door.endpoint and kind == "text"
        }
        return sorted(texts) or ["x"]

    def _text(self, door):
        return self._texts(door)[0]

    def _about(self, person, door, cell):
        """Probes that carry an id of the cell: in the address, then in queries and fields."""
        if has(door, "int"):
            for row, text in self._rows(door)[: 1 if is_barred(door, person) else None]:
                yield self._pair(person, door, cell, row, text)
        if door.method == "HEAD" or is_barred(door, person) or not self._fills(door, cell):
            return
        for names in self._names(door):
            yield self._pair(person, door, cell, 1, self._text(door), names)
        for key in self.survey.queries[door.endpoint] & {"q", "search"} if door.method == "GET" else ():
            yield self._search(person, door, cell, key)

    def _rows(self, door):
        """(row, text) to fill into an address: each step once, on rows of different states."""
        texts = self._texts(door)
        if door.safe and not self.full:
            return [(1, texts[0])]
        count = max(len(texts), len(STATES)) if self.full else len(texts)
        return [((n + 1) % len(STATES), texts[n % len(texts)]) for n in range(count)]

    def _fills(self, door, cell):
        """Whether names are filled, too: in full for the cells of the quick set; else where no id is asked."""
        return cell.name in self.cells[:2] if self.full else not (has(door, "int") and door.safe)

    def _names(self, door):
        """Groups of names to fill at once: what the door offers, one by one in full, and all guesses."""
        fields = self.survey.fields[door.endpoint, door.method]
        buttons = sorted({name for pressed in self._presses(door) for name in pressed})
        offered = {*(self.survey.queries[door.endpoint] if door.safe else fields)}
        offered = sorted(offered - {"csrf_token", "next", *buttons})
        guesses = (*GUESSES, *URL_WORDS) if door.safe else GUESSES
        pressed = [(*(one for one in offered if one in NOBODYS), name) for name in buttons]
        if not self.full:
            return [(*offered, *guesses), *pressed]
        return [*((name,) for name in offered), guesses, *pressed, *product(offered, buttons)]

    def _presses(self, door):
        """What each button of a door's form sends that is more than its "send"."""
        offered = {} if door.safe else self.survey.fields[door.endpoint, door.method]
        buttons = [found for found in offered.values() if found.is_button]
        return [{found.name: value} for found in buttons for value in sorted(set(found.options))]

    def _pair(self, person, door, cell, row, text, names=()):
        """A probe with a hidden id, and its twin with one that does not exist."""
        marks = (str(cell.id(row)), str(MISSING + row))
        made, words = [], set(marks)
        for relation, mark in zip((cell.name, "missing"), marks, strict=True):
            values = arguments(door, CELL["own"].id() if names else int(mark), text)
            sent = {name: self._number(name, relation, int(mark)) or mark for name in names}
            for pressed in self._presses(door):
                sent |= {name: value for name, value in pressed.items() if name in names}
            words |= {value.lstrip("+") for value in sent.values()}
            made.append(self._probe(person, door, relation, values, sent))
        return tuple(replace(probe, marks=tuple(sorted(words, key=len, reverse=True))) for probe in made)

    def _number(self, name, cell, row):
        """What a field for a person's number is filled with: that of somebody in the cell, or nobody's."""
        if name in NOBODYS:
            return self.world.cage.at(HERE, cell, name, row) or NOBODYS[name]
        return None

    def _search(self, person, door, cell, key):
        """A search for words that only hidden rows hold, its twin for words that none holds."""
        path = fill_address(self.world.app, door, arguments(door, CELL["own"].id()))
        words = tuple(f"canary-{HERE.lower()}-complaints.complaint-{name}" for name in (cell.name, ELSEWHERE))
        marks = (cell.name, ELSEWHERE)
        return tuple(
            Probe(person, door, cell.name, path, query=((key, word),), marks=marks) for word in words
        )

    def _probe(self, person, door, relation, values, sent=None, **more):
        path, sent = fill_address(self.world.app, door, values), sent or {}
        if door.safe:
            return Probe(person, door, relation, path, query=tuple(sorted(sent.items())), **more)
        offered = self.survey.fields[door.endpoint, door.method]
        entered = {name: fill(found) for name, found in offered.items() if not found.is_button}
        entered |= sent | {"csrf_token": self.world.visitor(person, more.get("carry", HERE)).token}
        return Probe(person, door, relation, path, form=tuple(entered.items()), **more)
