"""What keeps an invoice from being made, and what lifts it.

Kept as facts, ``{"name": which of the functions below, …: what it takes}``, in plain values that JSON has; told as
(reason, remedy) only when somebody reads them, with his words, numbers and dates: also in a language that was not
installed when it happened. An addon adds what keeps its own things back: ``EXPLAINED |= …``.
"""

from odoo import fields
from odoo.tools import format_date


class NotBillable(Exception):
    """An invoice cannot be made now, for a reason that a person can mend.

    :param str name: of the function that explains it, one of ``EXPLAINED``
    :param facts: what that takes, plain values
    """

    def __init__(self, name, **facts):
        super().__init__(name)
        self.why = {"name": name, **facts}


def explain(why, env):
    """Return (reason, remedy) of ``why``, facts as described above, in the language of ``env``; empty for nothing."""
    if not why:
        return "", ""
    facts = dict(why)
    return EXPLAINED[facts.pop("name")](env, **facts)


def held(env, holds):
    """Holds, by id, keep it from being billed."""
    holds = env["billing.hold"].sudo().browse(holds).exists()
    return (
        env._("On hold: %s", "; ".join(hold._describe() for hold in holds)),
        env._("It is billed as soon as the hold ends or is released."),
    )


def waits_for_day(env, day, calendar):
    """It is billed on a billing day, ``"YYYY-MM-DD"``, of a calendar by name."""
    day = format_date(env, fields.Date.to_date(day))
    return (
        env._("Billed on %(day)s (%(calendar)s).", day=day, calendar=calendar),
        env._("It waits for its billing day. “Create Invoice” on the order bills it at once."),
    )


def no_calendar(env, orders):
    """Orders, by name, are billed on billing days, and nobody says which."""
    return (
        env._("Billed on billing days, and none are chosen: %s.", ", ".join(orders)),
        env._("Choose Billing Days on the customer or the order, or bill it as it falls due."),
    )


def no_order_number(env, orders):
    """Orders, by name, lack the customer's order number."""
    return (
        env._("The customer requires an order number: %s.", ", ".join(orders)),
        env._("Enter the Customer Reference on the order; it is then billed by itself."),
    )


def no_file(env, orders, kind):
    """Orders, by name, lack a file of a kind, by name."""
    return (
        env._("The customer requires a file, %(kind)s: %(orders)s.", kind=kind, orders=", ".join(orders)),
        env._("Attach it to the order with “Billing Files”; it is then billed by itself."),
    )


def negative(env, amount, currency, more=False):
    """It comes to less than nothing: an amount, with taxes, in a currency by id; ``more`` is still to come of it."""
    amount = env["res.currency"].browse(currency).format(amount)
    reason = env._("It comes to %s: less than nothing is not billed.", amount)
    if more:
        return reason, env._("It is billed by a later run, once what is due comes to more than what comes off.")
    return (
        reason,
        env._("“Create Invoice” on the order, with “Deduct down payments”, drafts the credit note."),
    )


def archived_customer(env, customer, order):
    """The customer of an order, both by name, is archived."""
    return (
        env._("Customer %s is archived.", customer),
        env._("Unarchive the customer, or give order %s another invoice address; then retry.", order),
    )


def archived_currency(env, currency):
    """A currency, by its code, is archived."""
    return env._("Currency %s is archived.", currency), env._("Activate the currency; then retry.")


def refused(env, texts):
    """Odoo, or an addon, refused it in words meant for people: ``{language: text}``."""
    return in_language(env, texts), env._("Mend what the message names; then retry.")


def unexpected(env, error):
    """Something was raised that is not meant for people."""
    return (
        env._("Unexpected error: %s", error),
        env._("Retry; if it comes back, show this message to your administrator."),
    )


def in_language(env, texts):
    """Return the one of ``texts``, by language, that is nearest to that of ``env``."""
    return texts.get(env.lang) or texts.get("en_US") or next(iter(texts.values()), "")


EXPLAINED = {
    function.__name__: function
    for function in (
        held,
        waits_for_day,
        no_calendar,
        no_order_number,
        no_file,
        negative,
        archived_customer,
        archived_currency,
        refused,
        unexpected,
    )
}
