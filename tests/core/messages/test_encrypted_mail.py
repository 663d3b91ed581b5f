"""Mail to a server that wants encryption and a password: trusted by its certificate and name, or not used."""

import logging
import socket
import ssl
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.data.time import freeze, now
from core.messages.channel import Outgoing
from core.messages.channels import channels
from core.messages.delivery import drain
from core.messages.mail import SmtpMail
from core.testing import test_settings

MAIL = Outgoing("zaynab@example.org", "تم الرد على شكواك", "النص", "answered 1", "EG-KN")
PASSWORD = "amber-lantern-31"


class Inbox:
    """Keeps what it is given after a sign-in, and how each came: encrypted or not."""

    def __init__(self):
        self.mails, self.encrypted = [], []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append(envelope.content)
        self.encrypted.append(session.ssl is not None)
        return "250 2.0.0 Ok: queued"

    @staticmethod
    def sign_in(server, session, envelope, mechanism, data):
        known = (data.login, data.password) == (b"diwan", PASSWORD.encode())
        return AuthResult(success=known, handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for "localhost" that signs itself, and its key, as two files."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "server.pem", folder / "server.key"


@pytest.fixture
def trusted(certificate, monkeypatch):
    """The machine trusts the certificate, as an office's own authority is made known to it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def server(inbox, certificate):
    """Takes mail by STARTTLS and password alone; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        inbox, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
        auth_required=True, authenticator=inbox.sign_in,
    )  # fmt: skip
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def mail_by(tmp_path):
    """The channel for an address of a server."""

    def make(url):
        return SmtpMail(replace(test_settings(tmp_path), mail_from="diwan@example.org", smtp_url=url))

    return make


def test_a_mail_goes_encrypted_to_the_server_that_the_certificate_names(mail_by, server, inbox, trusted):
    proof = mail_by(f"smtp://diwan:{PASSWORD}@localhost:{server}?starttls=1").send(MAIL)
    assert proof == "250 2.0.0 Ok: queued"
    assert inbox.encrypted == [True]
    assert message_from_bytes(inbox.mails[0])["To"] == "zaynab@example.org"


def test_a_password_with_signs_of_addresses_in_it_is_written_encoded(mail_by, server, inbox, trusted):
    url = f"smtp://diwan:{PASSWORD.replace('-', '%2D')}@localhost:{server}?starttls=1"
    assert mail_by(url).send(MAIL) == "250 2.0.0 Ok: queued"


def test_a_certificate_that_nobody_vouches_for_is_refused(mail_by, server, inbox):
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed"):
        mail_by(f"smtp://diwan:{PASSWORD}@localhost:{server}?starttls=1").send(MAIL)
    assert inbox.mails == []


def test_a_certificate_for_another_host_is_refused(mail_by, server, inbox, trusted):
    with pytest.raises(ssl.SSLCertVerificationError, match=r"not valid for '127\.0\.0\.1'"):
        mail_by(f"smtp://diwan:{PASSWORD}@127.0.0.1:{server}?starttls=1").send(MAIL)
    assert inbox.mails == []


def test_a_server_that_offers_no_encryption_gets_neither_password_nor_mail(mail_by, inbox):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        inbox, hostname="127.0.0.1", port=port, authenticator=inbox.sign_in, auth_require_tls=False
    )
    controller.start()
    try:
        with pytest.raises(Exception, match="STARTTLS"):
            mail_by(f"smtp://diwan:{PASSWORD}@localhost:{port}?starttls=1").send(MAIL)
    finally:
        controller.stop()
    assert inbox.mails == []


@pytest.fixture
def worker(ground, governorate, send, mail_by, caplog):
    """Queue one mail and send it through the channel of an address, as the worker does."""
    send("answered 1", channel="mail", to=MAIL.to)
    caplog.set_level(logging.DEBUG)

    def work(url):
        with ground.app.app_context():
            known = channels()
            before, known["mail"] = known["mail"], mail_by(url)
            try:
                return drain(governorate)
            finally:
                known["mail"] = before

    return work


def test_a_wrong_password_is_tried_again_and_said_plainly(worker, messages, server, inbox, trusted, caplog):
    wrong = "violet-harbour-77"
    assert worker(f"smtp://diwan:{wrong}@localhost:{server}?starttls=1").later == 1
    ((state, error),) = messages("state", "error").values()
    assert state == "queued"
    assert "refuses the user name or password in DIWAN_SMTP_URL: 535" in error
    assert wrong not in error + caplog.text
    assert MAIL.to not in caplog.text
    with freeze(now() + timedelta(hours=1)):
        assert worker(f"smtp://diwan:{PASSWORD}@localhost:{server}?starttls=1").sent == 1
    assert len(inbox.mails) == 1
    assert PASSWORD not in caplog.text


def test_a_certificate_that_is_refused_is_tried_again_too(worker, messages, server):
    assert worker(f"smtp://diwan:{PASSWORD}@localhost:{server}?starttls=1").later == 1
    ((state, error),) = messages("state", "error").values()
    assert state == "queued"
    assert "certificate verify failed" in error
