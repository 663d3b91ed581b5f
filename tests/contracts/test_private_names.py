"""Names of libraries that are not promised to us: where they go, we want to read it here first."""

from datetime import date

from holidays.calendars.islamic import _IslamicLunar


def test_the_library_of_holidays_tells_when_ramadan_begins_and_ends():
    """core.work.clocks.feasts reads it from the class behind the Islamic holidays; setup.cfg caps the version."""
    table = _IslamicLunar()
    for dates in (table.ramadan_beginning_dates(2026), table.eid_al_fitr_dates(2026)):
        kinds = {(type(day), type(estimated)) for day, estimated in dates}
        assert kinds == {(date, bool)}
