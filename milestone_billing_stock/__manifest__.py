{
    "name": "Milestone Billing of Goods",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "Goods of a billing schedule are billed by what was shipped, backorders and returns included",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["milestone_billing", "record_protection", "sale_stock"],
    "data": [
        "views/billing_milestone_views.xml",
        "views/billing_schedule_views.xml",
        "views/res_config_settings_views.xml",
        "views/res_partner_views.xml",
        "views/sale_order_views.xml",
        "views/stock_picking_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["milestone_billing_stock/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
