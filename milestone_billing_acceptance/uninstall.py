"""What becomes of milestones that wait for their customers once nobody asks customers any more."""

#: Milestones whose customers were asked, or would be: what is not accepted of them.
WAITING = [
    ("needs_acceptance", "=", True),
    ("order_id.state", "=", "sale"),
    ("attained_percent", "<", 100),
    "|",
    ("acceptance_ids", "!=", False),
    ("acceptance_ready_percent", ">", 0),
]


def leave_to_people(env):
    """Leave to people what customers rejected or did not accept yet: nothing else attains it after the addon is gone.

    :param env: environment of the superuser
    """
    milestones = env["billing.milestone"].search(WAITING)
    for milestone in milestones:
        milestone.due_on = "manual"
        order = milestone.order_id._billing_for_history()
        order._billing_log(
            order.env._(
                "%s is not accepted by the customer. As acceptance is not asked for any more, it is attained by hand.",
                milestone.name,
            )
        )
    env.flush_all()
