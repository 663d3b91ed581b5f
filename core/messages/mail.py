"""Mail: over SMTP, or into files where no server is set."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from core.config import Settings
from core.data.time import now
from core.messages.channel import Outgoing, Undeliverable, outbox_folder

PATIENCE = 20
"""Seconds a mail server may take to answer."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def compose(settings: Settings, message: Outgoing) -> EmailMessage:
    """The mail as it travels: UTF-8 text, and a Message-ID that tells a repeated one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = _address(message.to)
    mail["Subject"] = CONTROL.sub(" ", message.subject)
    mail["Date"] = format_datetime(now())
    mark = sha256(f"{message.code}:{message.key}".encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<{mark}@{parseaddr(settings.mail_from)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text.strip())
    except Exception as error:  # the parser raises many kinds
        raise Undeliverable("this is not a mail address") from error


class SmtpMail:
    """`smtp://user:password@host:587?starttls=1`, or `smtps://` for TLS from the start.

    The proof is the server's answer after the message's last byte.
    """

    name = "mail"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = urlsplit(settings.smtp_url or "")
        if self._url.scheme not in ("smtp", "smtps") or not self._url.hostname:
            raise ValueError("DIWAN_SMTP_URL must look like smtp://host:25 or smtps://host")

    def send(self, message: Outgoing) -> str:
        """Raises Undeliverable for an answer 5xx that concerns this message or its address."""
        mail = compose(self._settings, message)
        with self._connect() as server:
            try:
                sender = parseaddr(self._settings.mail_from)[1]
                return _hand_over(server, sender, message.to.strip(), mail.as_bytes())
            except smtplib.SMTPResponseException as error:
                if 500 <= error.smtp_code < 600:
                    raise Undeliverable(_said(error.smtp_code, error.smtp_error)) from error
                raise

    @contextmanager
    def _connect(self) -> Iterator[smtplib.SMTP]:
        url, context = self._url, ssl.create_default_context()
        host = str(url.hostname)
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(host, url.port or 25, timeout=PATIENCE)
        with server:
            if _starts_tls(url):
                server.starttls(context=context)
            if url.username:
                _sign_in(server, unquote(url.username), unquote(url.password or ""))
            server.ehlo_or_helo_if_needed()
            yield server


def _starts_tls(url: SplitResult) -> bool:
    return parse_qs(url.query).get("starttls", ["0"])[0] in ("1", "yes", "true")


def carries_password_in_clear(address: str) -> bool:
    """Whether an SMTP address has a password and asks for no encryption; for `diwan doctor`."""
    url = urlsplit(address)
    return bool(url.password) and url.scheme == "smtp" and not _starts_tls(url)


def _sign_in(server: smtplib.SMTP, username: str, password: str) -> None:
    """Raises PermissionError where the server refuses: a mistake of ours, so the mail waits for its end."""
    try:
        server.login(username, password)
    except smtplib.SMTPAuthenticationError as error:
        said = _said(error.smtp_code, error.smtp_error)
        raise PermissionError(
            f"the mail server refuses the user name or password in DIWAN_SMTP_URL: {said}"
        ) from None


def _hand_over(server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> str:
    for answer in (server.mail(sender), server.rcpt(recipient)):
        if answer[0] not in (250, 251):
            server.rset()
            raise smtplib.SMTPResponseException(*answer)
    code, said = server.data(content)
    if code != 250:
        raise smtplib.SMTPResponseException(code, said)
    return _said(code, said)


def _said(code: int, text: Any) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {words}"[:400]


class FileMail:
    """Where no mail server is set: each mail becomes a file in the data folder."""

    name = "mail"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, message: Outgoing) -> str:
        """The proof names the file and the digest of what was written to it."""
        content = compose(self._settings, message).as_bytes()
        folder = outbox_folder(self._settings, message.code)
        mark = sha256(content).hexdigest()
        path = folder / f"{now():%Y%m%dT%H%M%S%f}-{mark[:8]}.eml"
        fresh = path.with_suffix(".part")
        with fresh.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        return f"file {path.name} sha256 {mark}"
