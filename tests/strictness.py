"""What a test needs from the machine, and what happens when it is not there.

A pytest plugin (setup.cfg loads it with ``-p strictness``). A test says what it needs by a mark,
``browser`` or ``postgres``, or by asking for the fixture ``chromium_path`` or ``postgres_url``. A
machine without it skips the test and the summary says what was left out and how to add it; with
``TEST_STRICT=1`` nothing may be left out, so any skip, whatever its reason, fails the run.
"""

import os
import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from functools import cache
from typing import NamedTuple, TypeVar

import pytest

from core.testing.postgres import find_postgres


class Need(NamedTuple):
    """A part of the machine: the fixture that hands it out, and how a person adds it."""

    fixture: str
    title: str
    remedy: str


NEEDS = {
    "browser": Need(
        "chromium_path", "the browser", "apt-get install chromium (or set CHROMIUM to its program)"
    ),
    "postgres": Need(
        "postgres_url", "PostgreSQL", "start one and set DIWAN_TEST_POSTGRES to its address, or run .ci/run"
    ),
}
LEFT_OUT = "left out, needs "
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def is_strict() -> bool:
    """Whether TEST_STRICT asks that nothing be left out."""
    return os.environ.get("TEST_STRICT", "") not in ("", "0")


@cache
def find_chromium() -> str | None:
    """Path of the Chromium to drive, or None. A set CHROMIUM that is no program counts as none."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return shutil.which("/usr/bin/chromium") or shutil.which("chromium")


FINDERS = {"browser": find_chromium, "postgres": find_postgres}


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of Chromium's program. As root it must be started with ``--no-sandbox``."""
    return demand("browser")


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """SQLAlchemy address of a PostgreSQL maintenance database, as a role that may create databases."""
    return demand("postgres")


def demand(need: str) -> str:
    """The machine's ``need``; without it the test is left out."""
    return FINDERS[need]() or pytest.skip(LEFT_OUT + need)


def needs_of(item: pytest.Item) -> Iterator[str]:
    """The needs of a test, by mark or by fixture."""
    fixtures = getattr(item, "fixturenames", ())
    return (name for name, need in NEEDS.items() if item.get_closest_marker(name) or need.fixture in fixtures)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test whose needs are not met, before any of its fixtures starts work."""
    for need in needs_of(item):
        demand(need)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In strict runs a skipped test is a failed test."""
    return forbid_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In strict runs a file that skips itself is an error."""
    return forbid_skip((yield))


def forbid_skip(report: Report) -> Report:
    """``report`` itself; in strict runs with a skip turned into a failure (an expected failure stays)."""
    if is_strict() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"TEST_STRICT: nothing may be left out. {reason_of(report)}"
    return report


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped, as its author wrote it."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Name what was left out and how to add it, right above pytest's closing line."""
    yield
    left_out = Counter(
        reason_of(report).partition(LEFT_OUT)[2] for report in terminalreporter.stats.get("skipped", [])
    )
    for name, need in NEEDS.items():
        if left_out[name]:
            terminalreporter.write_line(
                f"Left out: {counted(left_out[name])} {need.title}. To add it: {need.remedy}.",
                yellow=True,
            )


def counted(tests: int) -> str:
    """How many tests need something, as the head of a sentence."""
    return "1 test that needs" if tests == 1 else f"{tests} tests that need"
