"""SMS for development: a file that people can read. A real gateway is a plugin's (`diwan_channels`)."""

from __future__ import annotations

import json
import os

from core.config import Settings
from core.data.time import now
from core.messages.channel import Outgoing, outbox_folder


class FileSms:
    """Development only: one JSON line per message, appended to a file in the data folder."""

    name = "sms"

    def __init__(self, settings: Settings) -> None:
        if settings.production:
            raise ValueError("messages to citizens must not end in a file: bring an SMS channel")
        self._settings = settings

    def send(self, message: Outgoing) -> str:
        """The proof is the line's place in the file; one write, so that lines of workers do not mix."""
        said = {"at": now().isoformat(), "to": message.to, "text": message.body, "key": message.key}
        line = (json.dumps(said, ensure_ascii=False) + "\n").encode()
        path = outbox_folder(self._settings, message.code) / "sms.jsonl"
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
            end = os.lseek(file, 0, os.SEEK_CUR)
            os.fsync(file)
        finally:
            os.close(file)
        return f"file {path.name} offset {end - len(line)}"
