{
    "name": "Milestone Billing",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "Billing schedules on sale orders: a task is done, the invoice makes itself",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["sale_project"],
    "data": [
        "security/milestone_billing_groups.xml",
        "security/ir.model.access.csv",
        "security/milestone_billing_rules.xml",
        "data/ir_cron.xml",
        "data/mail_data.xml",
    ],
    "demo": [],
    "application": True,
}
