"""Where a request's governorate comes from: the mount `/<CODE>/` or the host name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

CODE = re.compile(r"^/(?P<code>[A-Z]{2}-[A-Z0-9]{1,3})(?P<rest>/.*)?$")
KEY = "diwan.governorate"
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Mounts:
    """WSGI layer that shifts `/EG-KN/...` into SCRIPT_NAME, so that one app serves every mount.

    A path without a code is left alone; the gate then tries the host name.
    """

    def __init__(self, app: WsgiApp) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Set `diwan.governorate` and shift the path; `/EG-KN` alone is sent to `/EG-KN/`."""
        environ.pop(KEY, None)
        found = CODE.match(environ.get("PATH_INFO", ""))
        if found is None:
            return self.app(environ, start_response)
        if found["rest"] is None:
            target = f"{environ.get('SCRIPT_NAME', '')}/{found['code']}/"
            start_response("308 Permanent Redirect", [("Location", target), ("Content-Length", "0")])
            return [b""]
        environ[KEY] = found["code"]
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{found['code']}"
        environ["PATH_INFO"] = found["rest"]
        return self.app(environ, start_response)
