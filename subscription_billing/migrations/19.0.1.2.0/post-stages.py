"""Where charges stand is read from days that older ones lack: when they began, when their order was cancelled."""


def migrate(cr, version):
    """Say of older charges when they began, free time first, and since when they are cancelled."""
    cr.execute(
        """
        UPDATE subscription_charge charge
           SET begins_on = LEAST(charge.first_day, line.subscription_start)
          FROM sale_order_line line
         WHERE line.id = charge.line_id AND charge.begins_on IS NULL
        """
    )
    cr.execute("UPDATE subscription_charge SET cancelled_on = write_date::date WHERE state = 'cancelled'")
