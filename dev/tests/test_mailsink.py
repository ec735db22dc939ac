"""The demo's messages arrive in a folder, dots and all, and go nowhere else."""

import smtplib
from email.message import EmailMessage

from odoo_dev.mailsink import MailSink


def test_messages_are_kept_as_sent(tmp_path):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "Invoice"
    message.set_content("First\n.hidden dot\nlast\n")
    with MailSink(tmp_path / "mail") as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.send_message(message)
        client.send_message(message)
    kept = sorted((tmp_path / "mail").glob("*.eml"))
    assert len(kept) == 2
    assert "First\n.hidden dot\nlast\n" in kept[0].read_text().replace("\r\n", "\n")
