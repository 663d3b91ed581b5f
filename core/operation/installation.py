"""What `diwan doctor` looks at in the installation itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask

import core
from core.config import ASSETS, PRIVATE, SettingError, Settings
from core.errors import Refused, reason
from core.governorates.present import registry
from core.keys import ROOT
from core.language import DEFAULT
from core.messages.mail import carries_password_in_clear
from core.modules.dispatch import READY
from core.operation.catalogues import sources
from core.operation.finding import Finding
from core.operation.health import LEAST_FREE, free_disk, worker_state
from core.safekeeping.passing import leavings
from core.work.files.store import new_name, store

HERE = Path(core.__file__).resolve().parent


def look_for_other_core(app: Flask) -> Iterator[Finding]:
    """Diwan is an application with an environment of its own: another `core` may take its place."""
    for entry in sys.path:
        other = Path(entry or ".").resolve() / "core" / "__init__.py"
        if other.is_file() and other.parent != HERE:
            yield Finding("python", f"another package named core is in the way: {other.parent}")


def look_at_assets(app: Flask) -> Iterator[Finding]:
    """Without them pages are plain, and say so."""
    if not ASSETS.is_file():
        yield Finding("screens", "front-end files are missing: run make assets", _production(app))


def look_at_catalogues(app: Flask) -> Iterator[Finding]:
    """Without compiled catalogues every screen is English."""
    po = sources()[0].po(DEFAULT)
    if po.is_file() and not po.with_suffix(".mo").is_file():
        yield Finding("screens", "the Arabic catalogues are not compiled: run diwan i18n compile")


def look_at_modules(app: Flask) -> Iterator[Finding]:
    """A broken module serves nobody."""
    for module in app.extensions["diwan"].modules.values():
        if module.state != READY:
            yield Finding(f"module {module.id}", module.error)


def look_at_production(app: Flask) -> Iterator[Finding]:
    """What is convenient for trying out and dangerous with citizens' data."""
    settings: Settings = app.config["DIWAN"]
    kept = settings.data_dir / "secret.key"
    if not settings.production:
        return
    if not settings.base_url or not settings.base_url.startswith("https://"):
        yield Finding("settings", "DIWAN_BASE_URL must be the https address that citizens see")
    if not settings.hosts:
        yield Finding("settings", "DIWAN_HOSTS must list the host names that are answered to")
    if kept.is_file() and kept.read_text("utf-8").strip() == settings.secret_key:
        yield Finding("settings", "the secret key is the one made for development; it lies beside the data")
    if settings.provision_url:
        yield Finding(
            "settings", "DIWAN_PROVISION_URL makes databases: set it for commands, not for the server"
        )
    if not settings.smtp_url:
        yield Finding("settings", "DIWAN_SMTP_URL is not set: mail goes to a file")
    elif carries_password_in_clear(settings.smtp_url):
        yield Finding("settings", "DIWAN_SMTP_URL sends its password unencrypted: add ?starttls=1")
    if sum(one.host is None for one in registry().all()) > 1:
        yield Finding(
            "settings",
            "governorates share one origin, so one hole would reach all: give each a host name of its own",
        )


def look_at_modes(app: Flask) -> Iterator[Finding]:
    """Databases, keys and letters are for Diwan's own account; a folder closed to others closes all in it."""
    folder = app.config["DIWAN"].data_dir
    if folder.stat().st_mode & PRIVATE:
        open_ones = sorted(path.name for path in _kept(folder) if path.stat().st_mode & PRIVATE)
        if open_ones:
            yield Finding(
                "data",
                f"others of this machine may reach {', '.join(open_ones[:5])}: run chmod -R go= {folder}",
                _production(app),
            )


def _kept(folder: Path) -> Iterator[Path]:
    yield from folder.glob("*.sqlite")
    yield from folder.glob("secret.key")
    yield from folder.glob("governorates")
    yield from folder.glob("outbox")
    yield from folder.glob("attachments")
    yield from folder.glob("passing")


def look_at_leavings(app: Flask) -> Iterator[Finding]:
    """What was never finished is of no use, and may hold citizens' data in clear."""
    if left := leavings(app.config["DIWAN"].data_dir):
        names = ", ".join(map(str, left[:5]))
        yield Finding("data", f"what a crash left may hold citizens' data: remove {names}", grave=False)


def look_at_running(app: Flask) -> Iterator[Finding]:
    """Disk and worker."""
    if (free := free_disk(app)) < LEAST_FREE:
        yield Finding("disk", f"only {free} % is free")
    if (state := worker_state(app)) != "ok":
        yield Finding("worker", f"is {state}: nothing is sent until one runs (diwan worker)", grave=False)


def look_at_store(app: Flask) -> Iterator[Finding]:
    """Attachments can be stored, read again and removed, or the doctor says why not."""
    name, code = new_name(), ROOT
    try:
        keeper = store()
        keeper.put(code, name, b"diwan doctor")
        with keeper.open(code, name) as file:
            sound = file.read() == b"diwan doctor"
        keeper.delete(code, name)
    except (Refused, SettingError, OSError) as error:
        yield Finding("files", f"attachments cannot be stored: {reason(error.__cause__ or error)}")
        return
    if not sound:
        yield Finding("files", "the store of attachments gives back something else than was stored")


def _production(app: Flask) -> bool:
    return bool(app.config["DIWAN"].production)


CHECKS: tuple[Callable[[Flask], Iterator[Finding]], ...] = (
    look_for_other_core,
    look_at_assets,
    look_at_catalogues,
    look_at_modules,
    look_at_production,
    look_at_modes,
    look_at_leavings,
    look_at_running,
    look_at_store,
)
