{
    "name": "Subscriptions Started by Milestones",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "A milestone that is attained, such as the go-live, starts subscriptions of its order",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["milestone_billing", "record_protection", "subscription_billing"],
    "data": [
        "views/sale_order_views.xml",
        "views/billing_milestone_views.xml",
    ],
    "auto_install": True,
}
