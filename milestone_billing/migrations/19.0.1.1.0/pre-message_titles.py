"""Messages on billing, also on what is undone, have a title that fits them all."""


def migrate(cr, version):
    """Rename the subtype unless somebody did; its translations are loaded after this."""
    cr.execute(
        """
        UPDATE mail_message_subtype subtype
           SET description = '{"en_US": "Billing of a milestone"}'
          FROM ir_model_data data
         WHERE data.module = 'milestone_billing'
           AND data.name = 'mt_order_billing'
           AND data.res_id = subtype.id
           AND subtype.description ->> 'en_US' = 'A milestone was attained or invoiced'
        """
    )
