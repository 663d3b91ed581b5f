"""A register with exactly the counts that Qena published for 2023, for the permanent test of the figures.

    python -m plugins.complaints.demo.qena_2023 qena-2023.csv
    diwan import complaints.complaint qena-2023.csv --governorate EG-KN

Published by the governorate's spokesman (arabkhabar.com/a/1726628): 6,197 received, of them 4,659
individual and 1,520 collective, which leaves 18 unstated; 6,140 of them executed, and 98 more that
were received earlier. Everything else is invented and the same on every run. No subject is confidential by
default, so that whoever reads the whole meets the published counts. There is no telephone or identity
number in it: whichever is plausible belongs to somebody.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
CATEGORIES = HERE.parent / "seed/categories.csv"
PLACES = HERE.parents[2] / "core/people/demo/EG-KN/places.csv"
INDIVIDUAL, COLLECTIVE, RECEIVED, EXECUTED, EXECUTED_FROM_BEFORE = 4_659, 1_520, 6_197, 6_140, 98
SOURCE = "qena-2023"
COLUMNS = (
    "source", "source_ref", "received_at", "kind", "category", "place", "subject", "body", "status",
    "outcome", "reply", "closed_at", "channel", "applicant_name",
)  # fmt: skip
LAST_DAY = datetime(2023, 12, 31)  # noqa: DTZ001 - local time, as a register has it; a Sunday
WORKING_DAYS = {6, 0, 1, 2, 3}
"""Sunday to Thursday."""
CHANNELS = {"counter": 46, "upstream": 24, "hotline": 12, "whatsapp": 8, "mail": 5, "hearing": 3, "social": 2}
"""Per cent."""


def rows() -> Iterator[dict[str, str]]:
    """6,295 rows in order of receipt; moments are local, `kind` is empty where nobody stated it."""
    random = Random(2023)  # noqa: S311 - the same register every time
    kinds = ["individual"] * INDIVIDUAL + ["collective"] * COLLECTIVE
    kinds += [""] * (RECEIVED - len(kinds))
    executed = [True] * EXECUTED + [False] * (RECEIVED - EXECUTED)
    random.shuffle(kinds)
    random.shuffle(executed)
    before = sorted(_receipt(random, 2022, 270) for _ in range(EXECUTED_FROM_BEFORE))
    within = sorted(_receipt(random, 2023, 0) for _ in range(RECEIVED))
    write = Writer(random)
    for number, received in enumerate(before, start=1):
        yield write(f"2022-{number:05}", received, "", executed=True)
    for number, (received, kind, done) in enumerate(zip(within, kinds, executed, strict=True), start=1):
        yield write(f"2023-{number:05}", received, kind, executed=done)


class Writer:
    """Puts invented words to a row; the words are the demo's."""

    def __init__(self, random: Random) -> None:
        self.random = random
        secret = {row["code"] for row in _read_file(CATEGORIES) if row["confidential"] == "1"}
        self.subjects = [row for row in _read("subjects.csv") if row["category_code"] not in secret]
        self.replies = [row["reply_ar"] for row in _read("replies.csv") if row["outcome"] == "REMOVED"]
        self.places = [row for row in _read_file(PLACES) if row["kind"] != "governorate"]
        names = _read("names.csv")
        self.names = {
            kind: [r["name_ar"] for r in names if r["kind"] == kind]
            for kind in ("first_m", "first_f", "family")
        }

    def __call__(self, ref: str, received: datetime, kind: str, *, executed: bool) -> dict[str, str]:
        """One row; executed means closed within 2023 with the cause removed."""
        choose = self.random.choice
        subject, place = choose(self.subjects), choose(self.places)
        row = dict.fromkeys(COLUMNS, "") | {
            "source": SOURCE,
            "source_ref": ref,
            "received_at": _written(received),
            "kind": kind,
            "category": subject["category_code"],
            "place": place["code"],
            "subject": subject["subject_ar"],
            "body": subject["body_ar"].replace("{place}", place["name_ar"]),
            "status": "examining",
            "channel": self.random.choices(list(CHANNELS), list(CHANNELS.values()))[0],
            "applicant_name": self._name() + (" وآخرون" if kind == "collective" else ""),
        }
        if executed:
            closed = _closing(self.random, received)
            row |= {
                "status": "closed",
                "outcome": "REMOVED",
                "closed_at": _written(closed),
                "reply": choose(self.replies),
            }
        return row

    def _name(self) -> str:
        choose = self.random.choice
        first = choose(self.names[choose(("first_m", "first_m", "first_f"))])
        return " ".join((first, choose(self.names["first_m"]), choose(self.names["family"])))


def write(path: Path) -> int:
    """Write the register as UTF-8 CSV with a byte order mark, as Excel does; returns the number of rows."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        register = csv.DictWriter(file, COLUMNS)
        register.writeheader()
        return sum(1 for row in rows() if register.writerow(row))


def _receipt(random: Random, year: int, first_day: int) -> datetime:
    """A moment in the office hours of a working day of `year`, not before its day `first_day`."""
    while True:
        day = datetime(year, 1, 1) + timedelta(days=random.randint(first_day, 361))  # noqa: DTZ001
        if day.weekday() in WORKING_DAYS:
            return day + timedelta(minutes=random.randint(8 * 60 + 30, 14 * 60))


def _closing(random: Random, received: datetime) -> datetime:
    """In the office hours of a working day after the receipt, mostly soon, always within 2023."""
    start = max(received, datetime(2023, 1, 1)).replace(hour=0, minute=0)  # noqa: DTZ001
    day = min(start + timedelta(days=1 + int(59 * random.random() ** 2)), LAST_DAY)
    while day.weekday() not in WORKING_DAYS:
        day += timedelta(days=1)
    return day + timedelta(minutes=random.randint(9 * 60, 14 * 60 + 30))


def _written(moment: datetime) -> str:
    return moment.isoformat(" ", "minutes")


def _read(name: str) -> list[dict[str, str]]:
    return _read_file(HERE / name)


def _read_file(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "qena-2023.csv")
    print(f"{write(target)} rows in {target}")  # noqa: T201
