"""Mail over a real server on the loopback, mail and SMS into files."""

import json
import socket
from dataclasses import replace
from email import message_from_bytes, policy
from hashlib import sha256

import pytest
from aiosmtpd.controller import Controller

from core.messages.channel import Outgoing, Undeliverable
from core.messages.channels import built_in
from core.messages.mail import FileMail, SmtpMail
from core.messages.sms import FileSms
from core.testing import test_settings

MAIL = Outgoing("zaynab@example.org", "تم الرد على شكواك", "النص\nسطران", "answered 1", "EG-KN")


class Inbox:
    """What the server was given; `answer` is its reply to the message, `known` to the address."""

    def __init__(self):
        self.mails, self.answer, self.known = [], "250 2.0.0 Ok: queued as 4F8A12345678", "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.known.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.known

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.answer


@pytest.fixture
def settings(tmp_path):
    return replace(test_settings(tmp_path), mail_from="Diwan <diwan@example.org>")


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def mail(settings, inbox):
    """A channel to a server that lives for the test."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpMail(replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"))
    controller.stop()


def test_a_mail_arrives_in_arabic_and_the_servers_answer_is_the_proof(mail, inbox):
    proof = mail.send(MAIL)
    assert proof == "250 2.0.0 Ok: queued as 4F8A12345678"
    ((sender, recipients, content),) = inbox.mails
    assert (sender, recipients) == ("diwan@example.org", ["zaynab@example.org"])
    read = message_from_bytes(content, policy=policy.default)
    assert read["Subject"] == MAIL.subject
    assert read["To"] == "zaynab@example.org"
    assert read.get_content().split() == ["النص", "سطران"]


def test_a_repeated_mail_has_the_same_id(mail, inbox):
    mail.send(MAIL)
    mail.send(MAIL)
    mail.send(replace(MAIL, key="answered 2"))
    ids = [message_from_bytes(content)["Message-ID"] for _, _, content in inbox.mails]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("where", ["known", "answer"])
def test_a_final_refusal_is_not_tried_again_a_passing_one_is(mail, inbox, where):
    setattr(inbox, where, "550 5.1.1 No such user")
    with pytest.raises(Undeliverable, match="No such user"):
        mail.send(MAIL)
    setattr(inbox, where, "451 4.3.0 Try again later")
    with pytest.raises(Exception, match="Try again") as refused:
        mail.send(MAIL)
    assert not isinstance(refused.value, Undeliverable)


def test_a_server_that_is_away_is_tried_again(settings):
    with pytest.raises(OSError, match="refused"):
        SmtpMail(replace(settings, smtp_url="smtp://127.0.0.1:1")).send(MAIL)


@pytest.mark.parametrize("to", ["", "nobody", "a@b\r\nBcc: all@example.org", "a b@example.org", "a@b, c@d"])
def test_what_is_no_address_never_reaches_the_server(mail, inbox, to):
    with pytest.raises(Undeliverable):
        mail.send(replace(MAIL, to=to))
    assert inbox.mails == []


def test_a_subject_cannot_smuggle_a_header(mail, inbox):
    mail.send(replace(MAIL, subject="Hello\r\nBcc: all@example.org"))
    read = message_from_bytes(inbox.mails[0][2], policy=policy.default)
    assert read["Bcc"] is None
    assert read["Subject"] == "Hello Bcc: all@example.org"


def test_a_wrong_server_address_is_refused_at_start(settings):
    with pytest.raises(ValueError, match="SMTP_URL"):
        SmtpMail(replace(settings, smtp_url="http://mail"))


def test_without_a_server_a_mail_becomes_a_file(settings):
    proof = FileMail(settings).send(MAIL)
    _, name, _, digest = proof.split()
    content = (settings.data_dir / "outbox" / "EG-KN" / name).read_bytes()
    assert sha256(content).hexdigest() == digest
    assert message_from_bytes(content, policy=policy.default)["Subject"] == MAIL.subject


def test_each_sms_is_a_line_at_the_place_that_the_proof_names(settings):
    sms = FileSms(settings)
    proofs = [sms.send(replace(MAIL, to="+201012345678", body=f"رسالة {n}\nسطر")) for n in range(3)]
    path = settings.data_dir / "outbox" / "EG-KN" / "sms.jsonl"
    with path.open("rb") as file:
        file.seek(int(proofs[1].split()[-1]))
        said = json.loads(file.readline())
    assert (said["to"], said["text"]) == ("+201012345678", "رسالة 1\nسطر")
    assert len(path.read_text().splitlines()) == 3


def test_in_production_no_sms_ends_in_a_file(settings):
    production = replace(settings, env="production")
    assert [channel.name for channel in built_in(settings)] == ["mail", "sms"]
    assert [channel.name for channel in built_in(production)] == ["mail"]
    with pytest.raises(ValueError, match="file"):
        FileSms(production)
