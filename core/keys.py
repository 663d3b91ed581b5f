"""Keys derived per governorate and purpose, so that nothing signed for one means anything to another."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

ROOT = "-"
"""Stands for "no governorate": the root pages and the registry."""


def derive(code: str, purpose: str) -> bytes:
    """32 bytes for `purpose` ("session", "audit", "seal", ...) in governorate `code` (HKDF-SHA-256)."""
    return derive_from(current_app.config["DIWAN"].secret_key, code, purpose)


@lru_cache(maxsize=4096)
def derive_from(secret: str, code: str, purpose: str) -> bytes:
    """As `derive`, from a given root secret; for use before there is an app."""
    info = f"diwan:{code}:{purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret.encode())
