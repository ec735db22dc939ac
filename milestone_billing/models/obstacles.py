"""What keeps a milestone from being billed, and what lifts it: beside what keeps any invoice, of ``billing_base``."""

from odoo import fields
from odoo.addons.billing_base.models.obstacles import EXPLAINED, in_language
from odoo.addons.billing_base.models.obstacles_posting import no_mail_address, no_open_day
from odoo.tools import format_date


def locked(env, company, day):
    """Every day up to today is locked in the books.

    :param str company: its name
    :param str day: the last locked day, ``"YYYY-MM-DD"``
    """
    return (
        env._(
            "The books of %(company)s are locked until %(date)s.",
            company=company,
            date=format_date(env, fields.Date.to_date(day)),
        ),
        no_open_day(env, company, day)[1],
    )


def no_journal(env, company):
    """A company, by name, has no journal for invoices."""
    return (
        env._("%s has no sales journal.", company),
        env._("Create or unarchive a journal of type Sales in this company; then retry."),
    )


def no_address(env, invoice, customer):
    """An invoice, by its number, cannot be sent to its customer."""
    return (
        no_mail_address(env, invoice, customer)[0],
        env._("Give the customer an email address or another way of sending, then send the invoice."),
    )


def foreign_advance(env, invoices, order, currency):
    """Down payments, by their numbers, are in another currency than their order, so they cannot come off."""
    return (
        env._(
            "Down payment %(invoices)s is in another currency than order %(order)s, which is in %(currency)s.",
            invoices=", ".join(invoices),
            order=order,
            currency=currency,
        ),
        env._("Credit it, and make the down payment in the currency of the order; then retry."),
    )


def no_income_account(env, product):
    """A product, by name, has no account that its income could go to."""
    return (
        env._("Product %s has no usable income account.", product),
        env._("Set an active income account on the product, its category or the journal; then retry."),
    )


def undone(env, amount, currency, invoices):
    """An amount, untaxed, in a currency by id, stands on posted invoices, by their numbers, and is not attained."""
    amount = env["res.currency"].browse(currency).format(amount)
    return (
        env._("Undone, but %(amount)s is posted on %(invoices)s.", amount=amount, invoices=", ".join(invoices)),
        env._("A billing manager drafts the credit note with “Credit Note” on the milestone; or attain it again."),
    )


def reduced(env, amount, currency, invoices):
    """An amount stands on posted invoices beyond what the order is worth by now; parameters as of ``undone``."""
    return (
        env._(
            "The order was reduced: %(amount)s more is posted on %(invoices)s than it is worth.",
            amount=env["res.currency"].browse(currency).format(amount),
            invoices=", ".join(invoices),
        ),
        env._("A billing manager drafts the credit note with “Credit Note” on the milestone."),
    )


def billed_less(env, amount, currency, invoices):
    """Invoices, by their numbers, were edited and posted for an amount, untaxed, less than their milestone."""
    return (
        env._(
            "%(invoices)s bills %(amount)s less than the milestone.",
            invoices=", ".join(invoices),
            amount=env["res.currency"].browse(currency).format(amount),
        ),
        env._("“Retry” bills the rest. If it is not to be billed, lower the price on the order."),
    )


def billed_more(env, amount, currency, invoices):
    """As ``undone``, of what a draft bills that somebody edited: more than the milestone comes to."""
    return (
        env._(
            "%(invoices)s bills %(amount)s more than the milestone.",
            amount=env["res.currency"].browse(currency).format(amount),
            invoices=", ".join(invoices),
        ),
        env._("A billing manager drafts the credit note with “Credit Note” on the milestone."),
    )


def beyond_worth(env, milestone, amount, left, currency, line):
    """A milestone, by name, would bill an amount of a line of which less is left: untaxed, in a currency by id."""
    currency = env["res.currency"].browse(currency)
    return (
        env._(
            "%(milestone)s would bill %(amount)s of %(line)s, of which %(left)s is left.",
            milestone=milestone,
            amount=currency.format(amount),
            line=line,
            left=currency.format(left),
        ),
        env._("Lower its amount, or what other milestones bill of the line; then retry."),
    )


def not_confirmed(env):
    """Its order is not confirmed any more."""
    return env._("The order is not confirmed any more."), ""


def order_cancelled(env):
    """Its order was cancelled."""
    return env._("The order was cancelled."), ""


def told(env, reason, remedy):
    """Reason and remedy as texts, ``{language: text}`` each: of databases from before they were kept as facts."""
    return in_language(env, reason), in_language(env, remedy)


EXPLAINED |= {
    function.__name__: function
    for function in (
        locked,
        no_journal,
        no_address,
        foreign_advance,
        no_income_account,
        undone,
        reduced,
        beyond_worth,
        billed_less,
        billed_more,
        not_confirmed,
        order_cancelled,
        told,
    )
}
