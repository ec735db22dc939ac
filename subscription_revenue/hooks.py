"""Beside both addons, and away again: contracts are put right, and keep what they came to."""


def post_init_hook(env):
    """Have contracts that were made before follow their subscriptions."""
    env["revenue.contract"]._adopt_subscriptions()


def uninstall_hook(env):
    """Write down what subscriptions changed: without this addon nobody reads it from them."""
    env["revenue.contract"]._keep_subscription_changes()
    env["ir.model.data"].search(
        [("module", "=", "subscription_revenue"), ("model", "like", "revenue.policy%")]
    ).unlink()
