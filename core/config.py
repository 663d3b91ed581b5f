"""Typed settings from the environment. An unknown DIWAN_* key is an error, not a shrug."""

from __future__ import annotations

import difflib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "DIWAN_"
ENVIRONMENTS = ("development", "test", "production")
MINIMUM_KEY = 32
MEGABYTE = 1024 * 1024
SMALLEST_LIMIT = 16 * MEGABYTE
"""Bytes of a request that are always taken: an earlier system's register is a larger file than a picture."""
ASSETS = Path(__file__).resolve().parents[1] / "admin" / "static" / "vendor" / "stamp"
"""Stands where every front-end file was fetched."""
PRIVATE = 0o077
"""The umask: what Diwan writes is for its own account, never for others of the machine."""


class SettingError(ValueError):
    """A setting is missing, unknown or unusable; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Everything an installation chooses, read once at start.

    `registry_url` and every governorate's URL are SQLAlchemy URLs; folders are absolute;
    `secret_key` has at least 32 characters and is the root of every derived key.
    """

    data_dir: Path
    registry_url: str
    secret_key: str = field(repr=False)
    env: str = "development"
    provision_url: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "diwan@localhost"
    redis_url: str | None = field(default=None, repr=False)
    base_url: str | None = None
    hosts: tuple[str, ...] = ()
    plugin_path: tuple[Path, ...] = ()
    strict: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    trusted_proxies: int = 0
    attachment_max_mb: int = 10
    attachments_per_record: int = 40
    attachments_url: str | None = field(default=None, repr=False)
    s3_access_key: str | None = None
    s3_secret_key: str | None = field(default=None, repr=False)

    @property
    def largest_request(self) -> int:
        """Bytes; a larger request is answered with 413 before it is read."""
        return max(SMALLEST_LIMIT, (self.attachment_max_mb + 6) * MEGABYTE)

    @property
    def production(self) -> bool:
        """True where citizens' data is real and convenience must not weaken safety."""
        return self.env == "production"


KNOWN = (
    "DATA_DIR", "REGISTRY_URL", "SECRET_KEY", "SECRET_KEY_FILE", "ENV", "PROVISION_URL", "SMTP_URL",
    "MAIL_FROM", "REDIS_URL", "BASE_URL", "HOSTS", "PLUGIN_PATH", "STRICT", "HOST", "PORT", "THREADS",
    "TRUSTED_PROXIES", "ATTACHMENT_MAX_MB", "ATTACHMENTS_PER_RECORD", "ATTACHMENTS_URL", "S3_ACCESS_KEY",
    "S3_SECRET_KEY", "S3_SECRET_KEY_FILE",
)  # fmt: skip


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `environ`; raises SettingError with the nearest known name for a typo."""
    _refuse_unknown(environ)
    get = {key: environ[PREFIX + key] for key in KNOWN if environ.get(PREFIX + key)}
    env = get.get("ENV", "development")
    if env not in ENVIRONMENTS:
        raise SettingError(f"DIWAN_ENV must be one of {', '.join(ENVIRONMENTS)}, not {env!r}")
    data_dir = Path(get.get("DATA_DIR", "var")).absolute()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = Settings(
        data_dir=data_dir,
        registry_url=get.get("REGISTRY_URL", f"sqlite:///{data_dir / 'registry.sqlite'}"),
        secret_key=_secret_key(get, env, data_dir),
        env=env,
        provision_url=get.get("PROVISION_URL"),
        smtp_url=get.get("SMTP_URL"),
        mail_from=get.get("MAIL_FROM", "diwan@localhost"),
        redis_url=get.get("REDIS_URL"),
        base_url=get.get("BASE_URL"),
        hosts=tuple(name.strip() for name in get.get("HOSTS", "").split(",") if name.strip()),
        plugin_path=tuple(Path(p).absolute() for p in get.get("PLUGIN_PATH", "").split(os.pathsep) if p),
        strict=_flag(get, "STRICT"),
        host=get.get("HOST", "127.0.0.1"),
        port=_number(get, "PORT", 8000),
        threads=_number(get, "THREADS", 8),
        trusted_proxies=_number(get, "TRUSTED_PROXIES", 0),
        attachment_max_mb=_number(get, "ATTACHMENT_MAX_MB", 10),
        attachments_per_record=_number(get, "ATTACHMENTS_PER_RECORD", 40),
        attachments_url=get.get("ATTACHMENTS_URL"),
        s3_access_key=get.get("S3_ACCESS_KEY"),
        s3_secret_key=_secret(get, "S3_SECRET_KEY"),
    )
    _refuse_guessing(settings)
    return settings


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in environ:
        key = name.removeprefix(PREFIX)
        if not name.startswith(PREFIX) or key in KNOWN or key.startswith("TEST_"):
            continue
        near = difflib.get_close_matches(key, KNOWN, n=1)
        hint = f"; did you mean {PREFIX}{near[0]}?" if near else ""
        raise SettingError(f"unknown setting {name}{hint}")


def _refuse_guessing(settings: Settings) -> None:
    """Links that carry secrets name our own host, and requests for another host are not answered."""
    needed = {"BASE_URL": settings.base_url, "HOSTS": settings.hosts}
    missing = [PREFIX + key for key, value in needed.items() if not value]
    if settings.production and missing:
        raise SettingError(f"{' and '.join(missing)} must be set in production")


def _secret_key(get: Mapping[str, str], env: str, data_dir: Path) -> str:
    """From the environment or a file; in development made once and kept in the data folder."""
    key = _secret(get, "SECRET_KEY")
    if key is None and env == "production":
        raise SettingError("DIWAN_SECRET_KEY or DIWAN_SECRET_KEY_FILE must be set in production")
    key = key or _kept_key(data_dir / "secret.key")
    if len(key) < MINIMUM_KEY:
        raise SettingError(f"DIWAN_SECRET_KEY needs at least {MINIMUM_KEY} characters")
    return key


def _secret(get: Mapping[str, str], key: str) -> str | None:
    """The setting `key`, or the content of the file that `key`_FILE names."""
    if key in get or f"{key}_FILE" not in get:
        return get.get(key)
    return Path(get[f"{key}_FILE"]).read_text(encoding="utf-8").strip()


def _kept_key(path: Path) -> str:
    """Exclusive creation: of two processes that start together one makes the key, both read it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def _flag(get: Mapping[str, str], key: str) -> bool:
    return get.get(key, "0").lower() in {"1", "true", "yes", "on"}


def _number(get: Mapping[str, str], key: str, default: int) -> int:
    try:
        return int(get.get(key, default))
    except ValueError:
        raise SettingError(f"{PREFIX}{key} must be a whole number") from None
