"""Whose turn came after others has the time from when he was asked: his silence was taken for acceptance too early."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give those who were asked after others their own days."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    domain = [("sent_on", "!=", False), ("answer_until", "=", False), ("acceptance_id.answer_days", ">", 0)]
    for approver in env["billing.acceptance.approver"].search(domain):
        acceptance = approver.acceptance_id
        approver.write(acceptance._terms(acceptance.company_id._billing_day(approver.sent_on)))
