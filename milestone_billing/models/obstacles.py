"""What keeps a milestone from being billed, and what lifts it: (reason, remedy) in the language of an environment."""

from odoo.tools import format_date


def locked(company, day, env):
    """Every day up to today is locked in the books.

    :param str company: its name
    :param date day: the last locked day
    """
    return (
        env._("The books of %(company)s are locked until %(date)s.", company=company, date=format_date(env, day)),
        env._("Set the lock date to an earlier day, or grant an exception, in the accounting settings; then retry."),
    )


def no_journal(company, env):
    """A company, by name, has no journal for invoices."""
    return (
        env._("%s has no sales journal.", company),
        env._("Create or unarchive a journal of type Sales in this company; then retry."),
    )


def archived_customer(customer, order, env):
    """The customer of an order, both by name, is archived."""
    return (
        env._("Customer %s is archived.", customer),
        env._("Unarchive the customer, or give order %s another invoice address; then retry.", order),
    )


def no_address(invoice, customer, milestones):
    """An invoice, by its number, cannot be sent to its customer: (summary, note) in the language of milestones."""
    env = milestones.env
    return (
        env._(
            "%(invoice)s is posted, not sent: %(customer)s has no email address.", invoice=invoice, customer=customer
        ),
        env._("Give the customer an email address or another way of sending, then send the invoice."),
    )


def archived_currency(currency, env):
    """A currency, by its code, is archived."""
    return env._("Currency %s is archived.", currency), env._("Activate the currency; then retry.")
