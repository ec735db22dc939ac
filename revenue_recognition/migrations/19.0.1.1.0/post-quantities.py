"""What is delivered or worked is a share of what is ordered now: changes that were applied without it are proposed."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Have the contracts followed whose changes were applied without the quantity that their progress is counted in."""
    cr.execute(
        """
        SELECT DISTINCT k.id
          FROM revenue_modification_line l
          JOIN revenue_modification m ON m.id = l.modification_id AND m.state = 'applied' AND m.of_order
          JOIN revenue_obligation o ON o.id = l.obligation_id
          JOIN revenue_contract k ON k.id = o.contract_id AND k.state = 'active'
         WHERE l.action = 'change' AND l.terms ? 'price' AND NOT l.terms ? 'quantity'
           AND (o.measure = 'hours' OR (o.measure = 'point_in_time' AND o.trigger = 'delivered'))
        """
    )
    ids = [contract_id for (contract_id,) in cr.fetchall()]
    api.Environment(cr, SUPERUSER_ID, {})["revenue.contract"].browse(ids)._follow_orders()
