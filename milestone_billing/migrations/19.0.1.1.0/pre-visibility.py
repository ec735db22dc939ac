"""Rules of what project users read are narrower: the update writes them, although they were left to administrators."""

RULES = (
    *("billing_schedule_project", "billing_milestone_project"),
    *("billing_allocation_project", "billing_attainment_project"),
)


def migrate(cr, version):
    """Let the update of the data write these rules."""
    cr.execute(
        "UPDATE ir_model_data SET noupdate = false"
        " WHERE module = 'milestone_billing' AND model = 'ir.rule' AND name IN %s",
        [RULES],
    )
