"""A plan can no longer be archived: its milestones went on billing, and nothing of its order followed it any more."""


def migrate(cr, version):
    """Leave the lines of an order to the plan that is not archived, where there are both."""
    cr.execute(
        """
        UPDATE billing_schedule archived
           SET cover_all = FALSE
         WHERE active IS NOT TRUE
           AND cover_all
           AND EXISTS (
               SELECT FROM billing_schedule other
                WHERE other.order_id = archived.order_id AND other.active AND other.cover_all
               )
        """
    )
