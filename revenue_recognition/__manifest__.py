{
    "name": "Revenue Recognition",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "summary": "ASC 606 and IFRS 15: what a contract has earned, why, and what the books must say",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["sale_timesheet"],
    "data": [
        "security/revenue_recognition_groups.xml",
        "security/ir.model.access.csv",
        "security/revenue_recognition_rules.xml",
        "data/revenue_policies.xml",
        "data/ir_cron.xml",
        "views/menus.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "application": True,
}
