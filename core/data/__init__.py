"""Models' base, visibility guard, search text, encrypted columns."""
