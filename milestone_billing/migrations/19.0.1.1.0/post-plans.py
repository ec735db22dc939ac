"""Plans that somebody made, and those of confirmed orders, are their own: rules now choose on quotations, not these."""


def migrate(cr, version):
    """Mark the orders whose plan rules and quotation templates leave alone."""
    cr.execute(
        """
        UPDATE sale_order
           SET billing_plan_by_hand = TRUE
          FROM billing_schedule
         WHERE billing_schedule.order_id = sale_order.id
        """
    )
