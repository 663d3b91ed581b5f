"""What a backup says about itself."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app

from core.data.archive import TableDigest
from core.governorates.registry import Governorate
from core.keys import ROOT, derive_from
from core.safekeeping.shape import Shape
from core.work.files.keeping import StoredFile

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """`governorate` is the registry's entry without its database's address; `made_at` ISO 8601 in UTC.

    `host` is the version of Diwan, `key` the fingerprint of its secret, `modules` the version and state of
    each installed module, `files` the attachments, `lost` those that the store did not have, `exports` the
    data of modules that were uninstalled, `audit` the head of the chain.
    """

    governorate: dict[str, Any]
    made_at: str
    host: str
    key: str
    shape: Shape
    modules: dict[str, list[str]]
    tables: tuple[TableDigest, ...]
    files: tuple[StoredFile, ...]
    exports: tuple[StoredFile, ...]
    lost: tuple[str, ...]
    audit: str
    format: int = FORMAT

    @property
    def code(self) -> str:
        """Whose backup it is."""
        return str(self.governorate["code"])

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(table.rows for table in self.tables)

    def to_bytes(self) -> bytes:
        """As JSON, to be read by people too."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        """Read what `to_bytes` wrote; raises ValueError, KeyError or TypeError for anything else."""
        said = json.loads(data)
        if said["format"] != FORMAT:
            raise ValueError(f"format {said['format']}")
        known = {
            "shape": Shape(**said["shape"]),
            "tables": tuple(TableDigest(**one) for one in said["tables"]),
            "files": tuple(StoredFile(**one) for one in said["files"]),
            "exports": tuple(StoredFile(**one) for one in said["exports"]),
            "lost": tuple(said["lost"]),
        }
        return cls(**{**said, **known})


def entry_of(governorate: Governorate) -> dict[str, Any]:
    """The registry's entry without the address of the database, which holds a password."""
    return {name: value for name, value in vars(governorate).items() if name != "url"}


def fingerprint() -> str:
    """Names this installation's secret without telling it: what one secret sealed, another cannot open."""
    return derive_from(current_app.config["DIWAN"].secret_key, ROOT, "fingerprint").hex()[:16]
