"""`make bench` ends with its tables."""

from bench.report import tables


def pytest_terminal_summary(terminalreporter):
    for line in tables():
        terminalreporter.write_line(line)
