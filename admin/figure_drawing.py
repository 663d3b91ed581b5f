"""Figures as a page shows them. A percentage is drawn with its counts in one piece, never alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

from flask_babel import gettext as _
from markupsafe import Markup, escape

from admin.dates import clock, day_text, digits, moment
from core.figures.figure import Figure, percent
from core.figures.interval import LEVEL
from core.figures.period import Period

HEIGHT, WIDTH, GAP = 60, 22, 6
"""Of the drawing by months, in its own units; it grows with the page."""
_CELLS = Markup('<td data-label="{}">{}</td><td data-label="{}">{}</td><td data-label="{}">{}</td>')
_BIG = Markup(
    '<p class="figure"><b>{}</b></p><dl class="figure-of"><div><dt>{}</dt><dd>{}</dd></div>'
    "<div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd>{}</dd></div></dl>"
)
_LINE = Markup('<span class="figure-line"><b>{}</b> <bdi>({})</bdi></span>')
_NUMBER = Markup('<bdi dir="ltr">{}</bdi>')


def big(figure: Figure, urls: tuple[str, str]) -> Markup:
    """Percentage, both counts as links to their records (`urls`), period and cut-off."""
    upper, lower = _linked(figure.numerator, urls[0]), _linked(figure.denominator, urls[1])
    source, period = figure.source, figure.period
    return _BIG.format(
        _percent(figure.share), source.numerator, upper, source.denominator, lower,
        _("Period"), period_words(period), _("As at"), cutoff(period),
    )  # fmt: skip


def line(figure: Figure) -> Markup:
    """Percentage and counts in a line of text, for a card that has said the period above."""
    return _LINE.format(_percent(figure.share), of_words(figure))


def of_words(figure: Figure) -> str:
    """ "6,140 of 6,197"."""
    return _(
        "%(numerator)s of %(denominator)s",
        numerator=digits(figure.numerator),
        denominator=digits(figure.denominator),
    )


def cells(figure: Figure, urls: tuple[str, str]) -> Markup:
    """The three cells of a table's row: both counts as links, then the percentage."""
    source = figure.source
    upper, lower = _linked(figure.numerator, urls[0]), _linked(figure.denominator, urls[1])
    return _CELLS.format(
        source.numerator, upper, source.denominator, lower, _("Share"), _percent(figure.share)
    )


def interval_words(figure: Figure) -> Markup:
    """What chance alone would do to the figure, in words; why there is nothing to say of it."""
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
    level = _NUMBER.format(clock().digits(f"{LEVEL * 100:.0f} %"))
    return escape(sentence).format(low=_percent(ends[0]), high=_percent(ends[1]), level=level)


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


def _percent(share: Fraction | float | None) -> Markup:
    """Isolated left to right, or the sign would change sides in an Arabic sentence."""
    words = percent(share)
    return escape(words) if share is None else _NUMBER.format(clock().digits(words))
