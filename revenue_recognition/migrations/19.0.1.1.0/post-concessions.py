"""What credit notes and orders had proposed is told by what each of them stands for from now on."""


def migrate(cr, version):
    """Let the changes of before stand for their own price change."""
    cr.execute(
        """
        UPDATE revenue_modification SET followed_delta = fixed_delta
         WHERE (move_id IS NOT NULL OR of_order) AND followed_delta IS NULL
        """
    )
