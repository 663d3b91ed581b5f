"""What went wrong, for the person at the terminal."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from core.config import SettingError
from core.errors import Invalid, Refused, reason


def explain(error: Exception) -> str:
    """What happened, in one line for the person at the terminal."""
    if isinstance(error, Invalid) and error.errors:
        return "; ".join(f"{name}: {' '.join(map(str, said))}" for name, said in error.errors.items())
    if isinstance(error, Refused | SettingError):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        return f"the database: {reason(error)}"
    if isinstance(error, OSError):
        return " ".join(str(part) for part in (error.filename, error.strerror or error) if part)
    name = type(error).__name__
    return f"{name} {reason(error).removeprefix(name)}".strip() + " (diwan --traceback ... shows where)"
