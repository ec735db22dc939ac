"""Holds on customers of one company are of that company."""


def migrate(cr, version):
    """Give each the company of its customer."""
    cr.execute(
        """
        UPDATE billing_hold hold SET company_id = partner.company_id
          FROM res_partner partner
         WHERE partner.id = hold.partner_id AND hold.company_id IS NULL AND partner.company_id IS NOT NULL
        """
    )
