{
    "name": "Subscription Revenue",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "summary": "Subscriptions in revenue contracts: what is enforceable, changes and renewals as the standard has them",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["record_protection", "revenue_recognition", "subscription_billing"],
    "data": [
        "data/revenue_policies.xml",
        "views/revenue_contract_views.xml",
        "views/revenue_policy_views.xml",
    ],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
