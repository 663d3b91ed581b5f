"""Work beside the requests: a queue that any process fills and the worker empties.

A task that runs when its process dies is lost; so what must happen stands in the governorate's own
outbox, and the queue only says "look there". A governorate that is down stops no other: each gets a
task of its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.config import Settings
from core.data.scope import Scope
from core.data.session import GovernorateSession
from core.data.time import now
from core.errors import Refused, reason
from core.governorates.present import governorate_context, registry, running_app
from core.keys import ROOT, derive_from
from core.messages.delivery import drain
from core.messages.outbox import Message
from core.people.limits import hit

logger = logging.getLogger("diwan.jobs")
BEAT = "beat"
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Job:
    """A plugin's periodic work: `run()` is called in every governorate where the plugin is enabled.

    It works on `db.session` as the system and is committed when it returns. `every` counts whole
    minutes; a turn that falls into a time without a worker is left out, not made up for.
    """

    name: str
    every: timedelta
    run: Callable[[], Any]

    def is_due(self, minute: int) -> bool:
        """Whether it is this job's turn in `minute`, counted since 1970."""
        return minute % max(1, int(self.every.total_seconds() // 60)) == 0


class Jobs:
    """The queue of one application and the tasks on it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.queue = open_queue(app.config["DIWAN"])
        self.drain = self.queue.task(name="drain")(self._drain)
        self.run = self.queue.task(name="run")(self._run)
        self.queue.periodic_task(crontab(), name="tick")(self.tick)

    def tick(self) -> None:
        """Once a minute: a drain for each governorate, and what jobs are due."""
        self.queue.put(BEAT, time.time())
        minute = int(now().timestamp() // 60)
        with self.app.app_context():
            jobs = self.app.extensions["diwan"].call_boot("diwan_jobs")
            for governorate in registry().all():
                self.drain(governorate.code)
                for plugin, job in jobs:
                    if job.is_due(minute):
                        self.run(governorate.code, plugin, job.name, minute)

    def silence(self) -> float | None:
        """Seconds since a worker was last heard; None if there never was one."""
        beat = self.queue.get(BEAT, peek=True)
        return None if beat is None else time.time() - beat

    def _drain(self, code: str) -> None:
        self._safely(f"outbox of {code}", lambda: drain(code))

    def _run(self, code: str, plugin: str, name: str, minute: int) -> None:
        """Each worker's clock sends the job on its way; the first to count it in its database does it."""

        def work() -> None:
            host = self.app.extensions["diwan"]
            jobs = {job.name: job for owner, job in host.call_boot("diwan_jobs") if owner == plugin}
            with governorate_context(self.app, code, Scope.of_system(), write=True) as session:
                if host.enabled(plugin) and name in jobs and hit(f"job:{plugin}:{name}:{minute}", 1, DAY):
                    jobs[name].run()
                    session.commit()

        self._safely(f"job {name} in {code}", work)

    def _safely(self, what: str, work: Callable[[], Any]) -> None:
        """A governorate that is away is one line in the log, a fault in the code is a traceback there."""
        try:
            with self.app.app_context():
                work()
        except (Refused, SQLAlchemyError) as error:
            logger.warning("%s: %s", what, reason(error))
        except Exception:
            logger.exception("%s failed", what)


def jobs_of(app: Flask) -> Jobs:
    """The queue of `app`, opened at first use."""
    if "diwan_jobs" not in app.extensions:
        app.extensions["diwan_jobs"] = Jobs(app)
    return app.extensions["diwan_jobs"]


def open_queue(settings: Settings) -> Huey:
    """Redis where DIWAN_REDIS_URL is set, else a SQLite file of its own in the data folder.

    Tasks are signed: who can write to the queue but does not know the secret cannot run code here.
    """
    serializer = SignedSerializer(secret=derive_from(settings.secret_key, ROOT, "jobs").hex())
    if settings.redis_url:
        return RedisHuey("diwan", url=settings.redis_url, serializer=serializer, results=False)
    return SqliteHuey(
        "diwan", filename=str(settings.data_dir / "jobs.sqlite"), serializer=serializer, results=False
    )


@event.listens_for(GovernorateSession, "after_flush")
def note_messages(session: Session, context: Any) -> None:
    """Remember that this transaction puts something into the outbox."""
    if any(isinstance(row, Message) for row in session.new):
        session.info["nudge"] = True


@event.listens_for(GovernorateSession, "after_commit")
def nudge(session: Session) -> None:
    """Tell the worker at once; where the queue cannot be reached, its next minute will do.

    SQLAlchemy calls this also when a savepoint is released, which is too early.
    """
    if session.get_nested_transaction() is not None or not session.info.pop("nudge", False):
        return
    try:
        jobs_of(running_app()).drain(session.info["governorate"])
    except Exception as error:  # the change is committed; no fault of the queue may undo that for the user
        logger.warning("the worker could not be told: %s", error)


@event.listens_for(GovernorateSession, "after_rollback")
def forget(session: Session) -> None:
    """What was undone needs no telling; of a savepoint that was undone, perhaps the rest does."""
    if session.get_nested_transaction() is None:
        session.info.pop("nudge", None)
