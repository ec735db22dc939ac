"""What keeps an invoice that is made from being posted or sent, and what lifts it: told as ``obstacles`` are."""

from odoo import fields
from odoo.tools import format_date

from .obstacles import EXPLAINED, in_language


def unposted(env, texts):
    """Odoo, or an addon, refused to post an invoice in words meant for people: ``{language: text}``."""
    return (
        env._("The invoice stays a draft: %s", in_language(env, texts)),
        env._("Mend what the message names; then retry, or post the invoice yourself."),
    )


def no_open_day(env, company, day):
    """The books of a company, by name, are locked on every day up to today; the last locked one is ``"YYYY-MM-DD"``."""
    day = format_date(env, fields.Date.to_date(day))
    return (
        env._(
            "The invoice stays a draft: the books of %(company)s are locked until %(day)s.", company=company, day=day
        ),
        env._("Set the lock date to an earlier day, or grant an exception, in the accounting settings; then retry."),
    )


def no_mail_address(env, invoice, customer):
    """An invoice, by its number, cannot be sent to its customer, by name."""
    return (
        env._(
            "%(invoice)s is posted, not sent: %(customer)s has no email address.", invoice=invoice, customer=customer
        ),
        env._(
            "Give the customer an email address or another way of sending; then retry, or send the invoice yourself."
        ),
    )


def sending_failed(env, invoice, texts):
    """Odoo's own sending could not send an invoice, by its number, and said why: ``{language: text}``."""
    message = in_language(env, texts)
    return (
        env._("%(invoice)s is posted, not sent: %(message)s", invoice=invoice, message=message),
        env._("Mend what the message names; then retry, or send the invoice yourself."),
    )


EXPLAINED.update({function.__name__: function for function in (unposted, no_open_day, no_mail_address, sending_failed)})
