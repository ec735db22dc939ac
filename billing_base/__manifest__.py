{
    "name": "Billing Base",
    "version": "19.0.1.1.0",
    "category": "Sales/Sales",
    "summary": "One invoice run: whatever is due, by the customer's rules, on one invoice",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["record_protection", "sale"],
    "data": [
        "security/ir.model.access.csv",
        "security/billing_base_rules.xml",
        "data/ir_cron.xml",
        "views/billing_calendar_views.xml",
        "views/billing_hold_views.xml",
        "views/billing_run_views.xml",
        "views/billing_rules_views.xml",
        "wizards/billing_day_views.xml",
        "views/menus.xml",
    ],
    "pre_init_hook": "pre_init_hook",
    "assets": {
        "web.assets_tests": ["billing_base/static/tests/tours/**/*"],
    },
}
