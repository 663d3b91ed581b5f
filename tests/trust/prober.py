"""Makes probes, asks the oracles, and puts the databases back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO

from trust import hostile, oracles
from trust.pages import PAPER
from trust.world import Pass


@dataclass
class Tally:
    """What a run of probes came to. `changes` counts, by endpoint, the probes that changed a row."""

    probes: int = 0
    findings: list = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    changes: Counter = field(default_factory=Counter)

    def of(self, oracle):
        """Findings of one oracle."""
        return [finding for finding in self.findings if finding.oracle == oracle]

    def report(self, most=40):
        """For a failing assertion: how many, and the first of them."""
        lines = [f"{len(self.findings)} findings in {self.probes} probes", *map(str, self.findings[:most])]
        return "\n".join(lines)


class Prober:
    """Makes probes in a world and keeps the tally; after each of them the databases are as before."""

    def __init__(self, world):
        self.world, self.tally, self.changed = world, Tally(), []
        self._moments = {}
        self.put_back()

    def run(self, pairs):
        """Make all probes, and where there is one the twin that must be answered alike."""
        for probe, twin in pairs:
            answer = self.make(probe)
            if twin is not None and probe.door.method != "HEAD":
                self._note(oracles.check_equal(probe, answer, self.make(twin)))
        return self.tally

    def make(self, probe):
        """One probe and every oracle but E; gives the answer."""
        answer = self.send(probe)
        self.tally.probes += 1
        self.tally.statuses[answer.status_code] += 1
        self._note(oracles.check_status(probe, answer))
        self._note(oracles.check_texts(self.world, probe, answer))
        self._note(oracles.check_right(probe, answer))
        self._note(oracles.check_location(probe, answer))
        self._look(probe)
        return answer

    def send(self, probe):
        """The request itself."""
        visitor = self.world.visitor(probe.person, probe.carry) if probe.carry else Pass()
        form = {}
        for name, value in probe.form or ():
            chosen = (BytesIO(hostile.PDF), PAPER) if value == PAPER else value
            form.setdefault(name, []).append(chosen)
        return self.world.ask(
            probe.code, probe.door.method, probe.path, visitor=visitor, query_string=list(probe.query),
            form=form if probe.form is not None else None, headers=dict(probe.headers),
        )  # fmt: skip

    def put_back(self):
        """Undo whatever was written since the last look; `changed` gets (code, before, after)."""
        for code, holding in self.world.holdings.items():
            if holding.database.moment() != self._moments.get(code):
                before, after = dict(holding.database.kept), holding.database.read()
                holding.database.restore(after)
                self._moments[code] = holding.database.moment()
                if before != after:
                    self.changed.append((code, before, after))

    def _look(self, probe):
        """Compare the databases with what they held, and put them back."""
        self.changed.clear()
        self.put_back()
        for code, before, after in self.changed:
            if code == probe.code:
                self.tally.changes[probe.door.endpoint] += 1
                self._note(oracles.check_rows(probe, before, after))
            else:
                self._note(oracles.check_untouched(probe, code, before, after))

    def _note(self, findings):
        self.tally.findings.extend(findings)
