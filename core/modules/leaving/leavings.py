"""What lies among a governorate's exports and no module's row names: nobody else would ever remove it.

Of an uninstall that was killed half of an export stays, or a whole one whose removal never came about; of a
module that left twice the older one stays. All of them may hold personal data.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.data.files import flush_folder
from core.errors import NotFound
from core.modules.leaving.export import INCOMPLETE, exports_of
from core.modules.models import InstalledModule
from core.modules.structure import changing
from core.work import audit
from core.work.chain import code_of


@dataclass(frozen=True)
class Leaving:
    """A folder among the exports: `whole`, or what an uninstall left behind that broke off."""

    name: str
    whole: bool


def leavings(session: Session) -> list[Leaving]:
    """What of the governorate's exports no module's row names; a half may be of an uninstall that runs."""
    known = set(session.scalars(select(InstalledModule.export)))
    folder = exports_of(code_of(session))
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [Leaving(name, not name.endswith(INCOMPLETE)) for name in names if name not in known]


def remove_leaving(code: str, name: str) -> None:
    """Remove one of `leavings` for good; waits for an uninstall that runs. Raises NotFound for any other."""
    with changing(code) as (session, _connection):
        if name not in {one.name for one in leavings(session)}:
            raise NotFound(_("Nothing of this name was left behind: %(name)s.", name=name))
        folder = exports_of(code)
        shutil.rmtree(folder / name)
        flush_folder(folder)
        session.info["write"] = True
        audit.record("remove_export", "core.plugin", {"export": name})
