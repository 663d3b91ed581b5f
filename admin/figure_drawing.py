"""Figures as a page shows them. A percentage is drawn with its counts in one piece, never alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

from flask_babel import gettext as _
from markupsafe import Markup, escape

from admin.dates import clock, day_text, digits, moment
from core.figures.duration import Duration, days
from core.figures.figure import Figure, percent
from core.figures.interval import LEVEL
from core.figures.period import Period

HEIGHT, WIDTH, GAP = 60, 22, 6
"""Of the drawing by months, in its own units; it grows with the page."""
_CELLS = Markup('<td data-label="{}">{}</td><td data-label="{}">{}</td><td data-label="{}">{}</td>')
_BIG = Markup('<p class="figure"><b>{}</b></p><dl class="figure-of">{}</dl>')
_FACT = Markup("<div><dt>{}</dt><dd>{}</dd></div>")
_LINE = Markup('<span class="figure-line"><b>{}</b> <bdi>({})</bdi></span>')
_NUMBER = Markup('<bdi dir="ltr">{}</bdi>')
_PERCENT = Markup('<bdi dir="ltr" class="number">{}</bdi>')  # its sign stays beside it at a line's end


def big(figure: Figure, urls: tuple[str, str]) -> Markup:
    """Percentage or days, both counts as links to their records (`urls`), period and cut-off."""
    source, period = figure.source, figure.period
    facts = [
        *([(_("Nine tenths within"), _days(figure.p90))] if isinstance(figure, Duration) else []),
        (source.numerator, _linked(figure.numerator, urls[0])),
        (source.denominator, _linked(figure.denominator, urls[1])),
        (_("Period"), period_words(period)),
        (_("As at"), cutoff(period)),
    ]
    return _BIG.format(_headline(figure), Markup("").join(_FACT.format(*fact) for fact in facts))


def value_head(figure: Figure) -> str:
    """What the column of a table is called that holds the figures' values."""
    return _("Half within") if isinstance(figure, Duration) else _("Share")


def line(figure: Figure) -> Markup:
    """Value and counts in a line of text, for a card that has said the period above."""
    return _LINE.format(_headline(figure), of_words(figure))


def of_words(figure: Figure) -> str:
    """ "6,140 of 6,197"."""
    return _(
        "%(numerator)s of %(denominator)s",
        numerator=digits(figure.numerator),
        denominator=digits(figure.denominator),
    )


def cells(figure: Figure, urls: tuple[str, str]) -> Markup:
    """The three cells of a table's row: both counts as links, then the value."""
    source = figure.source
    upper, lower = _linked(figure.numerator, urls[0]), _linked(figure.denominator, urls[1])
    return _CELLS.format(
        source.numerator, upper, source.denominator, lower, value_head(figure), _value(figure)
    )


def interval_words(figure: Figure) -> Markup:
    """What chance alone would do to the figure, in words; why there is nothing to say of it."""
    if isinstance(figure, Duration):
        return escape(_median_interval_words(figure))
    ends = figure.interval
    if figure.denominator == 0:
        return escape(_("There were no cases, so there is no percentage: that is not zero."))
    if ends is None:
        return escape(
            _(
                "A flow may exceed one hundred per cent: what ended may have been received earlier. It is no"
                " share of its cases, so it has no interval."
            )
        )
    sentence = _(
        "With so many cases, chance alone could have made it anything from {low} to {high}"
        " (Wilson's interval, {level})."
    )
    level = _PERCENT.format(clock().digits(f"{LEVEL * 100:.0f} %"))
    return escape(sentence).format(low=_percent(ends[0]), high=_percent(ends[1]), level=level)


def _median_interval_words(figure: Duration) -> str:
    if figure.denominator == 0:
        return _("There were no cases, so there is no time to tell: that is not zero.")
    if figure.median is None:
        return _("Fewer than half have ended so far, so nobody knows yet within how many days half will.")
    ends = figure.curve.median_interval()
    if ends is None:
        return _("Too few have ended for an interval: the days of half may be chance.")
    level = clock().digits(f"{LEVEL * 100:.0f} %")
    if ends[1] is None:
        return _(
            "With so many cases, chance alone could have made it %(low)s or any more"
            " (Brookmeyer and Crowley's interval, %(level)s).",
            low=_days(ends[0]), level=level,
        )  # fmt: skip
    return _(
        "With so many cases, chance alone could have made it anything from %(low)s to %(high)s"
        " (Brookmeyer and Crowley's interval, %(level)s).",
        low=_days(ends[0]), high=_days(ends[1]), level=level,
    )  # fmt: skip


def period_words(period: Period) -> str:
    """ "2023", "May 2023", or its first and last day."""
    first, last = period.first, period.last
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return clock().digits(str(first.year))
    if first.day == (last + timedelta(days=1)).day == 1 and len(period.parts()) == 1:
        return clock().digits(f"{clock().months[first.month]} {first.year}")
    return f"{day_text(first)} – {day_text(last)}"


def cutoff(period: Period) -> Markup:
    """The instant at which the figure looked."""
    return Markup('<span class="cutoff">{}</span>').format(moment(period.until))


def bars(figures: Iterable[Figure]) -> Markup:
    """A pair of bars for each month: what there was, and before it what counts. The table below is exact."""
    found = list(figures)
    tallest = max((max(one.numerator, one.denominator) for one in found), default=0) or 1
    drawn = [
        _bar(n, "bar-of", one.denominator, tallest, WIDTH)
        + _bar(n, "bar-in", one.numerator, tallest, WIDTH - 8)
        for n, one in enumerate(found)
    ]
    width = len(found) * (WIDTH + GAP) + GAP
    return Markup('<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, HEIGHT + 1, _("The months of the table below as bars"), Markup("").join(drawn)
    )


def _bar(n: int, kind: str, count: int, tallest: int, width: int) -> Markup:
    height = round(HEIGHT * count / tallest, 1)
    left = GAP + n * (WIDTH + GAP) + (WIDTH - width) / 2
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, left, round(HEIGHT - height, 1), width, height
    )


def _linked(count: int, url: str) -> Markup:
    if not count:
        return _NUMBER.format(digits(count))
    return Markup('<a href="{}">{}</a>').format(url, _NUMBER.format(digits(count)))


def _headline(figure: Figure) -> Markup:
    if not isinstance(figure, Duration) or not figure.denominator:
        return _value(figure)
    if figure.median is None:
        return escape(_("Half: not reached yet"))
    return escape(_("Half within %(days)s", days=_days(figure.median)))


def _value(figure: Figure) -> Markup:
    if isinstance(figure, Duration) and figure.denominator:
        return escape(_days(figure.median))
    return _percent(figure.share)


def _days(count: int | None) -> str:
    return clock().digits(days(count))


def _percent(share: Fraction | float | None) -> Markup:
    """Isolated left to right, or the sign would change sides in an Arabic sentence."""
    words = percent(share)
    return escape(words) if share is None else _PERCENT.format(clock().digits(words))
