"""Reading what offices have: CSV, spreadsheets, JSON and Open311 files; every refusal has a reason.

A plugin declares an `ImportSpec` through the hook `diwan_imports`; `diwan import LABEL FILE` does the rest.
"""

from core.exchange.spec import Column, ImportSpec, Row
from core.exchange.values import choice, day, digits, flag, moment, past, text, whole

__all__ = [
    "Column",
    "ImportSpec",
    "Row",
    "choice",
    "day",
    "digits",
    "flag",
    "moment",
    "past",
    "text",
    "whole",
]
