"""A whole Diwan beside the test: data folder, server, worker and a mail server, all of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller

from core.app import create_app
from core.config import read_settings
from core.data.scope import Scope
from core.governorates.present import governorate_context
from core.modules import lifecycle
from core.operation.birth import add
from core.people.demo import load_people

PATIENCE = 90
"""Seconds a process may take to answer on a busy machine."""


class Mailbox:
    """What the mail server took in, parsed."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name that aiosmtpd calls
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Message accepted for delivery"


@dataclass
class Installation:
    """A running Diwan; `sent` answers what has left it."""

    base: str
    folder: Path
    mailbox: Mailbox
    processes: dict = field(default_factory=dict)

    def url(self, path="/", code="EG-KN"):
        """An address below a governorate's mount."""
        return f"{self.base}/{code}{path}"

    def text_messages(self, code="EG-KN"):
        """SMS that left, oldest first: what the development channel wrote to its file."""
        found = sorted(self.folder.glob(f"**/{code}/**/sms.jsonl")) or sorted(
            self.folder.glob("**/sms.jsonl")
        )
        return [json.loads(line) for path in found for line in path.read_text(encoding="utf-8").splitlines()]

    def log(self, name):
        """What a process has written."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(folder):
    """Server, worker and mail server on a data folder with the demo's people but no records."""
    port, mailbox = free_port(), Mailbox()
    with ExitStack() as stack:
        mail = Controller(mailbox, hostname="127.0.0.1", port=free_port())
        mail.start()
        stack.callback(mail.stop)
        environ = {
            "DIWAN_DATA_DIR": str(folder / "var"),
            "DIWAN_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "DIWAN_BASE_URL": f"http://127.0.0.1:{port}",
            "DIWAN_MAIL_FROM": "diwan@example.org",
        }
        prepare(environ)
        site = Installation(f"http://127.0.0.1:{port}", folder, mailbox)
        for name, words in {"server": ("serve", "--port", str(port)), "worker": ("worker",)}.items():
            site.processes[name] = stack.enter_context(_process(folder, name, words, environ))
        _await(site)
        yield site


def prepare(environ):
    """Two governorates with people: complaints enabled in Qena, nothing in Sharqia."""
    app = create_app(read_settings(environ))
    for code in ("EG-KN", "EG-SHR"):
        with app.app_context():
            add(code)
        if code == "EG-KN":
            for step in (lifecycle.install, lifecycle.enable):
                with app.app_context():
                    step(code, "complaints")
        with governorate_context(app, code, Scope.of_system(), write=True) as session:
            load_people(session, code)
            session.commit()
    with app.app_context():
        app.extensions["diwan_engines"].dispose()
        app.extensions["diwan_registry"].engine.dispose()


@contextmanager
def _process(folder, name, words, environ):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DIWAN_")}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", *words], env=kept | environ, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if process.poll() is None:
                process.kill()
                process.wait()


def _await(site):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for name, process in site.processes.items():
            assert process.poll() is None, f"the {name} ended:\n{site.log(name)}"
        with suppress(OSError), urllib.request.urlopen(f"{site.base}/healthz", timeout=5):
            return
        time.sleep(0.2)
    raise AssertionError(f"no answer within {PATIENCE} s:\n{site.log('server')}")


def eventually(question, what, patience=PATIENCE):
    """The first true answer of `question()`; fails after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.3)
    raise AssertionError(f"{what} did not happen within {patience} s")
