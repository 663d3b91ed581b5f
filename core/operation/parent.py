"""A child process that ends with its parent, however that one ended."""

from __future__ import annotations

import os
import signal
import sys
import threading


def follow_parent() -> None:
    """End this process as if by SIGTERM once standard input, a pipe from the parent, is closed."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(sys.stdin.fileno(), 1024):  # unbuffered: a buffer's lock would be held at the process's end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
