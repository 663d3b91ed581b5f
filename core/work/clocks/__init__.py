"""Promises and the working time that runs against them: calendar, line of time, events, replay, book."""
