"""The calendar: which days are worked, which are skipped and why; Egypt's 2026 as the reference measured it."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from threading import Lock
from zoneinfo import ZoneInfo

import pytest

from core.errors import Refused
from core.work.clocks.calendar import HOURS, OFF, WEEKEND, WORKING, Decree, Feast, WorkCalendar
from core.work.clocks.clock import Clock, Promise
from core.work.clocks.feasts import feasts, is_known, ramadans, weekend
from core.work.clocks.line import NoWorkingDay, advance, counted_from, next_day, worked
from core.work.clocks.replay import Event, replay

CAIRO, ADEN = ZoneInfo("Africa/Cairo"), ZoneInfo("Asia/Aden")
SEVEN = ((8 * 60, 15 * 60),)
WEEK = (SEVEN, SEVEN, SEVEN, SEVEN, (), (), SEVEN)


def egypt(**changes):
    values = {
        "zone": "Africa/Cairo",
        "week": WEEK,
        "cut_off": 14 * 60,
        "feasts": feasts("EG", 2025, 2027),
        "ramadan": ((9 * 60, 14 * 60),),
        "ramadans": ramadans(2025, 2027),
    }
    return WorkCalendar(**values | changes)


def cairo(month, day, hour=10, minute=0, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=CAIRO)


def due_day(calendar, received, days):
    found = replay([Event("start", received, promise=Promise(days=days))], calendar)
    return found.due_at.astimezone(ZoneInfo(calendar.zone)).date()


@pytest.mark.parametrize(
    ("received", "days", "expected"),
    [
        (cairo(3, 18), 1, (3, 19)), (cairo(3, 18), 3, (3, 23)), (cairo(3, 18), 5, (3, 25)),
        (cairo(3, 18), 10, (4, 1)), (cairo(5, 21), 1, (5, 24)), (cairo(5, 21), 3, (5, 31)),
        (cairo(5, 21), 5, (6, 2)), (cairo(5, 21), 10, (6, 9)),
    ],
)  # fmt: skip
def test_the_dates_of_the_two_feasts_are_those_of_the_reference(received, days, expected):
    assert due_day(egypt(), received, days) == date(2026, *expected)


def test_due_is_the_end_of_work_also_of_a_short_day():
    """19 March 2026 is in Ramadan: work ends at two."""
    found = replay([Event("start", cairo(3, 18), promise=Promise(days=1))], egypt())
    assert found.due_at == cairo(3, 19, 14)


@pytest.mark.parametrize(
    ("received", "counted"),
    [
        (cairo(6, 7, 6), (6, 7)),  # before the office opens
        (cairo(6, 7, 14), (6, 7)),  # on the minute
        (cairo(6, 7, 14) + timedelta(seconds=1), (6, 8)),
        (cairo(6, 7, 23), (6, 8)),
        (cairo(6, 4, 14, 30), (6, 7)),  # Thursday afternoon: Friday and Saturday are off
        (cairo(6, 5), (6, 7)),
        (cairo(1, 7), (1, 8)),  # Christmas of the Copts
    ],
)
def test_what_comes_late_or_on_a_day_off_counts_from_the_next_working_day(received, counted):
    assert counted_from(egypt(), received).date == date(2026, *counted)


def test_after_the_end_of_work_is_late_though_the_cut_off_has_not_come():
    decree = Decree("12", "Funeral", date(2026, 6, 7), date(2026, 6, 7), HOURS, ((480, 720),))
    assert counted_from(egypt(decrees=(decree,)), cairo(6, 7, 13)).date == date(2026, 6, 8)


def test_a_feast_on_a_weekend_is_skipped_once_and_both_are_told():
    calendar = egypt()
    assert calendar.day(date(2026, 3, 20)).reasons[0] == WEEKEND
    assert calendar.day(date(2026, 3, 20)).reasons[1].en == "Eid al-Fitr"
    without = egypt(feasts=tuple(f for f in calendar.feasts if f.day.weekday() not in (4, 5)))
    for days in range(1, 30):
        assert due_day(calendar, cairo(3, 1), days) == due_day(without, cairo(3, 1), days)


def test_a_decree_makes_a_bridge_day_and_another_takes_it_back():
    bridge = Decree("101", "Bridge day", date(2026, 5, 25), date(2026, 5, 25), OFF)
    assert due_day(egypt(decrees=(bridge,)), cairo(5, 21), 3) == date(2026, 6, 1)
    back = Decree("102", "Work after all", date(2026, 5, 25), date(2026, 5, 25), WORKING)
    assert due_day(egypt(decrees=(bridge, back)), cairo(5, 21), 3) == date(2026, 5, 31)
    assert egypt(decrees=(bridge, back)).day(date(2026, 5, 25)).reasons == (back,)


def test_a_friday_is_worked_by_decree_at_the_usual_hours_or_at_its_own():
    friday = date(2026, 6, 5)
    usual = egypt(decrees=(Decree("7", "Catching up", friday, friday, WORKING),))
    own = egypt(decrees=(Decree("8", "Catching up", friday, friday, WORKING, ((540, 660),)),))
    assert usual.day(friday).length == timedelta(hours=7)
    assert own.day(friday).length == timedelta(hours=2)


def test_other_hours_do_not_open_a_day_off():
    span = (date(2026, 5, 24), date(2026, 5, 31))
    calendar = egypt(decrees=(Decree("9", "Heat", *span, HOURS, ((420, 720),)),))
    assert calendar.day(date(2026, 5, 24)).length == timedelta(hours=5)
    assert not calendar.day(date(2026, 5, 27)).spans
    assert calendar.day(date(2026, 5, 27)).reasons[0].ar == "عيد الأضحى المبارك"


def test_a_short_day_of_ramadan_is_a_day():
    calendar = egypt()
    ramadan, after = date(2026, 3, 18), date(2026, 3, 24)
    assert calendar.day(ramadan).length == timedelta(hours=5)
    assert calendar.day(after).length == timedelta(hours=7)
    assert worked(calendar, cairo(3, 18, 0), cairo(3, 19, 0)) == 1
    assert worked(calendar, cairo(3, 24, 0), cairo(3, 25, 0)) == 1


def test_a_night_a_weekend_and_a_feast_have_no_length():
    calendar = egypt()
    assert worked(calendar, cairo(6, 4, 15), cairo(6, 7, 8)) == 0
    assert worked(calendar, cairo(5, 25, 15), cairo(5, 31, 8)) == 0
    assert worked(calendar, cairo(6, 4, 13), cairo(6, 7, 10)) == Fraction(4, 7)
    assert worked(calendar, cairo(6, 7, 10), cairo(6, 4, 13)) == 0


def test_a_lunch_break_does_not_count():
    """Chatwoot 14009: several shifts a day."""
    split = ((480, 720), (780, 960))
    calendar = egypt(week=(split,) * 4 + ((), ()) + (split,))
    assert worked(calendar, cairo(6, 7, 12), cairo(6, 7, 13)) == 0
    assert worked(calendar, cairo(6, 7, 11), cairo(6, 7, 14)) == Fraction(2, 7)
    assert advance(calendar, cairo(6, 7, 11), Fraction(1, 7)) == cairo(6, 7, 12)


def test_time_moves_to_the_end_of_work_not_to_the_next_beginning():
    calendar = egypt()
    assert advance(calendar, cairo(6, 4, 15), Fraction(1)) == cairo(6, 7, 15)
    assert advance(calendar, cairo(6, 4, 8), Fraction(1)) == cairo(6, 4, 15)
    assert advance(calendar, cairo(6, 4, 10), Fraction(0)) == cairo(6, 4, 10)


def test_an_hour_that_does_not_exist_takes_none_of_the_day():
    """Cairo leaps from 00:00 to 01:00 on Friday 24 April 2026; Aden never does."""
    night = ((0, 120),)
    week = (night,) * 7
    calendar = WorkCalendar("Africa/Cairo", week, 60)
    assert calendar.moment(date(2026, 4, 24), 30) == datetime(2026, 4, 23, 22, 30, tzinfo=UTC)
    assert calendar.day(date(2026, 4, 24)).length == timedelta(hours=1)
    assert calendar.day(date(2026, 4, 23)).length == timedelta(hours=2)
    gone = WorkCalendar("Africa/Cairo", (((0, 60),),) * 7, 60)
    assert not gone.day(date(2026, 4, 24)).spans
    assert next_day(gone, date(2026, 4, 23)).date == date(2026, 4, 25)
    assert WorkCalendar("Asia/Aden", week, 60).day(date(2026, 4, 24)).length == timedelta(hours=2)


def test_the_office_opens_at_eight_before_and_after_the_clocks_change():
    calendar = egypt()
    before, after = calendar.day(date(2026, 4, 23)), calendar.day(date(2026, 4, 26))
    assert (before.spans[0][0].hour, after.spans[0][0].hour) == (6, 5)
    assert worked(calendar, cairo(4, 23, 8), cairo(4, 26, 15)) == 2


def test_a_calendar_without_work_is_said_to_be_one():
    calendar = WorkCalendar("Africa/Cairo", ((),) * 7, 840)
    with pytest.raises(NoWorkingDay, match="no working day") as refused:
        counted_from(calendar, cairo(6, 7))
    assert isinstance(refused.value, Refused)


def test_a_snapshot_reads_back_as_it_was_and_equal_content_has_one_digest():
    decree = Decree("3", "قرار", date(2026, 6, 1), date(2026, 6, 2), HOURS, ((480, 600), (660, 720)))
    calendar = egypt(decrees=(decree,))
    again = WorkCalendar.read(calendar.text())
    assert again == calendar
    assert again.digest == calendar.digest == egypt(decrees=(decree,)).digest
    assert calendar.digest != egypt().digest


def test_what_a_calendar_remembers_for_another_thread_is_not_read_into_its_text():
    """Two requests share a calendar: one fills its memory while the other works out the digest."""
    calendar = egypt()
    calendar.memory["something that can be neither copied nor written"] = Lock()
    assert calendar.text() == egypt().text()


def test_a_clip_keeps_its_years_whole():
    calendar = egypt(decrees=(Decree("5", "Bridge", date(2025, 12, 30), date(2026, 1, 2), OFF),))
    kept = calendar.clip(2026, 2026)
    assert {feast.day.year for feast in kept.feasts} == {2026}
    assert len(kept.decrees) == 1
    assert not calendar.clip(2027, 2027).decrees
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert kept.day(day) == calendar.day(day)


def test_the_library_names_feasts_in_both_languages_and_marks_what_is_estimated_or_moved():
    found = {feast.day: feast for feast in feasts("EG", 2026, 2026)}
    assert found[date(2026, 5, 27)] == Feast(
        date(2026, 5, 27), "عيد الأضحى المبارك", "Eid al-Adha", estimated=True
    )
    assert found[date(2026, 1, 29)].observed
    assert found[date(2026, 6, 18)].observed
    assert found[date(2026, 6, 18)].estimated
    assert len(found) == 16
    assert not any("(" in feast.en or "(" in feast.ar for feast in found.values())


def test_yemen_and_a_country_that_the_library_does_not_know():
    assert weekend("EG") == weekend("YE") == weekend("XX") == {4, 5}
    assert any(feast.ar == "عيد الفطر" for feast in feasts("YE", 2026, 2026))
    assert feasts("XX", 2026, 2026) == ()
    assert not is_known("XX")


def test_ramadan_ends_the_day_before_the_feast():
    assert (date(2026, 2, 18), date(2026, 3, 19)) in ramadans(2026, 2026)
    spans = ramadans(2030, 2030)
    assert {(date(2030, 1, 5), date(2030, 2, 3)), (date(2030, 12, 26), date(2031, 1, 23))} <= set(spans)
    assert all(27 < (last - first).days < 30 for first, last in ramadans(2010, 2050))


@pytest.mark.parametrize(
    "wrong", [{}, {"days": 1, "hours": 1}, {"days": -1}, {"hours": -2}, {"days": 731}, {"hours": 5000}]
)
def test_a_promise_is_one_thing_and_within_reason(wrong):
    with pytest.raises(ValueError, match="promise"):
        Promise(**wrong)


def test_a_promise_is_stored_as_it_is_said():
    assert [str(Promise(days=5)), str(Promise(hours=6))] == ["5d", "6h"]
    assert [Promise.read(text) for text in ("5d", "6h", "", None)] == [
        Promise(days=5), Promise(hours=6), None, None
    ]  # fmt: skip


def test_a_clock_that_contradicts_itself_stops_its_module():
    from core import State, Workflow

    def clock(**changes):
        parts = {"name": "c", "label": "C", "runs": ("a",), "stops": ("b",)}
        rest = {"promise": lambda r: None, "began": lambda r: None, "ended": lambda r: None}
        return Clock(**parts | rest | changes)

    states = [State("a", "A"), State("b", "B")]
    for clocks, fault in [
        ([clock(runs=("x",))], "unknown states"),
        ([clock(), clock()], "declared twice"),
        ([clock(pauses=("b",))], "runs, stands and stops"),
    ]:
        with pytest.raises(ValueError, match=fault):
            Workflow("m.m", states, [], clocks=clocks)
    assert Workflow("m.m", states, [], clocks=[clock()]).clock("c").mode("a") == "running"
