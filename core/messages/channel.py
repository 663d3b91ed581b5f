"""What a channel is: it hands a message over and returns the proof that it was taken, or raises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.config import Settings


@dataclass(frozen=True)
class Outgoing:
    """A message as a channel gets it; `key` is the same at every attempt to send it."""

    to: str
    subject: str
    body: str
    key: str
    code: str


class Undeliverable(Exception):
    """The message cannot be delivered, now or later: no further attempt is made."""


class Channel(Protocol):
    """What `diwan_channels` returns: a name that `queue` is called with, and `send`."""

    name: str

    def send(self, message: Outgoing) -> str:
        """Hand `message` over and return the other side's proof.

        Raises Undeliverable when trying again is useless; any other exception means: later.
        """
        ...


def outbox_folder(settings: Settings, code: str) -> Path:
    """Where channels that write files leave those of governorate `code`."""
    folder = settings.data_dir / "outbox" / code
    folder.mkdir(parents=True, exist_ok=True)
    return folder
