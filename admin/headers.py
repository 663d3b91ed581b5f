"""What every answer says to the browser: run only what is ours, keep nothing, be framed by nobody."""

from __future__ import annotations

from flask import Flask, Response, request

POLICY = "; ".join((
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
"""Nothing inline is ever needed, so there is no nonce to leak; `data:` is for the arrows in Tabler's CSS."""

FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}


def init(app: Flask) -> None:
    """Put the headers on every answer of `app`; a view may set a stricter one itself."""
    app.after_request(protect)


def protect(response: Response) -> Response:
    """Pages are stored nowhere: on a shared PC the back button must not show the last clerk's work."""
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    response.headers.pop(
        "Expires", None
    )  # says the same by the clock: equal answers would differ by a second
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
