"""The channels of this process: the built-in ones, and what plugins bring."""

from __future__ import annotations

from flask import current_app

from core.config import Settings
from core.messages.channel import Channel, Outgoing, Undeliverable
from core.messages.mail import FileMail, SmtpMail
from core.messages.sms import FileSms

__all__ = ["Channel", "Outgoing", "Undeliverable", "built_in", "channel_named", "channels"]


def channel_named(name: str) -> Channel:
    """The channel that a plugin brings, else the built-in one; raises LookupError."""
    try:
        return channels()[name]
    except KeyError:
        raise LookupError(f"nothing here sends by {name}") from None


def channels() -> dict[str, Channel]:
    """All channels of this process by name; a plugin's takes the place of a built-in one."""
    known: dict[str, Channel] | None = current_app.extensions.get("diwan_channels")
    if known is None:
        settings: Settings = current_app.config["DIWAN"]
        brought = current_app.extensions["diwan"].call_boot("diwan_channels")
        known = {channel.name: channel for channel in built_in(settings)}
        known |= {channel.name: channel for _, channel in brought}
        current_app.extensions["diwan_channels"] = known
    return known


def built_in(settings: Settings) -> list[Channel]:
    """Mail, by SMTP if there is a server and else into files; SMS into a file, never in production."""
    mail: Channel = SmtpMail(settings) if settings.smtp_url else FileMail(settings)
    return [mail] if settings.production else [mail, FileSms(settings)]
