"""`/healthz` and `/readyz`: is the process alive, and can it work. JSON, no login, no personal data."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from time import monotonic
from typing import Any

from flask import Blueprint, Flask, g, request
from sqlalchemy.exc import SQLAlchemyError

from core.access import everywhere
from core.errors import Refused
from core.governorates.mounts import KEY
from core.governorates.present import governorate_context, registry, running_app
from core.governorates.registry import Governorate
from core.operation.jobs import jobs_of

health = Blueprint("health", __name__)
LEAST_FREE = 5
"""Percent of the disk."""
FRESH = 5.0
"""Seconds for which an answer is given again."""
LONGEST_SILENCE = 180
"""Seconds without a sign from the worker, which gives one every minute."""


@health.get("/healthz")
@everywhere
def healthz() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@health.get("/readyz")
@everywhere
def readyz() -> tuple[dict[str, Any], int]:
    """Below a mount its own governorate decides (503); at the root one that fails takes no other out.

    What fails is told to this machine alone; strangers hear the status.
    """
    app = running_app()
    if g.get("governorate") is not None:
        state = state_of(app, g.governorate)
        return {"status": state}, 200 if state == "ok" else 503
    if KEY in request.environ:
        return {"status": "unknown"}, 404
    answer, status = _remembered_answer(app)
    return answer if _is_near(request.remote_addr) else {"status": answer["status"]}, status


def _is_near(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def _remembered_answer(app: Flask) -> tuple[dict[str, Any], int]:
    """The answer of the last FRESH seconds: who asks in a loop opens no connections."""
    asked, answer = app.extensions.get("diwan_ready", (0.0, None))
    if answer is None or monotonic() - asked >= FRESH:
        answer = _examine(app)
        app.extensions["diwan_ready"] = (monotonic(), answer)
    return answer


def _examine(app: Flask) -> tuple[dict[str, Any], int]:
    """Every governorate, the registry, the disk and the worker."""
    try:
        with ThreadPoolExecutor(8) as pool:
            served = registry().all()
            found = pool.map(lambda one: state_of(app, one), served)
            states = dict(zip((one.code for one in served), found, strict=True))
    except SQLAlchemyError:
        return {"status": "unavailable", "registry": "unavailable"}, 503
    disk, worker = free_disk(app), worker_state(app)
    well = all(state == "ok" for state in states.values()) and worker == "ok" and disk >= LEAST_FREE
    answer = {"status": "ok" if well else "degraded", "registry": "ok", "worker": worker}
    return answer | {"disk_free_percent": disk, "governorates": states}, 200 if disk >= LEAST_FREE else 503


def state_of(app: Flask, governorate: Governorate) -> str:
    """ok, outdated (its tables are not those of the code) or unavailable (its database is away)."""
    try:
        with governorate_context(app, governorate.code):
            return "ok"
    except Refused:
        return "outdated"
    except SQLAlchemyError:
        return "unavailable"


def free_disk(app: Flask) -> int:
    """Percent of the data folder's disk that is free."""
    usage = shutil.disk_usage(app.config["DIWAN"].data_dir)
    return int(100 * usage.free / usage.total)


def worker_state(app: Flask) -> str:
    """ok, or silent: nothing is sent until a worker runs."""
    try:
        silence = jobs_of(app).silence()
    except Exception:
        return "unavailable"
    return "silent" if silence is None or silence > LONGEST_SILENCE else "ok"
