"""CPU time of several ways to do one thing, taken in turns, so that a busy machine slows all alike."""

import os
import time
from functools import total_ordering
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@total_ordering
class Cost:
    """CPU seconds of the program and of its database's processes."""

    def __init__(self, program, database=0.0):
        self.program, self.database = program, database

    @property
    def whole(self):
        return self.program + self.database

    def __sub__(self, earlier):
        return Cost(self.program - earlier.program, self.database - earlier.database)

    def __lt__(self, other):
        return self.whole < other.whole

    def __eq__(self, other):
        return self.whole == other.whole


def spent():
    """CPU of this process and of its children that have ended."""
    used = os.times()
    return Cost(time.process_time() + used.children_user + used.children_system)


def spent_by(pid, database=None):
    """CPU of process `pid`, all its threads, and of the PostgreSQL backends of `database` on this machine.

    In steps of a clock tick, 10 ms: measure a hundred requests at once.
    """
    return Cost(_ticks(pid) / TICK, sum(map(_ticks, backends(database))) / TICK if database else 0.0)


def backends(database):
    """Ids of the PostgreSQL processes that serve this database."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split()
        except OSError:
            continue
        if words[:1] == ["postgres:"] and database in words:
            found.append(int(process.name))
    return found


def _ticks(pid):
    """User and system time, fields 14 to 17: the process's own and its ended children's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15])


def race(rounds=5, meters=None, **sides):
    """The cheapest of `rounds` for each side; sides are called with the number of the round.

    `meters` says by side how to read what it has spent; by default this process's CPU.
    """
    best = {}
    for number in range(rounds):
        for name, run in sides.items():
            meter = (meters or {}).get(name, spent)
            began = meter()
            run(number)
            cost = meter() - began
            best[name] = min(best.get(name, cost), cost)
    return best
