"""Which figures the plugins of this process can tell."""

from __future__ import annotations

from flask import current_app

from core.figures.source import FigureSource


def source_of(key: str) -> tuple[str, FigureSource] | None:
    """(id of its plugin, source) by key; None if no sound plugin has it."""
    return _known().get(key)


def _known() -> dict[str, tuple[str, FigureSource]]:
    known: dict[str, tuple[str, FigureSource]] | None = current_app.extensions.get("diwan_figures")
    if known is None:
        brought = current_app.extensions["diwan"].call_boot("diwan_figure_sources")
        known = {source.key: (plugin, source) for plugin, source in brought}
        current_app.extensions["diwan_figures"] = known
    return known
