{
    "name": "Subscription Billing",
    "version": "19.0.1.1.0",
    "category": "Sales/Sales",
    "summary": "Subscriptions on sale orders, billed period by period with what else is due; exact what-if of usage",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["billing_base", "record_protection"],
    "data": [
        "security/ir.model.access.csv",
        "security/subscription_billing_rules.xml",
        "views/subscription_plan_views.xml",
        "views/subscription_charge_views.xml",
        "views/product_template_views.xml",
        "views/sale_order_views.xml",
        "views/menus.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
