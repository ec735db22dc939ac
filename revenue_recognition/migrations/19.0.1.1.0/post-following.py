"""Obligations follow their order lines from now on; what was entered on them stays as it was entered."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """Let each obligation start from what it copied; where its order line says nothing, what was entered stays.

    A distribution that the order changed since is followed by the next close, which says so.
    """
    cr.execute(
        """
        UPDATE revenue_obligation o
           SET followed_project_id = project_id,
               followed_distribution = CASE WHEN EXISTS (
                   SELECT 1 FROM revenue_obligation_sale_line_rel r
                     JOIN sale_order_line l ON l.id = r.sale_line_id
                    WHERE r.obligation_id = o.id AND l.analytic_distribution IS NOT NULL
               ) THEN analytic_distribution END
         WHERE followed_account_id IS NULL AND followed_project_id IS NULL AND followed_distribution IS NULL
        """
    )
    obligations = api.Environment(cr, SUPERUSER_ID, {})["revenue.obligation"]
    for company in obligations.env["res.company"].search([]):
        values = {"company": company.id, "among": SQL("o.followed_account_id IS NULL")}
        for found, account in list(obligations._accounts_of_lines(company, values)):
            found.followed_account_id = account
