"""What a credit note took back is worked out from what was attained when it was made, not kept from run to run."""


def migrate(cr, version):
    """Note the last attainment behind each invoice line, and what people asked to be billed again."""
    cr.execute(
        """
        UPDATE account_move_line line
           SET billing_attainment_id = (
               SELECT MAX(attainment.id)
                 FROM billing_attainment attainment
                WHERE attainment.milestone_id = line.billing_milestone_id
                  AND attainment.create_date <= line.create_date
               )
         WHERE line.billing_allocation_id IS NOT NULL
           AND line.billing_attainment_id IS NULL
        """
    )
    cr.execute("UPDATE billing_milestone_allocation SET asked_amount = reopened_amount WHERE reopened_amount <> 0")
